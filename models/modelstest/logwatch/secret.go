// Package logwatch searches the logs of the tests: a test fails if a line of its log holds a secret. The
// programs that tests start write through it, too. A test in cmd/internal/rules makes sure that tests
// make their logs in no other way.
package logwatch

import (
	"fmt"
	"regexp"
	"strings"
)

// Marker is part of every password in the tests, also of those of databases, so that logs can be
// searched for all of them.
const Marker = "horse"

// shapes are the forms of the kinds of secrets.
var shapes = []struct {
	what string
	form *regexp.Regexp
}{
	{"password", regexp.MustCompile(`(?i)` + Marker)},
	{"password hash", regexp.MustCompile(`\$argon2|\$2[aby]\$`)},
	{"password of a database", regexp.MustCompile(`://[^\s/:@]*:[^\s/@]+@|:[^\s@]+@(tcp|unix)\(`)},
	{"private key", regexp.MustCompile(`-----BEGIN|\bMII[A-Za-z0-9+/]{30}`)},
	{"number of a key", regexp.MustCompile(`\d{60}|[0-9a-fA-F]{64}|(\d{1,3}[ ,]+){16}`)},
	{"signature", regexp.MustCompile(`\bsign["']?[=:]`)},
	{"cookie", regexp.MustCompile(`luffy_(session|csrf|known)`)},
	{"token of a form", regexp.MustCompile(`_csrf|\b[A-Z2-7]{26}`)},
	{"account of a buyer", regexp.MustCompile(`\b20881021778|\bbuyer_|\*{3,4}(@|\d{4}\b)`)},
}

// Find returns the kinds of secrets in a text; none if anybody may read it.
func Find(text string) []string {
	text = harmless.ReplaceAllString(text, "")
	var found []string
	for _, shape := range shapes {
		if shape.form.MatchString(text) {
			found = append(found, shape.what)
		}
	}
	for _, word := range words.FindAllString(text, -1) {
		if random(word) {
			found = append(found, "random text: a part of a key, a signature, a session or a token")
			break
		}
	}
	return found
}

// Error names the secrets in a program's log; nil if there are none.
func Error(log string) error {
	for line := range strings.Lines(log) {
		if found := Find(line); len(found) > 0 {
			return fmt.Errorf("the log tells a secret, %s: %s", strings.Join(found, " and "), line)
		}
	}
	return nil
}

var words = regexp.MustCompile(`[A-Za-z0-9_-]{24,}`)

// harmless matches what looks like a secret and is none: the random ID of a request, and the
// placeholders for a database's password.
var harmless = regexp.MustCompile(`request"?[=:]"?[A-Za-z0-9]{32}\b|:(password|xxxxx)@`)

// random tells base64 from names: in base64, lower case, upper case and digits alternate at random; in
// names they are grouped.
func random(word string) bool {
	var seen [4]bool
	changes, before := 0, -1
	for _, sign := range word {
		kind := kindOf(sign)
		if seen[kind] = true; kind != before {
			changes++
		}
		before = kind
	}
	return seen[0] && seen[1] && seen[2] && 5*changes > 2*len(word)
}

func kindOf(sign rune) int {
	switch {
	case 'a' <= sign && sign <= 'z':
		return 0
	case 'A' <= sign && sign <= 'Z':
		return 1
	case '0' <= sign && sign <= '9':
		return 2
	default:
		return 3
	}
}
