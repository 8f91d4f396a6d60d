package sandbox

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strconv"

	"luffy/models/alipay"
)

type problem struct {
	Error string `json:"error"`
}

// readAdmin reads what was posted: JSON from a test, or a form of the admin page. If it cannot read
// it, it answers 400 and returns false.
func readAdmin[T any](w http.ResponseWriter, r *http.Request) (in T, ok bool) {
	var err error
	if isForm(r) {
		err = readForm(r, &in)
	} else {
		body := json.NewDecoder(r.Body)
		body.DisallowUnknownFields()
		err = body.Decode(&in)
	}
	if err != nil {
		writeJSON(w, http.StatusBadRequest, problem{err.Error()})
	}
	return in, err == nil
}

func isForm(r *http.Request) bool {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && media == "application/x-www-form-urlencoded"
}

// readForm converts the fields of the admin page's forms to JSON, so that both use the same names.
func readForm(r *http.Request, into any) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	fields := map[string]any{}
	for name := range r.PostForm {
		value := r.PostForm.Get(name)
		var err error
		switch {
		case value == "":
			continue
		case name == "times":
			fields[name], err = strconv.Atoi(value)
		case name == "balance" || name == "amount":
			fields[name], err = alipay.ParseAmount(value)
		default:
			fields[name] = value
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	text, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// done answers an admin action: 400 with the reason, or the page again for a form, or 200 for a test.
func done(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case err != nil:
		writeJSON(w, http.StatusBadRequest, problem{err.Error()})
	case isForm(r):
		http.Redirect(w, r, adminPage(r.Header.Get("Referer")), http.StatusSeeOther)
	default:
		writeJSON(w, http.StatusOK, struct {
			OK bool `json:"ok"`
		}{true})
	}
}
