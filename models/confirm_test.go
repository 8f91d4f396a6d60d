package models_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

// confirming is an order of 99.00 and the trade that is to be confirmed for it.
type confirming struct {
	*scene
	t     *testing.T
	order models.Order
	trade models.PaidTrade
}

// confirmCase changes what is to be confirmed. The trade is then confirmed twice, because Alipay repeats
// its messages.
type confirmCase struct {
	change func(*confirming)
	want   confirmed
}

// confirmed is what has become of the trade and its order.
type confirmed struct {
	outcome models.Outcome
	again   models.Outcome // of the second message
	verdict models.Verdict // of the first message
	payment models.PaymentState
	order   models.OrderStatus
}

func TestConfirmUnpaidOrder(t *testing.T) {
	fulfilled := confirmed{
		models.Fulfilled, models.AlreadyDone, models.VerdictAccepted, models.PaymentPaid, models.OrderPaid,
	}
	held := confirmed{
		models.WrongAmount, models.WrongAmount, models.VerdictHeld, models.PaymentHeld, models.OrderUnpaid,
	}
	testConfirm(t, map[string]confirmCase{
		"paid":                    {func(*confirming) {}, fulfilled},
		"paid after the deadline": {func(c *confirming) { c.clock.forward(24 * time.Hour) }, fulfilled},
		"paid through an attempt that was thought closed": {func(c *confirming) {
			exec(c.t, c.DB, "UPDATE ly_payment SET state = ?", models.PaymentClosed)
		}, fulfilled},
		"a fen too little": {func(c *confirming) { c.trade.Amount-- }, held},
		"a fen too much":   {func(c *confirming) { c.trade.Amount++ }, held},
		"given back in full before the shop heard of it": {
			func(c *confirming) { c.trade.Refunded = true },
			confirmed{models.GoneBack, models.GoneBack, models.VerdictNoted, models.PaymentReturned, models.OrderUnpaid},
		},
	})
}

func TestConfirmEndedOrder(t *testing.T) {
	granted := confirmed{
		models.FulfilledLate, models.AlreadyDone, models.VerdictAccepted, models.PaymentPaid, models.OrderPaid,
	}
	testConfirm(t, map[string]confirmCase{
		"cancelled": {func(c *confirming) { setStatus(c.t, c.scene, c.order, models.OrderCancelled) }, granted},
		"timed out": {func(c *confirming) { setStatus(c.t, c.scene, c.order, models.OrderTimedOut) }, granted},
		"refunded": {
			func(c *confirming) {
				c.payAnew(c.t, c.order)
				c.finish(c.t, c.refund(c.t, models.NewRefund{OrderNumber: c.order.OrderNumber}))
			},
			confirmed{models.SecondTrade, models.SecondTrade, models.VerdictHeld, models.PaymentSurplus, models.OrderRefunded},
		},
	})
}

func TestConfirmAnotherTrade(t *testing.T) {
	testConfirm(t, map[string]confirmCase{
		"another trade of the same attempt": {
			func(c *confirming) {
				c.confirm(c.t, c.trade)
				c.trade.TradeNo += "9"
			},
			confirmed{models.AnotherTrade, models.AnotherTrade, models.VerdictHeld, models.PaymentPaid, models.OrderPaid},
		},
		"a trade of another attempt": {
			func(c *confirming) { c.payAnew(c.t, c.order) },
			confirmed{models.SecondTrade, models.SecondTrade, models.VerdictHeld, models.PaymentSurplus, models.OrderPaid},
		},
		"a trade of another attempt, given back in full": {
			func(c *confirming) {
				c.payAnew(c.t, c.order)
				c.trade.Refunded = true
			},
			confirmed{models.GoneBack, models.SecondTrade, models.VerdictNoted, models.PaymentReturned, models.OrderPaid},
		},
	})
}

func TestConfirmUnknown(t *testing.T) {
	refused := confirmed{
		models.UnknownOrder, models.UnknownOrder, models.VerdictRefused, models.PaymentOpen, models.OrderUnpaid,
	}
	testConfirm(t, map[string]confirmCase{
		"unknown order":    {func(c *confirming) { c.trade.OutTradeNo = "20260301120000000001000000" }, refused},
		"unknown attempt":  {func(c *confirming) { c.trade.OutTradeNo += "_x" }, refused},
		"no number at all": {func(c *confirming) { c.trade.OutTradeNo = "" }, refused},
	})
}

