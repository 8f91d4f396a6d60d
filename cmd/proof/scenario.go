package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"luffy/models"
	"luffy/models/alipay/sandbox"
	"luffy/models/payment"
)

// scenario is something that the program does in transactions, and dies while doing.
type scenario struct {
	name string
	what string
	// prepare makes what must be there before.
	prepare func(context.Context, *world) (*purchase, error)
	// act makes the program work, and returns when it has answered or died.
	act func(context.Context, *world, *purchase) error
	// again is what people do after the crash, when the program runs again.
	again func(context.Context, *world, *purchase) error
	// command: act runs a command. Else the shop serves, without jobs, whose statements would come at any time.
	command bool
	// yesterday: what is prepared happens at noon yesterday, in a new world each time.
	yesterday bool
}

var scenarios = []scenario{
	{name: "fulfil", what: "a notify pays an order", prepare: prepareLink, act: payAndTell, again: nothing},
	{name: "late", what: "a notify pays a closed order, which cannot be had any more", prepare: prepareLate, act: payAndTell, again: nothing},
	{name: "place", what: "a student places an order", prepare: prepareForm, act: placeOrder, again: placeAgainAndPay},
	{name: "free", what: "a student places an order of 0.00", prepare: prepareFreeForm, act: placeOrder, again: placeOrderAgain},
	{name: "close", what: "a student cancels an order", prepare: prepareOpened, act: cancelOrder, again: cancelAgain},
	{name: "refund", what: "luffy refund gives a line back", prepare: preparePaid, act: refundLine, again: refundUnlessStored, command: true},
	{
		name: "reconcile", what: "luffy reconcile compares a day", prepare: prepareDay, act: reconcile, again: reconcileTwice,
		command: true, yesterday: true,
	},
}

func scenarioNamed(name string) (scenario, error) {
	i := slices.IndexFunc(scenarios, func(s scenario) bool { return s.name == name })
	if i < 0 {
		return scenario{}, fmt.Errorf("no scenario %q", name)
	}
	return scenarios[i], nil
}

// purchase is an order with what its student needs to go on.
type purchase struct {
	order models.Order
	link  string     // to the cashier
	form  url.Values // of an order that is to be placed
	date  string     // of the bill
}

func nothing(context.Context, *world, *purchase) error { return nil }

// choose fills the cart with two courses and gives what goes with them.
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

// place places an order with coupon and points, past the program.
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

