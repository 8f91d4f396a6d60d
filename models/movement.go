package models

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Period is a month or a day in Beijing, as the books are kept.
type Period struct{ From, To time.Time }

// firstYear is before any shop took money by Alipay. MySQL knows no year before 0, where the first
// one begins in Beijing.
const firstYear = 2000

// ParsePeriod reads a month like 2026-11 or a day like 2026-11-21.
func ParsePeriod(text string) (Period, error) {
	from, err := time.ParseInLocation("2006-01", text, Beijing)
	to := from.AddDate(0, 1, 0)
	if err != nil {
		from, err = time.ParseInLocation(time.DateOnly, text, Beijing)
		to = from.AddDate(0, 0, 1)
	}
	if err != nil || from.Year() < firstYear {
		return Period{}, fmt.Errorf("%q: a month like 2026-11 or a day like 2026-11-21 is expected", text)
	}
	return Period{from, to}, nil
}

// Movement is money that came from a buyer or went back.
type Movement struct {
	At           time.Time // by Alipay's clock
	OrderNumber  string
	OutTradeNo   string
	TradeNo      string
	OutRequestNo string // of a refund; empty for a payment
	Username     string
	Title        string       // the line's course, or the order's title
	Amount       Fen          // negative if it went back
	State        PaymentState // of a payment
	PaidAt       time.Time    // when the money came; of a payment the same as At
	Reason       string       // of a refund
	Cause        RefundCause
	RequestedBy  string    // who of the staff gave the refund back, unless the cause says that nobody did
	AskedAt      time.Time // when the shop learned of the refund, perhaps days before the money moved
	SettledBy    string    // who of the staff paid the refund by other means; empty if Alipay did
	Note         string    // how they paid it
}

// Movements reads the payments and the refunds of a time, sorted by when the money moved. Payments
// that their orders could not take are among them, and so are refunds that staff paid by other means;
// all others are also in Alipay's bills.
func (db *DB) Movements(ctx context.Context, from, to time.Time) ([]Movement, error) {
	return db.readMovements(ctx, within(from, to))
}

// moved chooses payments p and refunds f.
type moved struct {
	came, back         string
	cameArgs, backArgs []any
}

// within chooses all that moved from one time until before another.
func within(from, to time.Time) moved {
	return moved{
		came: "p.trade_no IS NOT NULL AND p.paid_at >= ? AND p.paid_at < ?", cameArgs: []any{from.UTC(), to.UTC()},
		back: "f.state = ? AND f.done_at >= ? AND f.done_at < ?", backArgs: []any{RefundDone, from.UTC(), to.UTC()},
	}
}

// readMovements sorts by time, at the same time payments before refunds, and these by ID.
func (db *DB) readMovements(ctx context.Context, m moved) ([]Movement, error) {
	var came, back []Movement
	err := db.with(ctx).Raw(`
		SELECT p.paid_at AS at, o.order_number, p.out_trade_no, p.trade_no, u.username, o.order_title AS title,
		       p.amount, p.state, p.paid_at
		FROM ly_payment p JOIN ly_order o ON o.id = p.order_id JOIN ly_user u ON u.id = o.user_id
		WHERE `+m.came+` ORDER BY p.paid_at, p.id`, m.cameArgs...).Scan(&came).Error
	if err != nil {
		return nil, err
	}
	err = db.with(ctx).Raw(`
		SELECT f.done_at AS at, o.order_number, p.out_trade_no, p.trade_no, f.out_request_no, u.username,
		       COALESCE(d.course_name, o.order_title) AS title, -f.amount AS amount, p.paid_at, f.reason,
		       f.cause, f.requested_by, f.created_at AS asked_at, f.settled_by, f.note
		FROM ly_refund f JOIN ly_payment p ON p.id = f.payment_id
		JOIN ly_order o ON o.id = p.order_id JOIN ly_user u ON u.id = o.user_id
		LEFT JOIN ly_order_detail d ON d.id = f.order_detail_id
		WHERE `+m.back+` ORDER BY f.done_at, f.id`, m.backArgs...).Scan(&back).Error
	all := append(came, back...)
	slices.SortStableFunc(all, func(a, b Movement) int { return a.At.Compare(b.At) })
	return all, err
}

// EachMovement calls do for each movement of a period, sorted by when the money moved. It keeps no
// more than one hour's movements in memory.
func (db *DB) EachMovement(ctx context.Context, p Period, do func(Movement) error) error {
	for hour := p.From; hour.Before(p.To); hour = hour.Add(time.Hour) {
		movements, err := db.Movements(ctx, hour, hour.Add(time.Hour))
		if err != nil {
			return err
		}
		for _, m := range movements {
			if err := do(m); err != nil {
				return err
			}
		}
	}
	return nil
}
