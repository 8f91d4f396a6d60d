package main

import (
	"strings"
	"testing"
)

// What a student or a message brings along cannot steer the terminal, nor turn the text of other columns.
func TestPrintTable(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	err := printTable(&b, []string{"REASON", "AMOUNT"}, []string{"a\x1b[2J\r\n\tb\u202e\u2066c", "1.00"})
	if want := "a\ufffd[2J\ufffd\ufffd\ufffdb\ufffd\ufffdc  1.00\n"; err != nil || !strings.HasSuffix(b.String(), want) {
		t.Errorf("got %q, %v; want %q at its end", b.String(), err, want)
	}
}

// A Chinese character takes two places of a terminal.
func TestPrintTableAligns(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	err := printTable(&b, []string{"COURSE", "AMOUNT", "NOTE"}, []string{"算法：Go", "1.00", ""}, []string{"x"})
	if want := "COURSE    AMOUNT  NOTE\n算法：Go  1.00    \nx\n"; err != nil || b.String() != want {
		t.Errorf("got %q, %v; want %q", b.String(), err, want)
	}
}