func testConfirm(t *testing.T, cases map[string]confirmCase) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				order := s.order(t, s.Plain.For(30))
				payment, trade := s.attempt(t, order)
				given := confirming{s, t, order, trade}
				c.change(&given)
				before := sum(t, s.DB, "SELECT COUNT(*) FROM ly_payment_event")
				got := confirmed{outcome: s.confirm(t, given.trade), again: s.confirm(t, given.trade)}
				events := rows[models.PaymentEvent](t, s.DB, "id > ?", before)
				if len(events) != 2 {
					t.Fatalf("got %d events, want one for each message", len(events))
				}
				got.verdict = events[0].Verdict
				got.payment = rows[models.Payment](t, s.DB, "id = ?", payment.ID)[0].State
				got.order = s.read(t, order).OrderStatus
				if got != c.want {
					t.Errorf("got %+v, want %+v", got, c.want)
				}
				first, again := events[0].Reason, events[1].Reason
				if first != string(c.want.outcome) || again != string(c.want.again) {
					t.Errorf("events give the reasons %q and %q, want %q and %q", first, again, c.want.outcome, c.want.again)
				}
				granted := sum(t, s.DB, "SELECT COUNT(*) FROM ly_user_course WHERE revoked_at IS NULL")
				if want := c.want.order == models.OrderPaid; granted == 1 != want {
					t.Errorf("got %d purchase records, want paid and granted to go together", granted)
				}
			})
		})
	}
}

// payAnew pays the order by a new attempt, after the first was closed.
func (s *scene) payAnew(t *testing.T, o models.Order) {
	t.Helper()
	exec(t, s.DB, "UPDATE ly_payment SET state = ?", models.PaymentClosed)
	_, trade := s.attempt(t, o)
	s.confirm(t, trade)
}

func TestConfirmWritesOrderAndPayment(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30))
		payment, trade := s.attempt(t, order)
		trade.PaidAt = noon.Add(-3 * time.Second).In(models.Beijing) // Alipay's clock and zone
		s.confirm(t, trade)
		o, p := rows[models.Order](t, s.DB, "id = ?", order.ID)[0], rows[models.Payment](t, s.DB, "id = ?", payment.ID)[0]
		if o.OrderStatus != models.OrderPaid || o.PayType != models.PayAlipay ||
			o.PayTime == nil || !o.PayTime.Equal(trade.PaidAt) {
			t.Errorf("order: got %v by %v at %v, want paid by Alipay at %v", o.OrderStatus, o.PayType, o.PayTime, trade.PaidAt)
		}
		if p.State != models.PaymentPaid || p.TradeNo == nil || *p.TradeNo != trade.TradeNo ||
			p.PaidAt == nil || !p.PaidAt.Equal(trade.PaidAt) {
			t.Errorf("payment: got %+v, want paid by %s at %v", p, trade.TradeNo, trade.PaidAt)
		}
	})
}

// Two trades under one out_trade_no are not to be: money that no row can hold is a task for staff
// from the moment it is heard of.
func TestSecondTradeOfAnAttemptIsADifference(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		payment, trade := s.attempt(t, s.order(t, s.Plain.For(30)))
		s.confirm(t, trade)
		trade.TradeNo += "9"
		trade.PaidAt = noon.Add(13 * time.Hour) // tomorrow in Beijing
		for range 2 {
			s.confirm(t, trade)
		}
		if b, err := s.Backlog(t.Context()); err != nil || b.OpenDifferences != 1 {
			t.Errorf("got %d open differences, %v; want 1", b.OpenDifferences, err)
		}
		seen := models.BillDifference{
			Kind: models.UnbookedTrade, OutTradeNo: payment.OutTradeNo, TradeNo: trade.TradeNo,
			AlipayAmount: &trade.Amount, ShopAmount: &payment.Amount,
		}
		all, err := s.SaveBillDifferences(t.Context(), "2026-03-02", []models.BillDifference{seen})
		if err != nil || len(all) != 1 || all[0].ClosedAt != nil || *all[0].AlipayAmount != 99_00 {
			t.Errorf("after the bill came: got %+v, %v; want the one difference, open", all, err)
		}
	})
}

