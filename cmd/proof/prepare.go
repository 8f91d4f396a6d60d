package main

import (
	"context"
	"crypto/rand"
	"net/url"
	"strconv"
	"time"

	"luffy/models"
	"luffy/models/payment"
)

// choose fills the cart with two courses, and returns the coupon and the points to use.
func (w *world) choose(ctx context.Context) (models.Choice, error) {
	for course := int64(1); course <= 2; course++ {
		item := models.CartItem{UserID: w.student.ID, CourseID: course, Selected: true}
		if err := w.db.PutInCart(ctx, item); err != nil {
			return models.Choice{}, err
		}
	}
	coupon, err := w.db.GiveCoupon(ctx, w.student.ID, couponName)
	return models.Choice{Coupon: coupon.ID, Points: 150}, err
}

// place places an order with coupon and points, without the program.
func (w *world) place(ctx context.Context) (models.Order, error) {
	choice, err := w.choose(ctx)
	if err != nil {
		return models.Order{}, err
	}
	quote, err := w.db.Checkout(ctx, w.student.ID, choice)
	if err != nil {
		return models.Order{}, err
	}
	return w.db.PlaceOrder(ctx, models.NewOrder{
		Choice: choice, UserID: w.student.ID, Seal: quote.Seal(), Token: rand.Text(), TTL: 15 * time.Minute,
	})
}

func prepareLink(ctx context.Context, w *world) (*purchase, error) {
	order, err := w.place(ctx)
	if err != nil {
		return nil, err
	}
	link, err := w.payments.Start(ctx, w.student.ID, order.OrderNumber, payment.Desktop)
	return &purchase{order: order, link: link}, err
}

// prepareCancelled cancels an order before its student has reached the cashier, so that the link to the
// cashier stays valid.
func prepareCancelled(ctx context.Context, w *world) (*purchase, error) {
	p, err := prepareLink(ctx, w)
	if err != nil {
		return nil, err
	}
	_, err = w.payments.Cancel(ctx, w.student.ID, p.order.OrderNumber)
	return p, err
}

// prepareLate is prepareCancelled with a coupon that has expired since, so that the order cannot be
// granted any more.
func prepareLate(ctx context.Context, w *world) (*purchase, error) {
	p, err := prepareCancelled(ctx, w)
	if err != nil {
		return nil, err
	}
	_, err = w.db.SQL().ExecContext(ctx, "UPDATE ly_user_coupon SET end_time = start_time WHERE id = ?", p.order.Coupon)
	return p, err
}

func prepareOpened(ctx context.Context, w *world) (*purchase, error) {
	p, err := prepareLink(ctx, w)
	if err != nil {
		return nil, err
	}
	return p, w.alipay.OpenTrade(p.link, "")
}

func prepareForm(ctx context.Context, w *world) (*purchase, error) {
	choice, err := w.choose(ctx)
	if err != nil {
		return nil, err
	}
	return w.fillForm(ctx, choice)
}

// fillForm fills in the form of the checkout page.
func (w *world) fillForm(ctx context.Context, choice models.Choice) (*purchase, error) {
	quote, err := w.db.Checkout(ctx, w.student.ID, choice)
	return &purchase{form: url.Values{
		"coupon": {strconv.FormatInt(choice.Coupon, 10)}, "points": {strconv.FormatInt(choice.Points, 10)},
		"quote": {quote.Seal()}, "token": {rand.Text()}, "anyway": {"1"}, // though another order has the course
	}}, err
}

// prepareFreeForm fills in the form for a course that points pay for in full.
func prepareFreeForm(ctx context.Context, w *world) (*purchase, error) {
	if err := w.db.PutInCart(ctx, models.CartItem{UserID: w.student.ID, CourseID: 3, Selected: true}); err != nil {
		return nil, err
	}
	return w.fillForm(ctx, models.Choice{Points: 455})
}
