package models

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
)

// NewOrder is the checkout form that a student sends.
type NewOrder struct {
	Choice
	UserID int64
	Seal   string        // Quote.Seal of the page that the student saw
	Token  string        // random, made with that page: one token makes one order, however often it is sent
	TTL    time.Duration // how long the order may stay unpaid
}

// PlaceOrder makes an order of what is selected in the cart and holds its coupon and points. An order
// of 0.00 is fulfilled at once. Called again with the same token, it returns the order made before.
// Errors: ErrEmptyCart, ErrPriceChanged, ErrCoupon, ErrPoints, ErrTooMuch.
func (db *DB) PlaceOrder(ctx context.Context, n NewOrder) (Order, error) {
	if made, err := db.orderByToken(ctx, n); !errors.Is(err, ErrNotFound) {
		return made, err
	}
	for try := 1; ; try++ {
		var order Order
		err := db.inTx(ctx, func(tx transaction) (err error) {
			order, err = tx.placeOrder(n)
			return err
		})
		if err == nil {
			return order, nil
		}
		// If the form was sent twice at the same time, the other one may have made the order and
		// taken the coupon, the points or the cart.
		if made, err := db.orderByToken(ctx, n); !errors.Is(err, ErrNotFound) {
			return made, err
		}
		// Any other duplicate key is that of the order number. The next try draws another.
		if !errors.Is(err, gorm.ErrDuplicatedKey) || try == txTries {
			return Order{}, err
		}
	}
}

func (db *DB) orderByToken(ctx context.Context, n NewOrder) (Order, error) {
	return readOrder(db.with(ctx), "o.user_id = ? AND o.checkout_token = ?", n.UserID, n.Token)
}

func (tx transaction) placeOrder(n NewOrder) (Order, error) {
	quote, err := makeQuote(tx.DB, n.UserID, n.Choice, tx.now)
	if len(quote.Lines) > 0 && !quote.Keeps(n.Seal, n.Coupon) {
		return Order{}, ErrPriceChanged
	}
	if err != nil {
		return Order{}, err
	}
	order := Order{
		OrderNumber: newOrderNumber(tx.now, n.UserID), UserID: n.UserID, OrderTitle: orderTitle(quote.Lines),
		TotalPrice: quote.Total, DiscountAmount: quote.Discount, CouponAmount: quote.CouponOff, CreditAmount: quote.PointsOff,
		RealPrice: quote.Real, OrderStatus: OrderUnpaid, Credit: n.Points, Coupon: n.Coupon, CouponName: quote.CouponName,
		CheckoutToken: &n.Token, CreatedAt: tx.now, ExpiresAt: tx.now.Add(n.TTL),
	}
	if order.ID, err = tx.insertOrder(order); err != nil {
		return Order{}, err
	}
	if err := tx.hold(order); err != nil {
		return Order{}, err
	}
	if err := tx.insertLines(order, quote); err != nil {
		return Order{}, err
	}
	if order.RealPrice > 0 {
		return order, nil
	}
	return tx.fulfil(order, fulfilment{at: tx.now, buyType: BuyFree})
}

// hold reserves the coupon and the points for this order, so that no other can use them.
func (tx transaction) hold(o Order) error {
	if o.Coupon != 0 {
		if err := tx.holdCoupon(o.Coupon, o); err != nil {
			return err
		}
	}
	if o.Credit != 0 {
		return tx.holdCredit(o.UserID, o.Credit)
	}
	return nil
}

func (tx transaction) insertOrder(o Order) (id int64, err error) {
	return tx.insert(`INSERT INTO ly_order
		(order_number, user_id, order_title, total_price, discount_amount, coupon_amount, credit_amount, real_price,
		 order_status, credit, coupon, coupon_name, checkout_token, created_at, expires_at) VALUES `+placeholders(1, 15),
		o.OrderNumber, o.UserID, o.OrderTitle, o.TotalPrice, o.DiscountAmount, o.CouponAmount, o.CreditAmount, o.RealPrice,
		o.OrderStatus, o.Credit, o.Coupon, o.CouponName, o.CheckoutToken, o.CreatedAt, o.ExpiresAt)
}

// insertLines stores what was offered as the lines of the order.
func (tx transaction) insertLines(o Order, q Quote) error {
	var lines []any
	for i, offer := range q.Lines {
		lines = append(lines, o.ID, offer.CourseID, i+1, offer.Expire, offer.ExpireText, offer.ExpireDays,
			offer.CourseName, offer.CourseImg, offer.Price, offer.DiscountName, offer.SalePrice, q.Shares[i])
	}
	_, err := tx.exec(`INSERT INTO ly_order_detail
		(order_id, course_id, position, expire, expire_text, expire_days,
		 course_name, course_img, price, discount_name, sale_price, real_price) VALUES `+
		placeholders(len(q.Lines), 12), lines...)
	return err
}

// orderTitle is what the order is called on pages and, without the characters that Alipay refuses, at
// Alipay.
func orderTitle(lines []Offer) string {
	title := []rune(strings.TrimSpace(lines[0].CourseName))
	title = title[:min(len(title), 100)]
	if len(lines) == 1 {
		return string(title)
	}
	return fmt.Sprintf("%s 等%d门课程", string(title), len(lines))
}
