package rules

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// checklist is what a student must find on the pages, by the letter that numbers it: how many lines
// it has for all pages, for the payment result and for My Orders.
var checklist = map[string]int{"C": 9, "R": 20, "O": 22}

// A test that proves a line of the checklist names its number in a comment.
func TestChecklistIsProved(t *testing.T) {
	t.Parallel()
	var comments strings.Builder
	for _, file := range tracked(t) {
		if strings.HasSuffix(file, "_test.go") {
			addComments(t, &comments, file)
		}
	}
	for letter, lines := range checklist {
		for n := range lines {
			number := fmt.Sprintf("%s%d", letter, n+1)
			if !regexp.MustCompile(`\b` + number + `\b`).MatchString(comments.String()) {
				t.Errorf("no test names %s, want one that proves it", number)
			}
		}
	}
}

var comment = regexp.MustCompile(`// .*`)

func addComments(t *testing.T, comments *strings.Builder, file string) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(top, file))
	if os.IsNotExist(err) {
		return // removed, and not yet committed
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range comment.FindAll(content, -1) {
		comments.Write(found)
		comments.WriteByte('\n')
	}
}
