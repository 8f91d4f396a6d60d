package handlers

// What handlers read from addresses and forms. Visitors can send anything; what cannot be read
// becomes a value that no row has, or the usual choice.

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/width"
)

// maxSearch is the longest search in characters; a course's name is no longer.
const maxSearch = 128

// searchWords reads ?q=, cut to maxSearch characters. Numbers that were copied with blanks or typed in
// full width are meant without. Of a sentence with the number of an order or a trade, as a mail has it, the
// number is meant.
func searchWords(c echo.Context) string {
	words := []rune(strings.TrimSpace(strings.ToValidUTF8(c.QueryParam("q"), "")))
	text := string(words[:min(len(words), maxSearch)])
	folded := width.Fold.String(text)
	joined := strings.Join(strings.Fields(folded), "")
	if digits.MatchString(joined) {
		return joined
	}
	for _, s := range []string{folded, joined} {
		if found := longNumber.FindStringSubmatch(s); found != nil {
			return found[1]
		}
	}
	return text
}

var digits = regexp.MustCompile(`^[0-9]+$`)

// longNumber is the number of an order or a trade that is no part of another name.
var longNumber = regexp.MustCompile(`(?:^|[^0-9A-Za-z_-])([0-9]{26,28})(?:$|[^0-9A-Za-z_-])`)

// usernameIn reads a username; blanks around it were pasted with it.
func usernameIn(c echo.Context) string { return strings.TrimSpace(c.FormValue("username")) }

// pageNo reads ?page=. Anything but a number becomes 0, which the models take for the first page.
func pageNo(c echo.Context) int {
	n, _ := strconv.Atoi(c.QueryParam("page"))
	return n
}

// idOf reads the ID of a row. Anything but a positive number becomes 0, which no row has.
func idOf(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// termID reads the ID of a course's term. Here 0 is a real one, 永久有效, so anything unreadable
// becomes -1.
func termID(s string) int64 {
	if id := idOf(s); id != 0 || s == "0" {
		return id
	}
	return -1
}

var orderNumberForm = regexp.MustCompile(`^[0-9]{26}$`)

// orderNumberIn gives text back if it has the form of an order number, else "".
func orderNumberIn(text string) string {
	if orderNumberForm.MatchString(text) {
		return text
	}
	return ""
}
