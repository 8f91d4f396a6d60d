package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"luffy/models"
	"luffy/models/modelstest/logwatch"
)

// password is the password of every student.
const password = "correct " + logwatch.Marker

// visitor is a student with a browser that follows no redirects.
type visitor struct {
	models.User
	shop   string
	client *http.Client
}

// answer is the shop's answer to a visitor.
type answer struct {
	status   int
	location string
	body     string
}

// addStudent makes a new student and lets that one act from now on, so that nothing is left over from
// earlier plays. The name is in lower case, because each page shows it and is searched for words like EOF.
func (w *world) addStudent(ctx context.Context) (err error) {
	w.student, err = w.newVisitor(ctx, "student"+strings.ToLower(rand.Text()[:12]))
	return err
}

// newVisitor adds a student with points.
func (w *world) newVisitor(ctx context.Context, name string) (*visitor, error) {
	user, err := w.db.AddUser(ctx, models.NewUser{Username: name, Password: password, Credit: studentPoints})
	if err != nil {
		return nil, err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	return &visitor{User: user, shop: w.url(), client: &http.Client{
		Jar: jar, Timeout: patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

func (v *visitor) get(ctx context.Context, path string) (answer, error) {
	return v.do(ctx, http.MethodGet, path, nil)
}

func (v *visitor) post(ctx context.Context, path string, form url.Values) (answer, error) {
	return v.do(ctx, http.MethodPost, path, form)
}

func (v *visitor) do(ctx context.Context, method, path string, form url.Values) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, v.shop+path, strings.NewReader(form.Encode()))
	if err != nil {
		return answer{}, err
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin") // the form is the shop's own, says the browser
	}
	response, err := v.client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header.Get("Location"), string(body)}, err
}

// logIn begins a session, which outlives the program. It tries again if the shop answers that too many
// log in at once.
func (v *visitor) logIn(ctx context.Context) error {
	_, err := v.insist(ctx, "/login", url.Values{"username": {v.Username}, "password": {password}})
	return err
}

// errRefused reports a page that says why the shop refuses.
var errRefused = errors.New("refused")

// insist sends a form again and again until it is answered with a redirect, as people do who get no page
// or one that tells them to try again.
func (v *visitor) insist(ctx context.Context, path string, form url.Values) (location string, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		a, err := v.post(ctx, path, form)
		switch {
		case err == nil && a.status == http.StatusSeeOther:
			return a.location, nil
		case err == nil && a.status < http.StatusInternalServerError:
			return "", fmt.Errorf("%s: got status %d: %w", path, a.status, errRefused)
		}
		select {
		case <-ctx.Done():
			return "", errors.Join(fmt.Errorf("%s: got status %d", path, a.status), err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}
