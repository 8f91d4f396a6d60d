package views

import (
	"time"

	"luffy/models"
)

// Account is the page GET /account.
type Account struct {
	Page
	Points  PointsSum
	Coupons int // usable coupons
	Courses int // courses that can be learnt now
	Ending  int // those of Courses that end soon
	Unpaid  int // unpaid orders
	Since   time.Time
}

// PointsSum is the sum of a student's points.
type PointsSum struct {
	Owned int64
	Worth models.Fen // the worth of Owned
	Held  int64      // those of Owned that unpaid orders hold
}

// worth says what the points are worth and how many of them are held.
func (s PointsSum) worth() string {
	text := "相当于 " + s.Worth.Yuan()
	if s.Held > 0 {
		text += "，其中 " + id(s.Held) + " 积分已被待付款订单占用"
	}
	return text
}

// PointsLedger is the page GET /account/points.
type PointsLedger struct {
	Page
	Points PointsSum
	Rows   []LedgerRow // newest first
	Pager  Pager
}

// LedgerRow is one movement of points.
type LedgerRow struct {
	At          time.Time
	What        string // 订单抵扣
	Number      int64  // signed
	Balance     int64  // after this movement
	OrderNumber string // of the order that moved the points; empty if none did
}

// signed shows a movement with its sign.
func signed(n int64) string {
	if n < 0 {
		return "−" + id(-n)
	}
	return "+" + id(n)
}

// Coupons is the page GET /account/coupons.
type Coupons struct {
	Page
	Tab     models.CouponTab
	Counts  map[models.CouponTab]int // over all pages
	Coupons []MyCoupon
	Pager   Pager
	Now     time.Time
}

// MyCoupon is one coupon of the student.
type MyCoupon struct {
	Name        string
	Saves       string // 减 ¥50.00
	Condition   string // 满 ¥100.00 可用
	From, Until time.Time
	UsedAt      time.Time
	OrderNumber string // the order that holds it or used it; empty for none
}

var couponTabs = []models.CouponTab{models.CouponsUsable, models.CouponsUsed, models.CouponsExpired}

// Href is the address of a tab.
func (Coupons) Href(tab models.CouponTab) string {
	if tab == models.CouponsUsable {
		return "/account/coupons"
	}
	return "/account/coupons?status=" + string(tab)
}

// Profile is the page GET,POST /account/profile.
type Profile struct {
	Page
	Mobile string      // as stored, or as typed before
	Since  time.Time   // when the account was made
	Errors FieldErrors // fields: mobile
}

// Security is the page GET,POST /account/security. Passwords are never sent back to the browser.
type Security struct {
	Page
	PasswordHint string      // the rule for passwords
	Errors       FieldErrors // fields: old, password, password2
}
