package models

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"time"

	"gorm.io/gorm"
)

// Choice is what the student decides at checkout.
type Choice struct {
	Coupon int64 // UserCoupon.ID, 0 for none
	Points int64
}

// Quote is an order before it is made: the selected courses at today's prices, and how much coupon and
// points take off. Total - Discount - CouponOff - PointsOff = Real.
type Quote struct {
	Lines      []Offer
	Lost       []string // names of courses that were selected and can no longer be bought, or not for that term
	Shares     []Fen    // what each line costs after all reductions; they add up to Real
	Total      Fen
	Discount   Fen
	CouponName string // of the chosen coupon
	CouponOff  Fen
	PointsOff  Fen
	Real       Fen
	Coupons    []CouponOffer
	MaxPoints  int64 // the most points this order can take from this student
	FreePoints int64 // the student's points that no unpaid order holds
	Already          // set by Checkout only
}

// Checkout quotes what is selected in the student's cart. ErrCoupon and ErrPoints, possibly joined,
// mean that this part of the choice cannot be had; the quote is then valid without it. ErrTooMuch
// comes with a valid quote, too. Other errors: ErrEmptyCart.
func (db *DB) Checkout(ctx context.Context, user int64, choice Choice) (Quote, error) {
	g, now := db.with(ctx), db.Now()
	quote, err := makeQuote(g, user, choice, now)
	if len(quote.Lines) == 0 {
		return quote, err
	}
	courses := make([]int64, len(quote.Lines))
	for i, line := range quote.Lines {
		courses[i] = line.CourseID
	}
	has, failed := readAlready(g, Order{UserID: user}, courses, now)
	quote.Already = has
	return quote, cmp.Or(failed, err)
}

func makeQuote(g *gorm.DB, user int64, choice Choice, now time.Time) (Quote, error) {
	cart, err := readCart(g, user, now)
	if err != nil {
		return Quote{}, err
	}
	var q Quote
	for _, line := range cart {
		if line.Selected {
			q.Lines = append(q.Lines, line.Offer)
			q.Total += line.Price
			q.Discount += line.Price - line.SalePrice
		}
		if line.Lost {
			q.Lost = append(q.Lost, line.CourseName)
		}
	}
	if len(q.Lines) == 0 {
		return q, ErrEmptyCart
	}
	var buyer User
	err = read(g, func(rows *sql.Rows) error { return rows.Scan(&buyer.ID, &buyer.Credit, &buyer.CreditHeld) },
		"SELECT id, credit, credit_held FROM ly_user WHERE id = ?", user)
	if err == nil && buyer.ID == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return q, err
	}
	if q.Coupons, err = couponsFor(g, user, q.Total-q.Discount, now); err != nil {
		return q, err
	}
	return q.apply(choice, buyer.FreeCredit())
}

// apply takes the chosen reductions off. One that cannot be had is left out and named by the error.
func (q Quote) apply(choice Choice, freePoints int64) (Quote, error) {
	var problem error
	if choice.Coupon != 0 {
		problem = ErrCoupon
		for _, offer := range q.Coupons {
			if offer.ID == choice.Coupon && offer.Why == "" {
				q.CouponOff, q.CouponName, problem = offer.Saves, offer.Name, nil
			}
		}
	}
	rest := q.Total - q.Discount - q.CouponOff
	q.FreePoints = freePoints
	q.MaxPoints = min(freePoints, int64(rest/FenPerPoint))
	if choice.Points < 0 || choice.Points > q.MaxPoints {
		problem = errors.Join(problem, ErrPoints)
	} else {
		q.PointsOff = PointsWorth(choice.Points)
	}
	q.Real = rest - q.PointsOff
	q.Shares = q.share()
	if q.Real > MaxFen {
		problem = errors.Join(problem, ErrTooMuch)
	}
	return q, problem
}

func (q Quote) share() []Fen {
	sale := make([]Fen, len(q.Lines))
	for i, line := range q.Lines {
		sale[i] = line.SalePrice
	}
	shares := spread(q.CouponOff+q.PointsOff, sale)
	for i := range shares {
		shares[i] = sale[i] - shares[i]
	}
	return shares
}
