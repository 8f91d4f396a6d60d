package models

import (
	"context"
	"database/sql"
	"time"

	"gorm.io/gorm"
)

// Coupon is a kind of coupon: it takes "-50" (yuan) or "*0.9" off an order whose discounted prices
// reach ConditionPrice.
type Coupon struct {
	ID             int64
	Name           string
	Sale           string
	ConditionPrice Fen
	Days           int // how long a coupon is valid after it was given
}

// TableName names the seed's table.
func (Coupon) TableName() string { return "ly_coupon" }

// UserCoupon is one coupon of one student. OrderID is the order that holds it or, once UsedAt is set,
// the order that used it.
type UserCoupon struct {
	ID        int64
	UserID    int64
	CouponID  int64
	StartTime time.Time
	EndTime   time.Time
	OrderID   *int64
	UsedAt    *time.Time
}

// TableName names the seed's table.
func (UserCoupon) TableName() string { return "ly_user_coupon" }

// CouponOffer is a student's coupon weighed against an order.
type CouponOffer struct {
	ID      int64 // UserCoupon.ID
	Name    string
	Sale    string
	EndTime time.Time
	Saves   Fen    // what it takes off this order
	Why     string // why it cannot be used here, in words for the student; empty if it can
	HeldBy  string // the number of the order that holds it, if that is why
	Missing Fen    // how much the order lacks to reach the coupon's condition, if that is why
}

// maxCoupons bounds the coupons that one checkout page considers.
const maxCoupons = 100

// couponsEnded is how long an expired coupon is still listed, so that a student who looks for it
// learns why it cannot be used.
const couponsEnded = 30 * 24 * time.Hour

// CouponsFor weighs the student's coupons against the sum of a cart.
func (db *DB) CouponsFor(ctx context.Context, user int64, sum Fen) ([]CouponOffer, error) {
	return couponsFor(db.with(ctx), user, sum, db.Now())
}

// couponsFor weighs the student's unused coupons against a sum: the usable ones first, and among
// those the one that ends first.
func couponsFor(g *gorm.DB, user int64, sum Fen, now time.Time) ([]CouponOffer, error) {
	var usable, unusable []CouponOffer
	err := read(g, func(rows *sql.Rows) error {
		var mine UserCoupon
		var kind Coupon
		var heldBy string
		err := rows.Scan(&mine.ID, &mine.StartTime, &mine.EndTime, &mine.OrderID,
			&kind.Name, &kind.Sale, &kind.ConditionPrice, &heldBy)
		offer := weighCoupon(mine, kind, sum, now)
		offer.HeldBy = heldBy
		if offer.Why == "" {
			usable = append(usable, offer)
		} else {
			unusable = append(unusable, offer)
		}
		return err
	}, `
		SELECT m.id, m.start_time, m.end_time, m.order_id, c.name, c.sale, c.condition_price, COALESCE(o.order_number, '')
		FROM ly_user_coupon m JOIN ly_coupon c ON c.id = m.coupon_id LEFT JOIN ly_order o ON o.id = m.order_id
		WHERE m.user_id = ? AND m.used_at IS NULL AND m.end_time > ? ORDER BY m.end_time <= ?, m.end_time, m.id LIMIT ?`,
		user, now.Add(-couponsEnded), now, maxCoupons)
	if err != nil {
		return nil, err
	}
	return append(usable, unusable...), nil
}

func weighCoupon(mine UserCoupon, kind Coupon, sum Fen, now time.Time) CouponOffer {
	offer := CouponOffer{ID: mine.ID, Name: kind.Name, Sale: kind.Sale, EndTime: mine.EndTime}
	after, err := applySale(kind.Sale, sum)
	switch {
	case mine.OrderID != nil:
		offer.Why = "已用于待付款的订单"
	case !now.Before(mine.EndTime):
		offer.Why = "已于 " + toMinute(mine.EndTime) + " 过期"
	case now.Before(mine.StartTime):
		offer.Why = "还没到时间，" + toMinute(mine.StartTime) + " 起可用"
	case sum < kind.ConditionPrice:
		offer.Why, offer.Missing = ConditionText(kind.ConditionPrice), kind.ConditionPrice-sum
	case err != nil:
		offer.Why = "优惠规则有误，请联系客服"
	case after == sum:
		offer.Why = "对本单没有优惠"
	default:
		offer.Saves = sum - after
	}
	return offer
}

func toMinute(t time.Time) string { return t.In(Beijing).Format("2006-01-02 15:04") }

// holdCoupon reserves a student's coupon for an order; ErrCoupon if it is used, held, expired, not
// valid yet, or another student's.
func (tx transaction) holdCoupon(coupon int64, o Order) error {
	return tx.execOne(ErrCoupon, `
		UPDATE ly_user_coupon SET order_id = ?
		WHERE id = ? AND user_id = ? AND order_id IS NULL AND start_time <= ? AND end_time > ?`,
		o.ID, coupon, o.UserID, tx.now, tx.now)
}

// useHeldCoupon marks the coupon that the order holds as used.
func (tx transaction) useHeldCoupon(o Order) error {
	return tx.execOne(ErrCoupon, `UPDATE ly_user_coupon SET used_at = ? WHERE id = ? AND order_id = ? AND used_at IS NULL`,
		tx.now, o.Coupon, o.ID)
}

// GiveCoupon gives a student one coupon of the named kind, valid from now. ErrNotFound when there
// is no such kind.
func (db *DB) GiveCoupon(ctx context.Context, user int64, name string) (UserCoupon, error) {
	var given UserCoupon
	err := db.inTx(ctx, func(tx transaction) error {
		var kind Coupon
		if err := tx.Take(&kind, "name = ?", name).Error; err != nil {
			return found(err)
		}
		if kind.Name != name { // MySQL's collation takes all emoji for the same character
			return ErrNotFound
		}
		given = UserCoupon{UserID: user, CouponID: kind.ID, StartTime: tx.now, EndTime: tx.now.AddDate(0, 0, kind.Days)}
		var err error
		given.ID, err = tx.insert(`
			INSERT INTO ly_user_coupon (user_id, coupon_id, start_time, end_time) VALUES (?, ?, ?, ?)`,
			given.UserID, given.CouponID, given.StartTime, given.EndTime)
		return err
	})
	return given, err
}
