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

// RefundNews is what a message or the bill tells of one refund, or of all refunds of a trade together.
type RefundNews struct {
	OutTradeNo   string
	OutRequestNo string // may be empty
	Amount       Fen    // of this refund; 0 if only Total is known
	Total        Fen    // of all refunds of the trade so far; 0 if only Amount is known
	At           time.Time
	// Others are the refunds, by ID, of which the bill has rows of their own. The news is of none of
	// them, unless it has its number.
	Others map[int64]bool
}

// NoteRefund books what Alipay tells of a refund: it finishes a refund of the shop's own, and stores
// one that was made outside the shop. Hearing the same news again changes nothing. Errors:
//
//   - ErrNotFound: no attempt has this out_trade_no
//   - ErrNothingPaid: the shop has not heard of the payment yet
//   - ErrRefundTooMuch: more would have gone back than came
//   - ErrRefundUnsure: it cannot be told whether this is a refund that the shop knows
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

// noteRefund books one refund, whose amount is known.
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

// noteTotal books what is new in the sum of all refunds of a trade: the part of Total that the
// refunds already done do not explain. The first of these that applies decides:
//
//	nothing is new                               nothing is booked
//	a refund was done after the time of the news ErrRefundUnsure: Total does not contain it
//	a pending refund has just that amount        that refund is done
//	other refunds are pending                    ErrRefundUnsure: Total may contain one of them
//	otherwise                                    a refund made outside the shop
func (tx transaction) noteTotal(o Order, p Payment, known []Refund, n RefundNews) error {
	// Total does not contain refunds that staff paid by other means.
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

// among finds the known refund that the news tells of; nil if it is none of them. The first match
// counts. News with an out_request_no is matched with
//
//  1. the refund with this number
//  2. a done refund of this amount and time, if Alipay has not told its number yet
//  3. a sum that this refund is part of
//
// and news without one with
//
//  1. a done refund of this amount and time
//  2. a pending refund of this amount
//  3. a failed refund of this amount: Alipay has made it after all
//  4. a sum that this refund is part of
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
		for i, r := range known {
			if is(r) && (!n.Others[r.ID] || r.OutRequestNo == n.OutRequestNo) {
				return &known[i]
			}
		}
	}
	return nil
}

// mayName tells whether the refund still has a number of the shop's own making, so that Alipay may
// know it by another one.
func (n RefundNews) mayName(r Refund) bool {
	kind, made := strings.CutPrefix(r.OutRequestNo, n.OutTradeNo)
	return made && (strings.HasPrefix(kind, ownRefund) || strings.HasPrefix(kind, unnamed))
}

// repeats tells whether the refund is done and, by amount and time, the one that the news tells of.
func (n RefundNews) repeats(r Refund) bool {
	return r.State == RefundDone && !r.settled() && r.Amount == n.Amount && r.DoneAt.Sub(n.At).Abs() < refundGap
}

// nameRefund gives a refund the number by which Alipay knows it. An empty number changes nothing.
func (tx transaction) nameRefund(r Refund, outRequestNo string) error {
	return tx.Model(&Refund{}).Where("id = ?", r.ID).Update("out_request_no", cmp.Or(outRequestNo, r.OutRequestNo)).Error
}

// yieldNumber gives a refund of the shop a new number, because Alipay knows another refund, of another
// sum, by its old one. This happens after a backup was restored. It proves that Alipay has not made the
// shop's refund; if that is pending, it is sent with the new number.
func (tx transaction) yieldNumber(p Payment, own Refund, n RefundNews) error {
	number, err := tx.freeOutRequestNo(own, p)
	if err != nil {
		return err
	}
	why := cut(fmt.Sprintf("Alipay knows %s as another refund, of %s", own.OutRequestNo, n.Amount), 255)
	return tx.Model(&Refund{}).Where("id = ?", own.ID).
		Updates(columns{"out_request_no": number, "last_error": why}).Error
}

// finishRefused finishes a refund that Alipay had refused and has made after all. If another refund
// has given its line back meanwhile, this one becomes a refund of a bare sum.
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