// Held money must be found again, and the sum that came is what must go back.
func TestHeldPaymentKeepsItsTrade(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30))
		payment, trade := s.attempt(t, order)
		trade.Amount++
		s.confirm(t, trade)
		p := rows[models.Payment](t, s.DB, "id = ?", payment.ID)[0]
		if p.Amount != trade.Amount {
			t.Errorf("got %s, want the %s that came", p.Amount, trade.Amount)
		}
		if p.TradeNo == nil || *p.TradeNo != trade.TradeNo || p.PaidAt == nil || !p.PaidAt.Equal(trade.PaidAt) {
			t.Errorf("got trade %v at %v, want %s at %v", p.TradeNo, p.PaidAt, trade.TradeNo, trade.PaidAt)
		}
	})
}

func TestConfirmWritesPurchaseRecords(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Step.For(60), s.Plain.For(0))
		_, trade := s.attempt(t, order)
		trade.PaidAt = noon.Add(-time.Minute)
		s.confirm(t, trade)
		view, err := s.Order(t.Context(), s.ann.ID, order.OrderNumber)
		if err != nil {
			t.Fatal(err)
		}
		records := rows[models.UserCourse](t, s.DB, "user_id = ?", s.ann.ID)
		if len(records) != 2 || len(view.Lines) != 2 {
			t.Fatalf("got %d records of %d lines, want 2 of 2", len(records), len(view.Lines))
		}
		for _, r := range records {
			i := slices.IndexFunc(view.Lines, func(l models.LineView) bool { return l.CourseID == r.CourseID })
			if i < 0 || r.OrderDetailID == nil || *r.OrderDetailID != view.Lines[i].ID || !view.Lines[i].Granted {
				t.Errorf("course %d: got line %v, want that of the course, granted", r.CourseID, r.OrderDetailID)
			}
			if r.BuyType != models.BuyPaid || r.TradeNo == nil || *r.TradeNo != trade.TradeNo ||
				!r.PayTime.Equal(trade.PaidAt) ||
				!r.CreatedAt.Equal(noon) || r.RevokedAt != nil {
				t.Errorf("course %d: got %+v", r.CourseID, r)
			}
		}
	})
}

func TestConfirmTakesCouponAndPoints(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		coupon := s.give(t, modelstest.CouponOff)
		s.fill(t, s.Plain.For(0))
		order := modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{Coupon: coupon.ID, Points: 300})
		_, trade := s.attempt(t, order)
		s.clock.now = coupon.EndTime.Add(time.Hour) // what an order holds it may use even when its time is over
		for range 3 {
			s.confirm(t, trade)
		}
		used := rows[models.UserCoupon](t, s.DB, "id = ?", coupon.ID)[0]
		if used.OrderID == nil || *used.OrderID != order.ID || used.UsedAt == nil || !used.UsedAt.Equal(s.Now()) {
			t.Errorf("coupon: got order %v, used at %v; want %d, now", used.OrderID, used.UsedAt, order.ID)
		}
		if credit, held := s.points(t); credit != 700 || held != 0 {
			t.Errorf("points: got %d, %d held; want 700, 0", credit, held)
		}
		ledger := rows[models.Credit](t, s.DB, "order_id = ?", order.ID)
		if len(ledger) != 1 || ledger[0].Number != -300 ||
			ledger[0].Opera != models.CreditSpent || ledger[0].UserID != s.ann.ID {
			t.Errorf("ledger: got %+v, want one row of -300", ledger)
		}
		if all := sum(t, s.DB, "SELECT SUM(number) FROM ly_credit WHERE user_id = ?", s.ann.ID); all != 700 {
			t.Errorf("the ledger adds up to %d, want 700", all)
		}
	})
}

func TestHeldMoneyTakesNothing(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		coupon := s.give(t, modelstest.CouponOff)
		s.fill(t, s.Plain.For(0))
		order := modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{Coupon: coupon.ID, Points: 300})
		_, trade := s.attempt(t, order)
		trade.Amount = 1
		s.confirm(t, trade)
		if used := rows[models.UserCoupon](t, s.DB, "id = ?", coupon.ID)[0]; used.UsedAt != nil {
			t.Errorf("coupon used at %v", used.UsedAt)
		}
		if credit, held := s.points(t); credit != 1000 || held != 300 {
			t.Errorf("got %d points, %d held; want 1000, 300", credit, held)
		}
		if got := s.inCart(t); len(got) != 1 {
			t.Errorf("cart: got %v, want it untouched", got)
		}
	})
}