// prepareLate cancels an order before its student has reached the cashier, whose link stays good, and gives its coupon to another order.
func prepareLate(ctx context.Context, w *world) (*purchase, error) {
	p, err := prepareLink(ctx, w)
	if err != nil {
		return nil, err
	}
	if _, err := w.payments.Cancel(ctx, w.student.ID, p.order.OrderNumber); err != nil {
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

// preparePaid pays an order of which the shop learns by asking.
func preparePaid(ctx context.Context, w *world) (*purchase, error) {
	p, err := prepareLink(ctx, w)
	if err != nil {
		return nil, err
	}
	if err := w.alipay.Pay(p.link, ""); err != nil {
		return nil, err
	}
	standing, err := w.db.PaymentByOutTradeNo(ctx, p.order.OrderNumber)
	if err != nil {
		return nil, err
	}
	w.payments.AskSoon(ctx, standing.Payment)
	return p, w.payments.Wait(ctx)
}

// payAndTell pays, and returns when the notify was answered or has met nobody.
func payAndTell(ctx context.Context, w *world, p *purchase) error {
	if err := w.alipay.Pay(p.link, ""); err != nil {
		return err
	}
	return until(ctx, "the first notify", func() bool { return len(w.alipay.Deliveries(p.order.OrderNumber)) > 0 })
}

func prepareForm(ctx context.Context, w *world) (*purchase, error) {
	choice, err := w.choose(ctx)
	if err != nil {
		return nil, err
	}
	return w.fillForm(ctx, choice)
}

// fillForm is the checkout page, filled in.
func (w *world) fillForm(ctx context.Context, choice models.Choice) (*purchase, error) {
	quote, err := w.db.Checkout(ctx, w.student.ID, choice)
	return &purchase{form: url.Values{
		"coupon": {strconv.FormatInt(choice.Coupon, 10)}, "points": {strconv.FormatInt(choice.Points, 10)},
		"quote": {quote.Seal()}, "token": {rand.Text()},
	}}, err
}

// prepareFreeForm chooses a course that points pay for in full.
func prepareFreeForm(ctx context.Context, w *world) (*purchase, error) {
	if err := w.db.PutInCart(ctx, models.CartItem{UserID: w.student.ID, CourseID: 3, Selected: true}); err != nil {
		return nil, err
	}
	return w.fillForm(ctx, models.Choice{Points: 455})
}

func placeOrder(ctx context.Context, w *world, p *purchase) error {
	_, _ = w.student.post(ctx, "/orders", p.form) // the program may die over it
	return nil
}

// placeOrderAgain sends the form once more, which must make no second order.
func placeOrderAgain(ctx context.Context, w *world, p *purchase) error {
	var err error
	p.link, err = w.student.insist(ctx, "/orders", p.form)
	return err
}

func placeAgainAndPay(ctx context.Context, w *world, p *purchase) error {
	if err := placeOrderAgain(ctx, w, p); err != nil {
		return err
	}
	return w.alipay.Pay(p.link, "")
}

func cancelOrder(ctx context.Context, w *world, p *purchase) error {
	_, _ = w.student.post(ctx, "/orders/"+p.order.OrderNumber+"/cancel", url.Values{}) // the program may die over it
	return nil
}

// cancelAgain is what the student does whose first click brought no page. It may be done, or going on, already.
func cancelAgain(ctx context.Context, w *world, p *purchase) error {
	_, err := w.student.insist(ctx, "/orders/"+p.order.OrderNumber+"/cancel", url.Values{})
	return err
}

func refundLine(_ context.Context, w *world, p *purchase) error {
	_, _, err := w.run("refund", p.order.OrderNumber, "--line", "1", "--reason", "换课")
	return err
}

// refundUnlessStored asks again where nobody can see that it was asked for.
func refundUnlessStored(ctx context.Context, w *world, p *purchase) error {
	stored, err := w.count(ctx, `SELECT COUNT(*) FROM ly_refund f JOIN ly_payment p ON p.id = f.payment_id WHERE p.out_trade_no = ?`,
		p.order.OrderNumber)
	if err != nil || stored > 0 {
		return err
	}
	code, said, err := w.run("refund", p.order.OrderNumber, "--line", "1", "--reason", "换课")
	if err == nil && code != 0 {
		err = fmt.Errorf("luffy refund: exit %d: %s", code, said)
	}
	return err
}

// prepareDay leaves a day on which the shop has missed a payment and a refund made in Alipay's console.
func prepareDay(ctx context.Context, w *world) (*purchase, error) {
	if err := w.alipay.AddFault(sandbox.Fault{Name: sandbox.NotifyDrop}); err != nil {
		return nil, err
	}
	paid, err := preparePaid(ctx, w)
	if err != nil {
		return nil, err
	}
	if err := w.alipay.RefundOutside(paid.order.OrderNumber, 10_00); err != nil {
		return nil, err
	}
	missed, err := prepareLink(ctx, w)
	if err != nil {
		return nil, err
	}
	if err := w.alipay.Pay(missed.link, ""); err != nil {
		return nil, err
	}
	missed.date = w.db.Now().In(models.Beijing).Format(time.DateOnly)
	return missed, w.alipay.Advance(sinceYesterdayNoon())
}

// sinceYesterdayNoon is how far behind the clock of a world of yesterday is.
func sinceYesterdayNoon() time.Duration {
	now := time.Now().In(models.Beijing)
	return now.Sub(time.Date(now.Year(), now.Month(), now.Day()-1, 12, 0, 0, 0, models.Beijing))
}

func reconcile(_ context.Context, w *world, p *purchase) error {
	_, _, err := w.run("reconcile", p.date)
	return err
}

// reconcileTwice compares the day again, and once more: then nothing may be open.
func reconcileTwice(_ context.Context, w *world, p *purchase) error {
	for range 2 {
		code, said, err := w.run("reconcile", p.date)
		if err == nil && code != 0 {
			err = fmt.Errorf("luffy reconcile %s: exit %d: %s", p.date, code, said)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
