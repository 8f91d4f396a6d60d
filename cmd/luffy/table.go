package main

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/width"

	"luffy/models"
)

// printTable prints rows of cells, the headings first. A terminal gives two places to a Chinese
// character; text/tabwriter would give it one.
func printTable(w io.Writer, rows ...[]string) error {
	var columns []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(columns) {
				columns = append(columns, 0)
			}
			row[i] = strings.Map(printable, cell)
			columns[i] = max(columns[i], places(row[i]))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell)
			if i < len(row)-1 {
				line.WriteString(strings.Repeat(" ", columns[i]-places(cell)+2))
			}
		}
		if _, err := fmt.Fprintln(w, line.String()); err != nil {
			return err
		}
	}
	return nil
}

// places is how wide a text is on a terminal.
func places(text string) int {
	n := 0
	for _, r := range text {
		n++
		if kind := width.LookupRune(r).Kind(); kind == width.EastAsianWide || kind == width.EastAsianFullwidth {
			n++
		}
	}
	return n
}

// printable replaces control characters, with which a student or a message could steer the terminal
// or turn the direction of the text, so that other columns read differently.
func printable(r rune) rune {
	if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
		return unicode.ReplacementChar
	}
	return r
}

// moment is a time as staff read it, or a dash for none.
func moment(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.In(models.Beijing).Format(time.DateTime)
}
