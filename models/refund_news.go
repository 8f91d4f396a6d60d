package models

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// RefundNews is what a message or the bill says of a refund, or of all refunds of a trade together.
type RefundNews struct {
	OutTradeNo   string
	OutRequestNo string // may be empty
	Amount       Fen    // of this refund; 0 when only Total is known
	Total        Fen    // of all refunds of the trade so far; 0 when only Amount is known
	At           time.Time
}

// NoteRefund books what Alipay tells of a refund: one of the shop's own is finished, one made
// outside the shop gets its row. Called again it changes nothing. Errors: ErrNotFound when no
// attempt has this out_trade_no, ErrNothingPaid while the shop has not heard of its payment,
// ErrRefundTooMuch when more would have gone back than came, ErrRefundUnsure when it may or may not
// be one of the shop's own.
func (db *DB) NoteRefund(ctx context.Context, n RefundNews) error {
	return db.inTx(ctx, func(tx transaction) error {
		order, payment, err := tx.lockForPayment(n.OutTradeNo)
		if err != nil {
			return err
		}
		if payment.TradeNo == nil {
			return ErrNothingPaid
		}
		var known []Refund
		if err := tx.Where("payment_id = ?", payment.ID).Order("id").Find(&known).Error; err != nil {
			return err
		}
		if n.Amount == 0 {
			return tx.noteTotal(order, payment, known, n)
		}
		return tx.noteRefund(order, payment, known, n)
	})
}

// noteRefund books a refund whose sum is told.
func (tx transaction) noteRefund(o Order, p Payment, known []Refund, n RefundNews) error {
	switch r := n.among(known); {
	case r == nil:
		return tx.bookOutside(o, p, known, n)
	case n.partOf(*r) && r.Amount > n.Amount:
		return tx.takeOut(p, *r, n)
	case r.State == RefundDone:
		return tx.nameRefund(*r, n.OutRequestNo)
	case r.Amount != n.Amount:
		if err := tx.yieldNumber(p, *r, n); err != nil {
			return err
		}
		return tx.bookOutside(o, p, known, n)
	case sumDone(known)+r.Amount > p.Amount:
		return ErrRefundTooMuch
	case r.State == RefundFailed:
		return tx.finishRefused(o, p, *r, n.At)
	default:
		return tx.finishRefund(o, p, *r, n.At)
	}
}

// noteTotal books what is new in the sum of all refunds of a trade. While a refund of the shop's
// own is on its way that sum may hold it already, so only one of that very sum is believed to be
// the news. A sum that is older than a refund known by now does not hold that one.
func (tx transaction) noteTotal(o Order, p Payment, known []Refund, n RefundNews) error {
	// Alipay's total knows nothing of those that were paid by other means.
	atAlipay := slices.DeleteFunc(slices.Clone(known), Refund.settled)
	n.Amount = n.Total - sumDone(atAlipay)
	if n.Amount <= 0 {
		return nil
	}
	pending := slices.DeleteFunc(slices.Clone(known), func(r Refund) bool { return r.State != RefundPending })
	i := slices.IndexFunc(pending, func(r Refund) bool { return r.Amount == n.Amount })
	later := func(r Refund) bool { return r.State == RefundDone && r.DoneAt.After(n.At) }
	switch {
	case slices.ContainsFunc(atAlipay, later):
		return ErrRefundUnsure
	case i >= 0:
		return tx.finishRefund(o, p, pending[i], n.At)
	case len(pending) > 0:
		return ErrRefundUnsure
	default:
		return tx.bookOutside(o, p, known, n)
	}
}

func sumDone(refunds []Refund) Fen {
	var sum Fen
	for _, r := range refunds {
		if r.State == RefundDone {
			sum += r.Amount
		}
	}
	return sum
}

// among finds the refund that the news is of; nil when it is none of them. News with a number is of
// the refund of that number, else of one of its amount, done at that very time, of which Alipay has
// not told a number. News without is of one of its amount: done at that very time, or the shop's own
// on its way, or refused: it was made after all. Else it may be a part of what was booked as a sum.
func (n RefundNews) among(known []Refund) *Refund {
	in := func(state RefundState) func(Refund) bool {
		return func(r Refund) bool { return r.State == state && r.Amount == n.Amount }
	}
	ways := []func(Refund) bool{
		func(r Refund) bool { return r.OutRequestNo == n.OutRequestNo },
		func(r Refund) bool { return n.mayName(r) && n.repeats(r) },
		n.partOf,
	}
	if n.OutRequestNo == "" {
		ways = []func(Refund) bool{n.repeats, in(RefundPending), in(RefundFailed), n.partOf}
	}
	for _, is := range ways {
		if i := slices.IndexFunc(known, is); i >= 0 {
			return &known[i]
		}
	}
	return nil
}

// mayName tells a refund of which Alipay has not told a number.
func (n RefundNews) mayName(r Refund) bool {
	return strings.HasPrefix(r.OutRequestNo, n.OutTradeNo+ownRefund)
}

// repeats tells whether the refund is the one that the news tells of, by sum and time.
func (n RefundNews) repeats(r Refund) bool {
	return r.State == RefundDone && !r.settled() && r.Amount == n.Amount && r.DoneAt.Sub(n.At).Abs() < refundGap
}

// nameRefund gives a refund the number that Alipay knows it by, once that is heard.
func (tx transaction) nameRefund(r Refund, outRequestNo string) error {
	return tx.Model(&Refund{}).Where("id = ?", r.ID).Update("out_request_no", cmp.Or(outRequestNo, r.OutRequestNo)).Error
}

// yieldNumber gives one of the shop's refunds a new number when Alipay knows a refund of another sum
// under its own, as after a backup was restored: the number tells of nothing but that one, so the
// shop's has not been made, and if it is on its way it is sent under the new one.
func (tx transaction) yieldNumber(p Payment, own Refund, n RefundNews) error {
	number, err := tx.nextOutRequestNo(p)
	if err != nil {
		return err
	}
	why := cut(fmt.Sprintf("Alipay knows %s as another refund, of %s", own.OutRequestNo, n.Amount), 255)
	return tx.Model(&Refund{}).Where("id = ?", own.ID).
		Updates(columns{"out_request_no": number, "last_error": why}).Error
}

// finishRefused finishes a refund that Alipay had refused and has made after all. When its line
// went back by another one meanwhile, it is of a bare sum.
func (tx transaction) finishRefused(o Order, p Payment, r Refund, at time.Time) error {
	err := tx.lineStands(o, r)
	if errors.Is(err, ErrLineNotOpen) {
		r.OrderDetailID = nil
		err = tx.Model(&Refund{}).Where("id = ?", r.ID).Update("order_detail_id", nil).Error
	}
	if err != nil {
		return err
	}
	return tx.finishRefund(o, p, r, at)
}
