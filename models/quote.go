package models

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Choice is what the student decides at checkout.
type Choice struct {
	Coupon int64 // id of the student's coupon, 0 for none
	Points int64
}

// Quote is an order before it is made: the selected courses at today's prices, and what coupon and
// points take off. Total - Discount - CouponOff - PointsOff = Real.
type Quote struct {
	Lines      []Offer
	Shares     []Fen // what each line costs after all reductions; they add up to Real
	Total      Fen
	Discount   Fen
	CouponName string // of the chosen coupon
	CouponOff  Fen
	PointsOff  Fen
	Real       Fen
	Coupons    []CouponOffer
	MaxPoints  int64 // the most points this order can take from this student
	FreePoints int64 // the points that the student has and no other order holds
	Already          // only from Checkout
}

// Seal identifies what the student saw but did not choose: the courses, their terms and their
// prices, and what each coupon would take off.
func (q Quote) Seal() string {
	parts := []string{q.sealLines()}
	for _, coupon := range q.Coupons {
		if coupon.Why == "" {
			parts = append(parts, sealCoupon(coupon.ID, coupon.Saves))
		}
	}
	return strings.Join(parts, sealSeparator)
}

// sealSeparator stands between the parts of a seal, of which the first is that of the lines.
const sealSeparator = ";"

func (q Quote) sealLines() string {
	var b strings.Builder
	for _, line := range q.Lines {
		fmt.Fprintf(&b, "%d,%d,%d,%d;", line.CourseID, line.Expire, line.Price, line.SalePrice)
	}
	sum := sha256.Sum256([]byte(b.String()))
	return (q.Total - q.Discount).String() + "-" + hex.EncodeToString(sum[:8])
}

func sealCoupon(coupon int64, saves Fen) string { return fmt.Sprintf("%d:%d", coupon, saves) }

// Keeps tells whether the page with that seal showed the courses, terms and prices of the quote,
// and what the chosen coupon takes off now. An order is made only then. A coupon that cannot be
// used is no matter of the seal.
func (q Quote) Keeps(seal string, coupon int64) bool {
	parts := strings.Split(seal, sealSeparator)
	return parts[0] == q.sealLines() && (q.CouponOff == 0 || slices.Contains(parts[1:], sealCoupon(coupon, q.CouponOff)))
}

// SealedTotal is the sum that a seal was made over, before coupon and points; 0 when the seal cannot be read.
func SealedTotal(seal string) Fen {
	sum, _, _ := strings.Cut(seal, "-")
	total, err := ParseFen(sum)
	if err != nil {
		return 0
	}
	return total
}

// Checkout quotes what is selected in the student's cart. A choice that cannot be had is an error
// (ErrCoupon, ErrPoints or both joined) that comes together with the quote without it, and so does
// ErrTooMuch. Other errors: ErrEmptyCart.
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
	}
	if len(q.Lines) == 0 {
		return q, ErrEmptyCart
	}
	var buyer User
	if err := g.Take(&buyer, "id = ?", user).Error; err != nil {
		return q, found(err)
	}
	if q.Coupons, err = couponsFor(g, user, q.Total-q.Discount, now); err != nil {
		return q, err
	}
	return q.apply(choice, buyer.FreeCredit())
}

// apply takes the chosen reductions off; where one cannot be had it is left out and named in the error.
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
