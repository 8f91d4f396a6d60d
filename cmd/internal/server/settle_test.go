package server

import (
	"testing"
	"time"

	"luffy/cmd/internal/settings"
	"luffy/models"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
)

// serveJobs runs the shop with its jobs at their real intervals, and nobody visits it.
func serveJobs(t *testing.T, s settings.Settings) {
	t.Helper()
	r := serve(t, newShop(t, s))
	t.Cleanup(func() {
		r.stop()
		if err := <-r.ended; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
}

// TestLostNotify: a payment of which nobody tells becomes a paid order by the jobs alone.
func TestLostNotify(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s settings.Settings, db *models.DB) {
		p, s := newPast(t, s, 2*time.Minute)
		student := modelstest.Student(t, p.db, "nami")
		made := modelstest.Order(t, p.db, student, p.stock.Plain.For(0))
		p.pay(made)

		serveJobs(t, s)
		until(t, "the order to be paid", func() bool { return order(t, db, made).OrderStatus == models.OrderPaid })
		if owned, err := db.OwnedCourses(t.Context(), student.ID, 1); err != nil || owned.Total != 1 {
			t.Errorf("got %d courses, %v; want the one that was paid for", owned.Total, err)
		}
		wantClean(t, db)
	})
}

// TestOrderTimesOut: a buyer who stands at the cashier when the time is over cannot pay any more,
// and gets coupon and points back.
func TestOrderTimesOut(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s settings.Settings, db *models.DB) {
		p, s := newPast(t, s, modelstest.TTL+time.Minute)
		student := modelstest.Student(t, p.db, "nami")
		coupon, err := p.db.GiveCoupon(t.Context(), student.ID, modelstest.CouponOff)
		if err != nil {
			t.Fatal(err)
		}
		modelstest.FillCart(t, p.db, student, p.stock.Plain.For(0))
		made := modelstest.PlaceOrder(t, p.db, student, models.Choice{Coupon: coupon.ID, Points: 500})
		if err := p.alipay.OpenTrade(p.link(made), ""); err != nil {
			t.Fatal(err)
		}

		serveJobs(t, s)
		until(t, "the order to time out", func() bool { return order(t, db, made).OrderStatus == models.OrderTimedOut })
		if trade, _ := p.alipay.Trade(made.OrderNumber); trade.Status != sandbox.TradeClosed {
			t.Errorf("at Alipay: got %s, want %s", trade.Status, sandbox.TradeClosed)
		}
		if user, err := db.UserByName(t.Context(), "nami"); err != nil || user.Credit != 1000 || user.CreditHeld != 0 {
			t.Errorf("got %d points, %d of them held, %v; want 1000 and none", user.Credit, user.CreditHeld, err)
		}
		modelstest.FillCart(t, db, student, p.stock.Plain.For(0))
		modelstest.PlaceOrder(t, db, student, models.Choice{Coupon: coupon.ID, Points: 1000})
		wantClean(t, db)
	})
}

// TestPendingRefunds: a refund that Alipay could not carry out, and one that nobody came to ask it
// for, are carried out once.
func TestPendingRefunds(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s settings.Settings, db *models.DB) {
		p, s := newPast(t, s, 5*time.Minute)
		student := modelstest.Student(t, p.db, "nami")
		made := modelstest.Order(t, p.db, student, p.stock.Plain.For(0), p.stock.Rate.For(0))
		p.pay(made)
		p.learn(made)
		fault(t, p.alipay, sandbox.Fault{Name: sandbox.SellerBalance, Times: 1})
		broke, err := p.payments.Refund(t.Context(), models.NewRefund{
			OrderNumber: made.OrderNumber, Line: 1, Reason: "换课", By: "boss",
		})
		if err != nil || broke.State != models.RefundPending {
			t.Fatalf("got a refund that is %s, %v; want it %s", broke.State, err, models.RefundPending)
		}
		left, err := p.db.CreateRefund(t.Context(), models.NewRefund{
			OrderNumber: made.OrderNumber, Amount: 1_00, Reason: "补偿", By: "boss",
		})
		if err != nil {
			t.Fatal(err)
		}

		serveJobs(t, s)
		until(t, "both refunds to be done", func() bool {
			return order(t, db, made).RefundedAmount == broke.Amount+left.Amount
		})
		trade, _ := p.alipay.Trade(made.OrderNumber)
		if len(trade.Refunds) != 2 || models.Fen(trade.Refunded) != broke.Amount+left.Amount {
			t.Errorf("at Alipay: got %d refunds of %d together, want 2 of %d",
				len(trade.Refunds), trade.Refunded, broke.Amount+left.Amount)
		}
		wantClean(t, db)
	})
}
