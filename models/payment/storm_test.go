package payment_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
	"luffy/models/modelstest/logwatch"
	"luffy/models/payment"
)

const (
	stormSeed     = 20261121
	stormOrders   = 200
	stormClients  = 32
	stormStudents = 20 // each with one coupon and 1,000 points
)

// storm is a day of a shop in which everything happens at once: clients make orders, pay, cancel,
// forget and refund them at random, messages are lost, doubled and delayed, calls break off, two
// replicas run the jobs, and time flies.
type storm struct {
	*world
	students []models.User
	coupons  []models.UserCoupon
	made     atomic.Int64
}

func TestStorm(t *testing.T) {
	var failed bytes.Buffer // statements: a deadlock is retried and so seen nowhere else
	s := &storm{world: newWorld(t, modelstest.MariaDB, func(o *models.Options) {
		o.Log = logwatch.New(t, &failed)
	})}
	for i := range stormStudents {
		student := s.student(fmt.Sprintf("student%d", i))
		coupon, err := s.db.GiveCoupon(t.Context(), student.ID, modelstest.CouponOff)
		s.must(err)
		s.students, s.coupons = append(s.students, student), append(s.coupons, coupon)
	}
	ctx, stop := context.WithCancel(t.Context())
	var jobs, clients sync.WaitGroup
	for range 2 {
		jobs.Go(func() { s.replica(ctx) })
	}
	for i := range stormClients {
		clients.Go(func() {
			c := client{s, mathrand.New(mathrand.NewPCG(stormSeed, uint64(i)))}
			for s.made.Add(1) <= stormOrders {
				c.live()
			}
		})
	}
	clients.Wait()
	stop()
	jobs.Wait()
	s.alipay.ClearFaults()
	s.runUntilQuiet()
	s.settleDays()
	s.wantSound()
	s.wantVariety()
	s.wantFewDeadlocks(failed.String())
}

// wantFewDeadlocks allows a few deadlocks, because their transactions are tried again. If locks were
// taken in different sequences there would be many. The server tells of the last.
func (s *storm) wantFewDeadlocks(log string) {
	s.t.Helper()
	waits, deadlocks := strings.Count(log, "Error 1205"), strings.Count(log, "Error 1213")
	if waits+deadlocks == 0 {
		return
	}
	var kind, name, status string
	s.must(s.db.SQL().QueryRowContext(s.t.Context(), "SHOW ENGINE INNODB STATUS").Scan(&kind, &name, &status))
	_, last, _ := strings.Cut(status, "LATEST DETECTED DEADLOCK")
	last, _, _ = strings.Cut(last, "\nTRANSACTIONS\n")
	s.t.Logf("the last deadlock: %s", last)
	if waits > 0 || deadlocks > stormOrders/50 {
		s.t.Errorf("got %d deadlocks and %d waits without end", deadlocks, waits)
	}
}

// replica runs the jobs. It also checks the books while others write them, because no invariant may be
// broken even for a moment.
func (s *storm) replica(ctx context.Context) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for _, job := range s.jobs() {
			_ = job(s.t.Context()) // what went wrong comes again
		}
		if _, err := s.db.FoldStudents(s.t.Context()); err != nil {
			s.t.Errorf("fold: %v", err)
		}
		findings, err := s.db.Audit(s.t.Context())
		if err != nil || len(findings) > 0 {
			s.t.Errorf("audit in the storm: %v, %v", findings, err)
		}
	}
}

// settleDays lets the daily job learn from the bills what no notify and no answer has told, and carries
// out what follows from that.
func (s *storm) settleDays() {
	s.t.Helper()
	for range 3 {
		year, month, day := s.alipay.Now().In(models.Beijing).Date()
		s.forward(time.Date(year, month, day+1, 11, 0, 0, 0, models.Beijing).Sub(s.alipay.Now()))
		s.must(s.ReconcileDue(s.t.Context()))
		s.runUntilQuiet()
	}
	if n := s.count("SELECT COUNT(*) FROM ly_bill_difference WHERE closed_at IS NULL"); n != 0 {
		s.t.Errorf("got %d open differences, want none", n)
	}
}

