package views

import (
	"encoding/csv"
	"strings"
	"testing"

	"luffy/models"
)

// Whatever a student or staff wrote is text to a spreadsheet, and one cell.
func TestMovementTableHoldsText(t *testing.T) {
	for text, want := range map[string]string{
		`=HYPERLINK("http://evil.example","x")`: `'=HYPERLINK("http://evil.example","x")`,
		"+1":                                    "'+1",
		"-1":                                    "'-1",
		"@SUM(A1)":                              "'@SUM(A1)",
		"\t=1":                                  "'\t=1",
		"\n=1":                                  "'\n=1",
		"＝1+1":                                  "'＝1+1",
		"＋1":                                    "'＋1",
		"－1":                                    "'－1",
		"＠SUM(A1)":                              "'＠SUM(A1)",
		"换课=1":                                  "换课=1",
		`a,"b",c;d`:                             `a,"b",c;d`,
		"007":                                   "007\t",
		"6222020200112233445":                   "6222020200112233445\t",
		"11-23 转账":                              "11-23 转账\t",
		"1e5":                                   "1e5\t",
		"１２":                                    "１２\t",
		"\u200f不客气":                             "\u200f不客气",
		"":                                      "",
	} {
		var b strings.Builder
		table, err := NewMovementTable(&b)
		if err == nil {
			err = table.Write(models.Movement{OutRequestNo: "R1", Username: text, Title: text, Reason: text})
		}
		if err == nil {
			err = table.End()
		}
		rows, readErr := csv.NewReader(strings.NewReader(b.String())).ReadAll()
		if err != nil || readErr != nil || len(rows) != 2 {
			t.Fatalf("%q: got %q, %v, %v; want headings and a row", text, rows, err, readErr)
		}
		for _, column := range []int{6, 7, 10} {
			if got := rows[1][column]; got != want {
				t.Errorf("%q in column %d: got %q, want %q", text, column, got, want)
			}
		}
	}
}
