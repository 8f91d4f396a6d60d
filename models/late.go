package models

import (
	"errors"
	"slices"
	"time"

	"gorm.io/gorm/clause"
)

// errNothingNew means that the student already has every course of the order for ever.
var errNothingNew = errors.New("the student has all of it for ever")

// confirmLate grants a closed order that was paid after all, if
//
//   - the student does not have all of its courses for ever by now,
//   - its courses are still sold at its prices, and
//   - its coupon and points are still free.
//
// Otherwise the whole sum goes back.
func (tx transaction) confirmLate(o Order, p Payment, trade PaidTrade) (Outcome, error) {
	err := tx.nested(grantLate(o, p, trade))
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

// stillWanted returns nil if the order gives its student anything new and could be placed today as it
// is. Otherwise it returns errNothingNew, ErrWithdrawn or ErrPriceChanged.
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

// stillSold returns nil if every line could be bought today at its price. Otherwise it returns
// ErrWithdrawn or ErrPriceChanged. courseIDs are the courses of the lines.
func (tx transaction) stillSold(lines []OrderDetail, courseIDs []int64) error {
	var courses []Course
	if err := tx.Where("id IN ? AND published = ?", courseIDs, true).Find(&courses).Error; err != nil {
		return err
	}
	book, err := openOffers(tx.DB, courseIDs, tx.now)
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

// sendBack books money that the order cannot take, and the refund that returns all of it.
func (tx transaction) sendBack(p Payment, trade PaidTrade, cause RefundCause) error {
	if err := tx.bookPayment(p, trade, PaymentSurplus); err != nil {
		return err
	}
	return tx.insertRefund(&Refund{
		PaymentID: p.ID, Amount: p.Amount, Cause: cause, Reason: cause.String(), RequestedBy: "luffy",
	}, p)
}

// holdWrong books a payment of the wrong sum as held, until staff have given it back at Alipay. It
// stores the sum that came, because that is what must go back; the order still has the sum that was
// asked for. It also has a job ask Alipay at once, because the message may be wrong.
func (tx transaction) holdWrong(p Payment, trade PaidTrade) error {
	if err := tx.bookPayment(p, trade, PaymentHeld); err != nil {
		return err
	}
	return tx.Model(&Payment{}).Where("id = ?", p.ID).
		Updates(columns{"amount": trade.Amount, "ask_at": tx.now}).Error
}

// letGo reopens a held attempt, because Alipay now tells the right sum of it. If the wrong sum was
// told of another trade, that trade is left to staff. An attempt with refunds stays held, because the
// order could not be paid in full by what is left of it.
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

// noteSecond stores a second trade of an attempt as an open difference for staff, as the bill of that
// day will show it. The shop cannot handle it by itself: the attempt's row has room for one trade
// only, since Alipay should have only one for each out_trade_no, and a refund by out_trade_no could
// be taken from the wrong one.
func (tx transaction) noteSecond(p Payment, trade PaidTrade) error {
	return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&BillDifference{
		BillDate: trade.PaidAt.In(Beijing).Format(time.DateOnly), Kind: UnbookedTrade,
		OutTradeNo: p.OutTradeNo, TradeNo: trade.TradeNo,
		AlipayAmount: &trade.Amount, ShopAmount: &p.Amount, FoundAt: tx.now,
	}).Error
}

// noteGone books a trade that was paid and refunded in full before the shop heard of it. Nothing is
// granted for it.
func (tx transaction) noteGone(o Order, p Payment, trade PaidTrade) error {
	if err := tx.bookPayment(p, trade, PaymentSurplus); err != nil {
		return err
	}
	p.State = PaymentSurplus
	return tx.bookOutside(o, p, nil, RefundNews{Amount: p.Amount, Total: p.Amount, At: tx.now})
}