// wantVariety fails if too little went wrong: a storm without its dangers proves nothing.
func (s *storm) wantVariety() {
	s.t.Helper()
	for what, query := range map[string]string{
		"orders paid":         "SELECT COUNT(*) FROM ly_order WHERE order_status = 1",
		"orders cancelled":    "SELECT COUNT(*) FROM ly_order WHERE order_status = 2",
		"orders timed out":    "SELECT COUNT(*) FROM ly_order WHERE order_status = 3",
		"orders refunded":     "SELECT COUNT(*) FROM ly_order WHERE order_status = 4",
		"orders partly back":  "SELECT COUNT(*) FROM ly_order WHERE order_status = 1 AND refunded_amount > 0",
		"payments given back": "SELECT COUNT(*) FROM ly_payment WHERE state = 'returned'",
		"late payments":       "SELECT COUNT(*) FROM ly_payment_event WHERE reason = 'fulfilled_late'",
		"second payments":     "SELECT COUNT(*) FROM ly_payment_event WHERE reason = 'second_trade'",
		"payments by query":   "SELECT COUNT(*) FROM ly_payment_event WHERE source = 'query' AND verdict = 'accepted'",
		"payments by notify":  "SELECT COUNT(*) FROM ly_payment_event WHERE source = 'notify' AND verdict = 'accepted'",
		"duplicates":          "SELECT COUNT(*) FROM ly_payment_event WHERE verdict = 'duplicate'",
		"outside refunds":     "SELECT COUNT(*) FROM ly_refund WHERE cause = 'outside'",
		"coupons used":        "SELECT COUNT(*) FROM ly_user_coupon WHERE used_at IS NOT NULL",
		"points given back":   "SELECT COUNT(*) FROM ly_credit WHERE opera = 3",
	} {
		n := s.count(query)
		s.t.Logf("%s: %d", what, n)
		if n == 0 {
			s.t.Errorf("no %s in this storm", what)
		}
	}
	if n := s.count("SELECT COUNT(*) FROM ly_order"); n != stormOrders {
		s.t.Errorf("got %d orders, want %d", n, stormOrders)
	}
}

// client is one of the buyers. The seed decides what it does, but not what the others do meanwhile.
type client struct {
	*storm
	rng *mathrand.Rand
}

func (c client) oneIn(n int) bool { return c.rng.IntN(n) == 0 }

// wait lets time pass for everybody.
func (c client) wait() {
	if err := c.alipay.Advance(time.Duration(1+c.rng.IntN(40)) * time.Second); err != nil {
		c.t.Error(err)
	}
}

// live makes one order and leads it through one of its possible lives.
func (c client) live() {
	o := c.place()
	if o.RealPrice == 0 {
		return
	}
	c.misfortune(o)
	device := payment.Desktop
	if c.oneIn(2) {
		device = payment.Phone
	}
	link, err := c.Start(c.t.Context(), o.UserID, o.OrderNumber, device)
	c.allow(err, models.ErrNotPayable, models.ErrPastDeadline)
	if err != nil {
		return
	}
	switch c.rng.IntN(8) {
	case 0: // the buyer looks, and forgets it
		_ = c.alipay.OpenTrade(link, "")
	case 1:
		_ = c.alipay.OpenTrade(link, "")
		c.cancel(o)
	case 2: // at the same moment
		var both sync.WaitGroup
		both.Go(func() { c.pay(link) })
		c.cancel(o)
		both.Wait()
	case 3:
		c.cancel(o)
		c.wait()
		c.pay(link)
	case 4:
		c.payTwice(o, link)
	default:
		c.pay(link)
	}
	c.wait()
	if c.oneIn(2) {
		c.giveBack(o)
	}
	c.wait()
}

// place makes an order of one or two courses for some student, with a coupon and points if there are any.
func (c client) place() models.Order {
	offers := []models.Offer{
		c.stock.Plain.For(30), c.stock.Plain.For(0), c.stock.Rate.For(60),
		c.stock.Off.For(60), c.stock.Step.For(90), c.stock.Free.For(30),
	}
	for {
		i := c.rng.IntN(stormStudents)
		user := c.students[i].ID
		for range 1 + c.rng.IntN(2) {
			offer := offers[c.rng.IntN(len(offers))]
			err := c.db.PutInCart(c.t.Context(), models.CartItem{
				UserID: user, CourseID: offer.CourseID, Expire: offer.Expire, Selected: true,
			})
			c.allow(err)
		}
		choice := models.Choice{Points: int64(c.rng.IntN(300))}
		if c.oneIn(2) {
			choice.Coupon = c.coupons[i].ID
		}
		quote, err := c.db.Checkout(c.t.Context(), user, models.Choice{})
		if err != nil {
			c.allow(err, models.ErrEmptyCart)
			continue
		}
		o, err := c.db.PlaceOrder(c.t.Context(), models.NewOrder{
			Choice: choice, UserID: user, Seal: quote.Seal(), Token: rand.Text(), TTL: modelstest.TTL,
		})
		if err == nil {
			return o
		}
		c.allow(err, models.ErrCoupon, models.ErrPoints, models.ErrPriceChanged, models.ErrEmptyCart)
	}
}