func TestConfirmClearsOnlyWhatWasBought(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30), s.Rate.For(30))
		_, trade := s.attempt(t, order)
		s.fill(t, s.Step.For(30)) // put in while the order waits, and selected too
		bob := student(t, s.DB, "bob")
		modelstest.FillCart(t, s.DB, bob, s.Plain.For(30))
		s.confirm(t, trade)
		if got := s.inCart(t); !slices.Equal(got, []int64{s.Step.ID}) {
			t.Errorf("got %v, want the course that the order does not have: %d", got, s.Step.ID)
		}
		if in, err := s.InCart(t.Context(), bob.ID, s.Plain.ID); err != nil || in == nil {
			t.Errorf("bob's cart: got %v, %v; want it untouched", in, err)
		}
	})
}

func TestConfirmStoresTheEvent(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30))
		_, trade := s.attempt(t, order)
		sent := notified(s.DB, trade)
		sent.Raw = []byte("subject=\xc2\xb7\xb7\xc9\x00&sign=x") // GBK, and a byte that text columns may not like
		if _, err := s.Confirm(t.Context(), trade, sent); err != nil {
			t.Fatal(err)
		}
		got := rows[models.PaymentEvent](t, s.DB, "1 = 1")[0]
		if !got.ReceivedAt.Equal(sent.ReceivedAt) || string(got.Raw) != string(sent.Raw) {
			t.Errorf("got received %v, raw %q; want %v, %q", got.ReceivedAt, got.Raw, sent.ReceivedAt, sent.Raw)
		}
		sent.ID, sent.Verdict, sent.Reason = got.ID, models.VerdictAccepted, "fulfilled"
		got.ReceivedAt, got.Raw, sent.Raw, sent.ReceivedAt = time.Time{}, nil, nil, time.Time{}
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", sent) {
			t.Errorf("got %+v, want %+v", got, sent)
		}
	})
}

func TestConfirmOrderBroughtOver(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30))
		trade := modelstest.Trade(s.DB, models.Payment{OutTradeNo: order.OrderNumber, Amount: order.RealPrice})
		if got := s.confirm(t, trade); got != models.Fulfilled {
			t.Errorf("got %q, want fulfilled", got)
		}
		if got := s.confirm(t, trade); got != models.AlreadyDone {
			t.Errorf("again: got %q, want already_done", got)
		}
		stored := rows[models.Payment](t, s.DB, "order_id = ?", order.ID)
		if len(stored) != 1 || stored[0].State != models.PaymentPaid || stored[0].OutTradeNo != order.OrderNumber ||
			*stored[0].TradeNo != trade.TradeNo {
			t.Errorf("got %+v, want one paid attempt", stored)
		}
	})
}

// An older shop had booked the trade already. Told of it again, this one must not give it back.
func TestConfirmPaidOrderBroughtOver(t *testing.T) {
	for name, goneBack := range map[string]bool{"paid": false, "given back since": true} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				order, trade := modelstest.Paid(t, s.DB, s.ann, s.Plain.For(30))
				exec(t, s.DB, "DELETE FROM ly_payment")
				trade.Refunded = goneBack
				for range 2 {
					if got := s.confirm(t, trade); got != models.AlreadyDone {
						t.Errorf("got %q, want already_done", got)
					}
				}
				if n := len(rows[models.Refund](t, s.DB, "1 = 1")); n != 0 {
					t.Errorf("got %d refunds, want none", n)
				}
				if goneBack {
					news := models.RefundNews{OutTradeNo: order.OrderNumber, OutRequestNo: "X", Amount: 99_00, At: noon}
					if err := s.NoteRefund(t.Context(), news); err != nil {
						t.Error(err)
					}
					if got := s.read(t, order).OrderStatus; got != models.OrderRefunded {
						t.Errorf("got %v, want refunded", got)
					}
				}
				wantClean(t, s.DB)
			})
		})
	}
}

// A trade_no of another order can only be somebody's mistake. Nothing may move, and it must not pass for done.
func TestConfirmTradeOfAnotherOrder(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		_, first := modelstest.Paid(t, s.DB, s.ann, s.Plain.For(30))
		order := s.order(t, s.Rate.For(30))
		_, trade := s.attempt(t, order)
		trade.TradeNo = first.TradeNo
		if outcome, err := s.Confirm(t.Context(), trade, notified(s.DB, trade)); err == nil {
			t.Errorf("got %q, want an error", outcome)
		}
		if got := rows[models.Order](t, s.DB, "id = ?", order.ID)[0].OrderStatus; got != models.OrderUnpaid {
			t.Errorf("got %v, want the order unpaid", got)
		}
	})
}
