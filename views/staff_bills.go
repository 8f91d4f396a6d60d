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
	Waiting     int // open differences of the day, also those of the other pages
	Total       int // differences of the day, likewise
	Pager       Pager
	Acts        []Act // what staff did about the day, newest first
	MissingDays []string
	Period      string              // the day's month, which the export offers
	MonthSums   models.MovementSums // what the shop has of that month
	Errors      FieldErrors
}

func (p Bills) path() string { return billPath(p.Date) }

// balance says what the comparison came to.
func (p Bills) balance() string {
	switch {
	case p.ComparedAt.IsZero():
		return "还没有核对"
	case p.Waiting > 0:
		return "有差异"
	default:
		return "已对平"
	}
}

// code is its name in the style sheet.
func (p Bills) code() string {
	if !p.ComparedAt.IsZero() && p.Waiting == 0 {
		return "good"
	}
	return "wait"
}
