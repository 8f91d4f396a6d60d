package alipay

import (
	"strings"
	"unicode"
)

// CleanSubject makes a course name fit for subject, body or refund reason: the characters / = &
// that the gateway forbids, and white space of any kind, become single spaces; control characters,
// invisible marks and what needs four bytes (emoji, which the GBK fallback and the bill cannot
// hold) go; at most limit characters remain.
func CleanSubject(s string, limit int) string {
	var b strings.Builder
	kept, gap := 0, false
	for _, r := range strings.ToValidUTF8(s, "") {
		switch {
		case r == '/' || r == '=' || r == '&' || unicode.IsSpace(r):
			gap = kept > 0
			continue
		case r > 0xFFFF || !unicode.IsPrint(r):
			continue
		}
		if gap {
			b.WriteByte(' ')
			kept, gap = kept+1, false
		}
		if kept >= limit {
			break
		}
		b.WriteRune(r)
		kept++
	}
	return strings.TrimRight(b.String(), " ")
}
