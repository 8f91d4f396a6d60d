package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"luffy/models"
)

// student is somebody who buys again and again.
type student struct {
	id      int64
	coupons []int64
}

// visit brings some student to the shop.
func (w *world) visit(ctx context.Context) { w.buy(ctx, &w.students[w.rng.IntN(len(w.students))]) }

// buy fills a cart and makes an order of it.
func (w *world) buy(ctx context.Context, s *student) {
	if w.oneIn(3) {
		w.giveCoupon(ctx, s)
	}
	for range 1 + w.rng.IntN(3) {
		offer := w.stock[w.rng.IntN(len(w.stock))]
		item := models.CartItem{UserID: s.id, CourseID: offer.CourseID, Expire: offer.Expire, Selected: true}
		err := w.act(func() error { return w.db.PutInCart(ctx, item) })
		w.allow("", "into the cart", err, models.ErrWithdrawn)
	}
	if order, made := w.checkout(ctx, s); made {
		l := &life{world: w, student: s, order: order}
		w.lives[order.OrderNumber] = l
		w.note(order.OrderNumber, "ordered for %s, %d points, coupon %d", order.RealPrice, order.Credit, order.Coupon)
		if order.RealPrice > 0 {
			l.intend()
		}
	}
}

func (w *world) giveCoupon(ctx context.Context, s *student) {
	var given models.UserCoupon
	err := w.act(func() (err error) {
		given, err = w.db.GiveCoupon(ctx, s.id, couponKinds[w.rng.IntN(len(couponKinds))].Name)
		return err
	})
	w.allow("", "coupon", err)
	if err == nil {
		s.coupons = append(s.coupons, given.ID)
	}
}

// choose may choose a coupon that is used, held or expired, and more points than there are.
func (w *world) choose(s *student) models.Choice {
	choice := models.Choice{}
	if len(s.coupons) > 0 && w.oneIn(2) {
		choice.Coupon = s.coupons[w.rng.IntN(len(s.coupons))]
	}
	if w.oneIn(3) {
		choice.Points = w.rng.Int64N(200)
	}
	return choice
}

// checkout opens the page and sends its form, sometimes twice, and again if no answer came.
func (w *world) checkout(ctx context.Context, s *student) (models.Order, bool) {
	choice := w.choose(s)
	var quote models.Quote
	err := w.act(func() (err error) {
		quote, err = w.db.Checkout(ctx, s.id, choice)
		return err
	})
	w.allow("", "checkout", err, models.ErrEmptyCart, models.ErrCoupon, models.ErrPoints)
	if err != nil {
		return models.Order{}, false
	}
	w.pass(w.between(time.Second, 5*time.Second))
	form := models.NewOrder{Choice: choice, UserID: s.id, Seal: quote.Seal(), Token: rand.Text(), TTL: orderTTL}
	order, made := w.send(ctx, form)
	if !made {
		return order, false
	}
	if order.RealPrice != quote.Real {
		w.fail(order.OrderNumber, fmt.Errorf("the page said %s and the order costs %s", quote.Real, order.RealPrice))
	}
	if w.oneIn(30) {
		again, made := w.send(ctx, form)
		if made && again.OrderNumber != order.OrderNumber {
			w.fail(order.OrderNumber, errors.New("one form made two orders"))
		}
	}
	return order, true
}

func (w *world) send(ctx context.Context, form models.NewOrder) (order models.Order, made bool) {
	for range 4 {
		err := w.act(func() (err error) {
			order, err = w.db.PlaceOrder(ctx, form)
			return err
		})
		gone := []error{models.ErrPriceChanged, models.ErrCoupon, models.ErrPoints, models.ErrEmptyCart}
		w.allow(order.OrderNumber, "order form", err, gone...)
		if err == nil {
			return order, true
		}
		for _, e := range gone {
			if errors.Is(err, e) {
				return order, false
			}
		}
	}
	return order, false
}