// misfortune lets something go wrong at Alipay, or on the way from there.
func (c client) misfortune(o models.Order) {
	faults := []sandbox.Fault{
		{Name: sandbox.NotifyDrop}, {Name: sandbox.NotifyDrop, Times: 1}, {Name: sandbox.NotifyDuplicate, Value: "3"},
		{Name: sandbox.NotifyDelay, Value: "20m"}, {Name: sandbox.NotifyDelay, Value: "30s"},
		{Name: sandbox.NotifyReorder, Times: 1},
		{Name: sandbox.QueryThenPay, Times: 1}, {Name: sandbox.ClosePaysFirst, Times: 1},
		{Name: sandbox.APITimeoutAfter, Value: "1ms", Times: 2}, {Name: sandbox.APIUnavailable, Times: 2},
		{Name: sandbox.RefundFundChangeN, Times: 1}, {Name: sandbox.RefundLater, Value: "10m", Times: 1},
	}
	for range c.rng.IntN(3) {
		f := faults[c.rng.IntN(len(faults))]
		f.OutTradeNo = o.OrderNumber
		if err := c.alipay.AddFault(f); err != nil {
			c.t.Error(err)
		}
	}
}

// pay pays at the cashier, which may refuse because the trade is paid, closed or expired by now.
func (c client) pay(link string) { _ = c.alipay.Pay(link, "") }

func (c client) cancel(o models.Order) {
	_, err := c.Cancel(c.t.Context(), o.UserID, o.OrderNumber)
	c.allow(err, models.ErrNotPayable)
}

// payTwice pays two attempts at once. The shop believes the first to be dead.
func (c client) payTwice(o models.Order, first string) {
	standing, err := c.db.PaymentByOutTradeNo(c.t.Context(), o.OrderNumber)
	c.allow(err)
	c.allow(c.db.ClosePayment(c.t.Context(), standing.Payment.ID, "TRADE_CLOSED"))
	second, err := c.Start(c.t.Context(), o.UserID, o.OrderNumber, payment.Desktop)
	c.allow(err, models.ErrNotPayable, models.ErrPastDeadline)
	var both sync.WaitGroup
	both.Go(func() { c.pay(first) })
	if err == nil {
		c.pay(second)
	}
	both.Wait()
}

// giveBack refunds a line, a sum or all, with two clicks at once or by hand in Alipay's console.
func (c client) giveBack(o models.Order) {
	standing, err := c.db.PaymentByOutTradeNo(c.t.Context(), o.OrderNumber)
	c.allow(err)
	// Staff do not touch what goes back by itself: Alipay would refuse the shop, and the audit
	// would rightly say so until the bill is in.
	if standing.Payment.State == models.PaymentPaid && c.oneIn(3) {
		_ = c.alipay.RefundOutside(o.OrderNumber, 1+c.rng.Int64N(int64(o.RealPrice)))
		return
	}
	wanted := models.NewRefund{OrderNumber: o.OrderNumber, By: "staff"}
	switch c.rng.IntN(3) {
	case 0:
		wanted.Line = 1
	case 1:
		wanted.Amount = 1 + models.Fen(c.rng.Int64N(int64(o.RealPrice)))
	}
	var clicks sync.WaitGroup
	for range 2 {
		clicks.Go(func() {
			_, err := c.Refund(c.t.Context(), wanted)
			c.allow(err, models.ErrNothingPaid, models.ErrRefundTooMuch, models.ErrRefundNothing, models.ErrLineNotOpen)
		})
	}
	clicks.Wait()
}

// allow fails the test on any error that is not among the expected ones.
func (c client) allow(err error, expected ...error) {
	c.t.Helper()
	for _, e := range expected {
		if errors.Is(err, e) {
			return
		}
	}
	if err != nil {
		c.t.Error(err)
	}
}
