package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"luffy/models"
)

// printTable prints rows of cells, the headings first.
func printTable(w io.Writer, rows ...[]string) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = strings.Map(printable, cell)
		}
		fmt.Fprintln(table, strings.Join(cells, "\t"))
	}
	return table.Flush()
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
