package settings

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxContact is the longest LUFFY_CONTACT, in characters: it is at the foot of every page.
const maxContact = 100

// isContact tells whether a text can be shown on a page as one line: it has no line breaks, no
// invisible characters, and none that change the direction of writing.
func isContact(text string) bool {
	unseen := func(r rune) bool { return !unicode.IsGraphic(r) }
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= maxContact && !strings.ContainsFunc(text, unseen)
}
