package models

import (
	"context"
	"time"
)

// CouponTab is a group of a student's coupons. Its text is the value of ?status=.
type CouponTab string

// The tabs.
const (
	CouponsUsable  CouponTab = "usable" // also coupons that an order holds or that are not valid yet
	CouponsUsed    CouponTab = "used"
	CouponsExpired CouponTab = "expired"
)

// String is the tab's name on the page.
func (t CouponTab) String() string {
	switch t {
	case CouponsUsed:
		return "已使用"
	case CouponsExpired:
		return "已过期"
	default:
		return "可用"
	}
}

// ParseCouponTab reads ?status=; anything unknown means CouponsUsable.
func ParseCouponTab(s string) CouponTab {
	switch tab := CouponTab(s); tab {
	case CouponsUsed, CouponsExpired:
		return tab
	default:
		return CouponsUsable
	}
}

// couponState is SQL for the tab of a row of ly_user_coupon m; its one argument is the current time. A
// coupon that an order holds does not expire before the order ends.
const couponState = `CASE WHEN m.used_at IS NOT NULL THEN 'used'
	WHEN m.end_time <= ? AND m.order_id IS NULL THEN 'expired' ELSE 'usable' END`

// CouponsPerPage is the length of a page of a student's coupons.
const CouponsPerPage = 20

// MyCoupon is a coupon as its owner sees it.
type MyCoupon struct {
	Name           string
	Sale           string
	ConditionPrice Fen
	StartTime      time.Time
	EndTime        time.Time
	UsedAt         *time.Time
	OrderNumber    string // the order that holds it or used it; empty for none
}

// CouponList is a page of a student's coupons.
type CouponList struct {
	Coupons []MyCoupon
	Tab     CouponTab
	Counts  map[CouponTab]int // over all pages
	Page    int
	Pages   int // at least 1
}

// MyCoupons reads a page of one tab of a student's coupons: usable ones sorted by their end, the
// others latest first. It takes two statements, however many coupons there are.
func (db *DB) MyCoupons(ctx context.Context, user int64, tab CouponTab, page int) (CouponList, error) {
	g, now := db.with(ctx), db.Now()
	list := CouponList{Tab: tab, Counts: map[CouponTab]int{}}
	var groups []struct {
		State CouponTab
		N     int
	}
	err := g.Raw(`
		SELECT `+couponState+` AS state, COUNT(*) AS n FROM ly_user_coupon m
		WHERE m.user_id = ? GROUP BY 1`, now, user).Scan(&groups).Error
	if err != nil {
		return list, err
	}
	for _, group := range groups {
		list.Counts[group.State] = group.N
	}
	list.Page, list.Pages = clampPage(page, list.Counts[tab], CouponsPerPage)
	order := "m.end_time, m.id"
	if tab != CouponsUsable {
		order = "COALESCE(m.used_at, m.end_time) DESC, m.id DESC"
	}
	err = g.Raw(`
		SELECT c.name, c.sale, c.condition_price, m.start_time, m.end_time, m.used_at,
		       COALESCE(o.order_number, '') AS order_number
		FROM ly_user_coupon m JOIN ly_coupon c ON c.id = m.coupon_id
		LEFT JOIN ly_order o ON o.id = m.order_id AND o.user_id = m.user_id
		WHERE m.user_id = ? AND `+couponState+` = ? ORDER BY `+order+` LIMIT ? OFFSET ?`,
		user, now, tab, CouponsPerPage, (list.Page-1)*CouponsPerPage).Scan(&list.Coupons).Error
	return list, err
}
