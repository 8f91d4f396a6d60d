package models

import (
	"context"
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"
)

// DifferenceKind is the word in ly_bill_difference.kind.
type DifferenceKind string

// What Alipay's bill and the shop can disagree about.
const (
	MissingHere         DifferenceKind = "paid_at_alipay_not_here"
	MissingThere        DifferenceKind = "paid_here_not_at_alipay"
	AmountDiffers       DifferenceKind = "amount_differs"
	SecondPayment       DifferenceKind = "second_payment" // of another attempt: it goes back by itself
	UnbookedTrade       DifferenceKind = "another_trade"  // of an attempt that has a trade: staff give it back
	RefundMissingHere   DifferenceKind = "refund_at_alipay_not_here"
	RefundMissingThere  DifferenceKind = "refund_here_not_at_alipay"
	RefundAmountDiffers DifferenceKind = "refund_amount_differs"
)

// BillDifference is a difference between Alipay's bill of a day and the shop. Until ClosedAt is set it
// is a task for staff.
type BillDifference struct {
	ID           int64
	BillDate     string // yyyy-MM-dd, a day in Beijing
	Kind         DifferenceKind
	OutTradeNo   string
	TradeNo      string
	OutRequestNo string // of a refund
	AlipayAmount *Fen   // nil if the bill has no row
	ShopAmount   *Fen   // nil if the shop has no row
	Action       string // what was done about it
	SettledBy    string // the member of staff who closed it; empty if a comparison did
	FoundAt      time.Time
	ClosedAt     *time.Time
}

// TableName names the table.
func (BillDifference) TableName() string { return "ly_bill_difference" }

// billRow identifies what a difference is about, within its day.
type billRow struct {
	kind                              DifferenceKind
	outTradeNo, tradeNo, outRequestNo string
}

func (d BillDifference) row() billRow {
	return billRow{d.Kind, d.OutTradeNo, d.TradeNo, d.OutRequestNo}
}

func (d BillDifference) sameSums(o BillDifference) bool {
	same := func(a, b *Fen) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }
	return same(d.AlipayAmount, o.AlipayAmount) && same(d.ShopAmount, o.ShopAmount)
}

// SettleBillDifference closes an open difference that staff have cleared up. action says what they
// did. ErrNotFound if there is no open difference with that ID.
func (db *DB) SettleBillDifference(ctx context.Context, id int64, by, action string) error {
	return db.inTx(ctx, func(tx transaction) error {
		settled := tx.Model(&BillDifference{}).Where("id = ? AND closed_at IS NULL", id).
			Updates(columns{"closed_at": tx.now, "settled_by": cut(by, 64), "action": cut(action, 255)})
		if err := exactlyOne(settled, ErrNotFound); err != nil {
			return err
		}
		var d BillDifference
		if err := tx.Take(&d, "id = ?", id).Error; err != nil {
			return err
		}
		act := StaffAct{DoneBy: by, Act: ActSettleDifference, Period: d.BillDate, Note: action}
		if err := tx.nameOrder(&act, d.OutTradeNo); err != nil {
			return err
		}
		return tx.noteAct(act)
	})
}

// nameOrder names the order of an out_trade_no in an act, if it is one of the shop's: Alipay's bill
// also has what was sold elsewhere.
func (tx transaction) nameOrder(a *StaffAct, outTradeNo string) error {
	number, ok := orderNumberOf(outTradeNo)
	if !ok {
		return nil
	}
	return tx.Raw("SELECT order_number FROM ly_order WHERE order_number = ?", number).Scan(&a.OrderNumber).Error
}

// SaveBillDifferences stores what a comparison of that day found, and returns all differences of the
// day. An open one that was not found any more is closed; one that was found again gets its new values.
// Each difference is one row, so that comparing twice has the same result, also at once: whoever was
// slower finds the rows of the faster one.
func (db *DB) SaveBillDifferences(ctx context.Context, date string, found []BillDifference) ([]BillDifference, error) {
	all, err := db.saveDifferences(ctx, date, found)
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return db.saveDifferences(ctx, date, found)
	}
	return all, err
}

func (db *DB) saveDifferences(ctx context.Context, date string, found []BillDifference) ([]BillDifference, error) {
	var all []BillDifference
	err := db.inTx(ctx, func(tx transaction) error {
		var known []BillDifference
		if err := lockRows(tx.DB).Where("bill_date = ?", date).Find(&known).Error; err != nil {
			return err
		}
		if err := tx.closeUnfound(known, found); err != nil {
			return err
		}
		if err := tx.saveFound(date, known, found); err != nil {
			return err
		}
		all = nil
		return tx.Where("bill_date = ?", date).Order("kind, out_trade_no, id").Find(&all).Error
	})
	return all, err
}

func (tx transaction) closeUnfound(known, found []BillDifference) error {
	still := make(map[billRow]bool, len(found))
	for _, f := range found {
		still[f.row()] = true
	}
	var gone []int64
	for _, k := range known {
		if k.ClosedAt == nil && !still[k.row()] {
			gone = append(gone, k.ID)
		}
	}
	closed := columns{"closed_at": tx.now, "action": "not found any more when the day was compared again"}
	for ids := range slices.Chunk(gone, batch) {
		if err := tx.Model(&BillDifference{}).Where("id IN ?", ids).Updates(closed).Error; err != nil {
			return err
		}
	}
	return nil
}

// saveFound writes what is new or has changed. A bill that came empty makes a difference of each
// payment of its day.
func (tx transaction) saveFound(date string, known, found []BillDifference) error {
	knownAs := make(map[billRow]BillDifference, len(known))
	for _, k := range known {
		knownAs[k.row()] = k
	}
	var fresh []BillDifference
	for _, f := range found {
		if k, ok := knownAs[f.row()]; !ok {
			f.BillDate, f.FoundAt = date, tx.now
			fresh = append(fresh, f)
		} else if err := tx.saveAgain(k, f); err != nil {
			return err
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	return tx.CreateInBatches(fresh, batch).Error
}

// saveAgain leaves one that is open and as it was, a closed one that was found closed again, so that
// it keeps the time when it was closed, and one that staff have settled, unless its sums are others now.
func (tx transaction) saveAgain(k, f BillDifference) error {
	settled := k.SettledBy != "" && k.sameSums(f)
	asBefore := k.ClosedAt == nil && f.ClosedAt == nil && k.Action == f.Action && k.sameSums(f)
	if asBefore || k.ClosedAt != nil && (f.ClosedAt != nil || settled) {
		return nil
	}
	now := columns{
		"alipay_amount": f.AlipayAmount, "shop_amount": f.ShopAmount, "action": f.Action,
		"closed_at": f.ClosedAt, "settled_by": "",
	}
	return tx.Model(&BillDifference{}).Where("id = ?", k.ID).Updates(now).Error
}
