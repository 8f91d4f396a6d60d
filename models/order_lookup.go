package models

import (
	"context"
	"slices"
)

// FoundOrder is an order as staff look at it.
type FoundOrder struct {
	OrderView
	Username string
	Mobile   string         // of the student; empty if they did not give it
	Messages []PaymentEvent // what Alipay, or somebody in its name, told of the order; oldest first
}

// maxMessages is how many of the latest messages FindOrder reads. There is no limit to how many there
// are, because anybody can send messages that are refused.
const maxMessages = 200

// FindOrder finds an order by its number, by the out_trade_no of an attempt, by the trade_no that the
// buyer sees in the Alipay app, or by the out_request_no of a refund. Errors: ErrNotFound.
func (db *DB) FindOrder(ctx context.Context, name string) (FoundOrder, error) {
	var who struct {
		OrderNumber string
		UserID      int64
		Username    string
		Mobile      *string
	}
	refunded, _ := orderNumberOf(name) // each out_request_no of the shop begins with the number of its order
	err := db.with(ctx).Raw(`
		SELECT o.order_number, o.user_id, u.username, u.mobile
		FROM (SELECT id FROM ly_order WHERE order_number = ?
			UNION SELECT order_id FROM ly_payment WHERE out_trade_no = ?
			UNION SELECT order_id FROM ly_payment WHERE trade_no = ?
			UNION SELECT p.order_id FROM ly_refund f JOIN ly_payment p ON p.id = f.payment_id
				JOIN ly_order r ON r.id = p.order_id WHERE r.order_number = ? AND f.out_request_no = ?) named
		JOIN ly_order o ON o.id = named.id JOIN ly_user u ON u.id = o.user_id`,
		name, name, name, refunded, name).Take(&who).Error
	if err != nil {
		return FoundOrder{}, found(err)
	}
	order := FoundOrder{Username: who.Username}
	if who.Mobile != nil {
		order.Mobile = *who.Mobile
	}
	if order.OrderView, err = db.Order(ctx, who.UserID, who.OrderNumber); err != nil {
		return order, err
	}
	// Along the primary key, the database would read the messages of all orders.
	err = db.with(ctx).Raw("SELECT * FROM ly_payment_event"+along(db.dialect, "ly_payment_event_out_trade_no")+
		" WHERE out_trade_no IN ? ORDER BY id DESC LIMIT ?", order.outTradeNos(), maxMessages).
		Scan(&order.Messages).Error
	slices.Reverse(order.Messages)
	return order, err
}

// outTradeNos are the names of the order's attempts at Alipay. The order number is always among them,
// because the first attempt of an order brought over from an older shop may have no row.
func (v OrderView) outTradeNos() []string {
	names := []string{v.OrderNumber}
	for _, p := range v.Payments {
		names = append(names, p.OutTradeNo)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// OrdersOf reads up to limit orders of a student, without their lines, newest first. Hidden orders are
// among them. Errors: ErrNotFound if there is no such student.
func (db *DB) OrdersOf(ctx context.Context, username string, limit int) ([]Order, error) {
	user, err := db.UserByName(ctx, username)
	if err != nil {
		return nil, err
	}
	var orders []Order
	err = db.with(ctx).Where("user_id = ?", user.ID).Order("id DESC").Limit(limit).Find(&orders).Error
	return orders, err
}
