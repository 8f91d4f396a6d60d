package models

import (
	"time"

	"gorm.io/gorm"
)

// FenPerPoint is the value of one point: 10 points are 1 yuan.
const FenPerPoint Fen = 10

// PointsWorth is how much so many points take off a price.
func PointsWorth(points int64) Fen { return Fen(points) * FenPerPoint }

// CreditOpera is the code in ly_credit.opera.
type CreditOpera int8

// Why points moved.
const (
	CreditEarned CreditOpera = 1
	CreditSpent  CreditOpera = 2
	CreditBack   CreditOpera = 3
)

// String is the reason that students read in their points ledger.
func (o CreditOpera) String() string {
	switch o {
	case CreditEarned:
		return "获得积分"
	case CreditSpent:
		return "订单抵扣"
	case CreditBack:
		return "退款退回"
	default:
		return "积分变动"
	}
}

// Credit is one row of the points ledger. A student's rows add up to ly_user.credit.
type Credit struct {
	ID        int64
	UserID    int64
	Opera     CreditOpera
	Number    int64 // points; negative when they were taken
	OrderID   *int64
	Reference string // names the cause; unique, so that one cause moves points once only
	CreatedAt time.Time
}

// TableName names the seed's table.
func (Credit) TableName() string { return "ly_credit" }

// addCredit gives points and books them in the ledger. It updates the student's row first: inserting
// into the ledger locks that row in share mode for the foreign key, and two transactions that both
// hold it in share mode would deadlock when they update it.
func (tx transaction) addCredit(c Credit) error {
	given := tx.Model(&User{}).Where("id = ?", c.UserID).Update("credit", gorm.Expr("credit + ?", c.Number))
	if err := exactlyOne(given, ErrNotFound); err != nil {
		return err
	}
	c.CreatedAt = tx.now
	return tx.Create(&c).Error
}

// holdCredit reserves points for an unpaid order; ErrPoints if fewer are free.
func (tx transaction) holdCredit(user, points int64) error {
	return tx.execOne(ErrPoints, `
		UPDATE ly_user SET credit_held = credit_held + ? WHERE id = ? AND credit - credit_held >= ?`, points, user, points)
}

// releaseCredit frees points that holdCredit reserved. If fewer are held, one of the student's orders
// was brought over from an older shop without its hold.
func (tx transaction) releaseCredit(user, points int64) error {
	return tx.Model(&User{}).Where("id = ?", user).
		Update("credit_held", gorm.Expr("CASE WHEN credit_held > ? THEN credit_held - ? ELSE 0 END", points, points)).Error
}

// spendHeldCredit takes the points that the order holds and books them in the ledger. Its update also
// locks the student's row.
func (tx transaction) spendHeldCredit(o Order) error {
	err := tx.execOne(ErrPoints, `
		UPDATE ly_user SET credit = credit - ?, credit_held = credit_held - ?
		WHERE id = ? AND credit_held >= ?`, o.Credit, o.Credit, o.UserID, o.Credit)
	if err != nil {
		return err
	}
	_, err = tx.exec(`
		INSERT INTO ly_credit (user_id, opera, number, order_id, reference, created_at)
		VALUES (?, ?, ?, ?, ?, ?)`,
		o.UserID, CreditSpent, -o.Credit, o.ID, "order:"+o.OrderNumber, tx.now)
	return err
}
