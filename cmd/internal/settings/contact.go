package settings

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxContact bounds what stands at the foot of every page, in characters.
const maxContact = 100

// isContact tells whether a text can stand on a page as one line: nothing in it breaks the line, hides, or turns
// the direction of what follows.
func isContact(text string) bool {
	unseen := func(r rune) bool { return !unicode.IsGraphic(r) }
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= maxContact && !strings.ContainsFunc(text, unseen)
}
