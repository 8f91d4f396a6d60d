package models

import (
	"errors"
	"slices"
	"time"

	"gorm.io/gorm/clause"
)

// errNothingNew tells that a student has every course of an order for ever already.
var errNothingNew = errors.New("the student has all of it for ever")

// confirmLate grants a closed order that was paid after all, if its coupon and points are still
// free, its courses still sold at its prices, and not all of them the student's for ever meanwhile;
// otherwise the whole sum goes back.
func (tx transaction) confirmLate(o Order, p Payment, trade PaidTrade) (Outcome, error) {
	err := tx.attempt(grantLate(o, p, trade))
	for _, gone := range []error{errNothingNew, ErrWithdrawn, ErrPriceChanged, ErrCoupon, ErrPoints} {
		if errors.Is(err, gone) {
			return OrderClosed, tx.sendBack(p, trade, RefundLate)
		}
	}
	return FulfilledLate, err
}

func grantLate(o Order, p Payment, trade PaidTrade) func(transaction) error {
	return func(tx transaction) error {
		if err := tx.stillWanted(o); err != nil {
			return err
		}
		if err := tx.hold(o); err != nil {
			return err
		}
		return tx.bookAndFulfil(o, p, trade)
	}
}

// stillWanted tells whether the order gives its student anything, and could be had today as it is:
// nil, errNothingNew, ErrWithdrawn or ErrPriceChanged.
func (tx transaction) stillWanted(o Order) error {
	var lines []OrderDetail
	if err := tx.Where("order_id = ?", o.ID).Find(&lines).Error; err != nil {
		return err
	}
	ids := make([]int64, len(lines))
	for i, line := range lines {
		ids[i] = line.CourseID
	}
	rights, err := readRights(tx.DB, o.UserID, ids)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(ids, func(course int64) bool { return !rights[course].ForEver }) {
		return errNothingNew
	}
	return tx.stillSold(lines, ids)
}

// stillSold tells whether every line, which is of the course of that place, could be bought today
// at its price: nil, ErrWithdrawn or ErrPriceChanged.
func (tx transaction) stillSold(lines []OrderDetail, ids []int64) error {
	var courses []Course
	if err := tx.Where("id IN ? AND published = ?", ids, true).Find(&courses).Error; err != nil {
		return err
	}
	book, err := openOffers(tx.DB, ids, tx.now)
	if err != nil {
		return err
	}
	for _, line := range lines {
		i := slices.IndexFunc(courses, func(c Course) bool { return c.ID == line.CourseID })
		if i < 0 {
			return ErrWithdrawn
		}
		offer, err := book.offer(courses[i], line.Expire)
		if err != nil {
			return err
		}
		if offer.SalePrice != line.SalePrice {
			return ErrPriceChanged
		}
	}
	return nil
}

// sendBack notes money that the order cannot take, together with the refund that returns all of it.
func (tx transaction) sendBack(p Payment, trade PaidTrade, cause RefundCause) error {
	if err := tx.bookPayment(p, trade, PaymentSurplus); err != nil {
		return err
	}
	return tx.insertRefund(&Refund{
		PaymentID: p.ID, Amount: p.Amount, Cause: cause, Reason: cause.String(), RequestedBy: "luffy",
	}, p)
}

// holdWrong keeps a sum that was not asked for until staff have given it back at Alipay. The row
// takes the sum that came, because that is what must go back; the order still says what was asked
// for. A job asks Alipay whether that is so: its answer is worth more than a message.
func (tx transaction) holdWrong(p Payment, trade PaidTrade) error {
	if err := tx.bookPayment(p, trade, PaymentHeld); err != nil {
		return err
	}
	return tx.Model(&Payment{}).Where("id = ?", p.ID).
		Updates(columns{"amount": trade.Amount, "ask_at": tx.now}).Error
}

// letGo opens a held attempt again of which Alipay now tells the right sum. The wrong one was told
// of the same trade, or else of another, which is left to staff. So is one of which a part has gone
// back: the order could not take it as paid in full.
func (tx transaction) letGo(o Order, held Payment, trade PaidTrade) (Payment, error) {
	var refunds int64
	err := tx.Model(&Refund{}).Where("payment_id = ?", held.ID).Count(&refunds).Error
	if err != nil || refunds > 0 {
		return held, err
	}
	if *held.TradeNo != trade.TradeNo {
		wrong := PaidTrade{TradeNo: *held.TradeNo, Amount: held.Amount, PaidAt: trade.PaidAt}
		if err := tx.noteSecond(Payment{OutTradeNo: held.OutTradeNo, Amount: o.RealPrice}, wrong); err != nil {
			return held, err
		}
	}
	open := held
	open.State, open.Amount, open.TradeNo = PaymentOpen, o.RealPrice, nil
	return open, tx.execOne(ErrNotPayable,
		`UPDATE ly_payment SET state = ?, amount = ?, trade_no = NULL, paid_at = NULL WHERE id = ? AND state = ?`,
		open.State, open.Amount, held.ID, PaymentHeld)
}

// noteSecond leaves to staff what should not be: Alipay has one trade an out_trade_no, so the
// attempt's row has no place for another, and a refund by its out_trade_no could take the wrong
// one. It is the difference that the bill of the day will show, open from now on.
func (tx transaction) noteSecond(p Payment, trade PaidTrade) error {
	return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&BillDifference{
		BillDate: trade.PaidAt.In(Beijing).Format(time.DateOnly), Kind: SecondPayment,
		OutTradeNo: p.OutTradeNo, TradeNo: trade.TradeNo,
		AlipayAmount: &trade.Amount, ShopAmount: &p.Amount, FoundAt: tx.now,
	}).Error
}

// noteGone books a trade whose money came and went without the shop: nothing is granted for it.
func (tx transaction) noteGone(o Order, p Payment, trade PaidTrade) error {
	if err := tx.bookPayment(p, trade, PaymentSurplus); err != nil {
		return err
	}
	p.State = PaymentSurplus
	return tx.bookOutside(o, p, nil, RefundNews{Amount: p.Amount, Total: p.Amount, At: tx.now})
}
