package models

import (
	"cmp"
	"context"
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

// NoteRefund books what Alipay tells of a refund: one of the shop's own is finished, one made outside the shop gets its row. Called
// again it changes nothing. Errors: ErrNotFound when no attempt has this out_trade_no, ErrNothingPaid while the shop has not heard of
// its payment, ErrRefundTooMuch when more would have gone back than came.
func (db *DB) NoteRefund(ctx context.Context, n RefundNews) error {
	return db.inTx(ctx, func(tx tx) error {
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
		booked := sumDone(known)
		if n.Amount == 0 {
			n.Amount = n.Total - sumDone(slices.DeleteFunc(slices.Clone(known), Refund.settled)) // Alipay's total knows nothing of those
		}
		i := slices.IndexFunc(known, func(r Refund) bool { return n.OutRequestNo != "" && r.OutRequestNo == n.OutRequestNo })
		if i < 0 {
			i = slices.IndexFunc(known, n.fits)
		}
		switch {
		case i >= 0 && known[i].State == RefundDone:
			return tx.nameRefund(known[i], n.OutRequestNo)
		case i >= 0:
			return tx.finishRefund(order, payment, known[i], n.At)
		case n.Amount <= 0:
			return nil
		case booked+n.Amount > payment.Amount:
			return ErrRefundTooMuch
		default:
			return tx.bookOutside(order, payment, n)
		}
	})
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

// fits tells whether the news may be of the refund although they do not share a number: nameless news of the shop's own pending refund, or
// the number at last of an outside refund that was booked nameless.
func (n RefundNews) fits(r Refund) bool {
	if n.OutRequestNo == "" {
		return r.State == RefundPending && r.Amount == n.Amount
	}
	nameless := r.Cause == RefundOutside && strings.HasPrefix(r.OutRequestNo, n.OutTradeNo+ownRefund)
	return nameless && r.Amount == n.Amount
}

// nameRefund gives an outside refund the number that Alipay knows it by, once that is heard.
func (tx tx) nameRefund(r Refund, outRequestNo string) error {
	return tx.Model(&Refund{}).Where("id = ?", r.ID).Update("out_request_no", cmp.Or(outRequestNo, r.OutRequestNo)).Error
}

// bookOutside gives a refund that the shop did not ask for its row, done already.
func (tx tx) bookOutside(o Order, p Payment, n RefundNews) error {
	line, err := tx.lineAskedFor(p, n.Amount)
	if err != nil {
		return err
	}
	r := Refund{
		PaymentID: p.ID, OrderDetailID: line, Amount: n.Amount, Cause: RefundOutside, Reason: RefundOutside.String(), RequestedBy: "alipay",
	}
	if err := tx.addRefund(&r, p); err != nil {
		return err
	}
	if err := tx.nameRefund(r, n.OutRequestNo); err != nil {
		return err
	}
	return tx.finishRefund(o, p, r, n.At)
}

// lineAskedFor is the line that a refund made outside the shop is taken to be of: one of that very sum whose student waits for its refund,
// the oldest request first; nil when there is none. Else approving the request would give the sum back once more.
func (tx tx) lineAskedFor(p Payment, amount Fen) (*int64, error) {
	var lines []int64
	err := tx.Raw(`
		SELECT d.id FROM ly_refund_request q JOIN ly_order_detail d ON d.id = q.order_detail_id
		JOIN ly_payment p ON p.order_id = d.order_id
		WHERE p.id = ? AND p.state = ? AND q.state = ? AND d.real_price = ? ORDER BY q.created_at, q.id LIMIT 1`,
		p.ID, PaymentPaid, RequestOpen, amount).Scan(&lines).Error
	if err != nil || len(lines) == 0 {
		return nil, err
	}
	return &lines[0], nil
}
