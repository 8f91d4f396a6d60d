package views

import (
	"time"

	"luffy/models"
)

// Bills is the page GET /staff/bills: the comparison of a day's bill with the shop, as it is stored.
type Bills struct {
	Page
	Date        string // yyyy-MM-dd
	LastDate    string // the latest day that can have a bill
	ComparedAt  time.Time
	Sums        models.MovementSums // what the shop has of the day
	Open        []BillDifference
	Closed      []BillDifference
	Total       int // differences of the day, also those that are not listed
	MissingDays []string
	Period      string // that the export offers
	Errors      FieldErrors
}

func (p Bills) path() string { return billPath(p.Date) }

// listed is how many of the day's differences are on the page.
func (p Bills) listed() int { return len(p.Open) + len(p.Closed) }

// balance says what the comparison came to.
func (p Bills) balance() string {
	switch {
	case p.ComparedAt.IsZero():
		return "还没有核对"
	case len(p.Open) > 0:
		return "有差异"
	default:
		return "已对平"
	}
}

// code is its name in the style sheet.
func (p Bills) code() string {
	if !p.ComparedAt.IsZero() && len(p.Open) == 0 {
		return "good"
	}
	return "wait"
}
