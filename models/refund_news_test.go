package models_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"luffy/models"
)

// newsCase tells the shop the news of a paid order of 216.33 one after another, each of them twice.
type newsCase struct {
	own  models.Fen // the sum of a refund that the shop has asked for; 0 for none
	news told
	want booked
}

type (
	told   []models.RefundNews
	booked []bookedRefund
)

type bookedRefund struct {
	number string // after the order's
	amount models.Fen
	cause  models.RefundCause
	state  models.RefundState
}

func TestNoteRefundOfTheShop(t *testing.T) {
	const own, outside = models.RefundByStaff, models.RefundOutside
	const done, pending = models.RefundDone, models.RefundPending
	testNoteRefund(t, map[string]newsCase{
		"its own":               {100_00, told{{OutRequestNo: "R1", Amount: 100_00}}, booked{{"R1", 100_00, own, done}}},
		"its own, by the total": {100_00, told{{OutRequestNo: "R1", Total: 100_00}}, booked{{"R1", 100_00, own, done}}},
		"its own, nameless":     {100_00, told{{Total: 100_00}}, booked{{"R1", 100_00, own, done}}},
		"another beside its own": {100_00, told{{OutRequestNo: "X", Amount: 50_00}},
			booked{{"R1", 100_00, own, pending}, {"X", 50_00, outside, done}}},
		"nameless row of its own": {100_00, told{{OutRequestNo: "R1", Amount: 100_00}, {Amount: 100_00}},
			booked{{"R1", 100_00, own, done}}},
		"its number, another sum": {100_00, told{{OutRequestNo: "R1", Amount: 10_00}},
			booked{{"R2", 100_00, own, pending}, {"R1", 10_00, outside, done}}},
		"a number of the future": {100_00, told{{OutRequestNo: "R3", Amount: 10_00}, {OutRequestNo: "X", Amount: 20_00}},
			booked{{"R1", 100_00, own, pending}, {"R3", 10_00, outside, done}, {"X", 20_00, outside, done}}},
	})
}

func TestNoteRefundOutside(t *testing.T) {
	const outside, done = models.RefundOutside, models.RefundDone
	testNoteRefund(t, map[string]newsCase{
		"outside":          {0, told{{OutRequestNo: "X", Amount: 50_00}}, booked{{"X", 50_00, outside, done}}},
		"outside, in full": {0, told{{OutRequestNo: "X", Amount: 216_33}}, booked{{"X", 216_33, outside, done}}},
		"named, nameless later": {0, told{{OutRequestNo: "X", Amount: 50_00}, {Total: 50_00}},
			booked{{"X", 50_00, outside, done}}},
		"two of one sum": {0, told{{OutRequestNo: "X", Amount: 50_00}, {OutRequestNo: "Y", Amount: 50_00}},
			booked{{"X", 50_00, outside, done}, {"Y", 50_00, outside, done}}},
		"nameless row": {0, told{{Amount: 50_00}}, booked{{"N1", 50_00, outside, done}}},
		"nameless row, named": {0, told{{Amount: 50_00}, {OutRequestNo: "X", Amount: 50_00}, {Amount: 50_00}},
			booked{{"X", 50_00, outside, done}}},
		"two nameless rows": {0, told{{Amount: 50_00}, {Amount: 50_00, At: noon.Add(time.Minute)}},
			booked{{"N1", 50_00, outside, done}, {"N2", 50_00, outside, done}}},
	})
}

func TestNoteRefundOfASum(t *testing.T) {
	const outside, inSum, done = models.RefundOutside, models.RefundOutsideSum, models.RefundDone
	testNoteRefund(t, map[string]newsCase{
		"outside, nameless": {0, told{{Total: 50_00}}, booked{{"N1", 50_00, inSum, done}}},
		"nameless, named later": {0, told{{Total: 50_00}, {OutRequestNo: "X", Amount: 50_00}},
			booked{{"X", 50_00, inSum, done}}},
		"two in one sum, named later": {0,
			told{{Total: 80_00}, {OutRequestNo: "X", Amount: 50_00}, {OutRequestNo: "Y", Amount: 30_00}},
			booked{{"Y", 30_00, inSum, done}, {"X", 50_00, outside, done}}},
		"two in one sum, nameless rows later": {0, told{{Total: 80_00}, {Amount: 50_00}, {Amount: 30_00}},
			booked{{"N1", 30_00, inSum, done}, {"N2", 50_00, outside, done}}},
		"one in the first of two sums": {0,
			told{{Total: 80_00}, {Total: 110_00, At: noon.Add(time.Minute)}, {OutRequestNo: "X", Amount: 30_00}},
			booked{{"N1", 50_00, inSum, done}, {"N2", 30_00, inSum, done}, {"X", 30_00, outside, done}}},
		"another of the sum, after it": {0,
			told{{Total: 80_00}, {OutRequestNo: "X", Amount: 80_00, At: noon.Add(time.Minute)}},
			booked{{"N1", 80_00, inSum, done}, {"X", 80_00, outside, done}}},
		"another after a sum": {0, told{{Total: 80_00}, {OutRequestNo: "X", Amount: 50_00, At: noon.Add(time.Minute)}},
			booked{{"N1", 80_00, inSum, done}, {"X", 50_00, outside, done}}},
		"two, by growing totals": {0, told{{Total: 50_00}, {Total: 80_00}},
			booked{{"N1", 50_00, inSum, done}, {"N2", 30_00, inSum, done}}},
		"an older total, overdue": {0, told{{Total: 80_00}, {Total: 50_00}}, booked{{"N1", 80_00, inSum, done}}},
	})
}

func testNoteRefund(t *testing.T, cases map[string]newsCase) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				order := s.twoLines(t)
				if c.own > 0 {
					s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Amount: c.own})
				}
				for _, news := range c.news {
					s.tellTwice(t, order, news)
				}
				s.wantBooked(t, order, c.want)
				wantClean(t, s.DB)
			})
		})
	}
}

// tellTwice tells the shop the news of an order, in which a number lacks that of the order. Unless it
// has a time, it is of noon.
func (s *scene) tellTwice(t *testing.T, order models.Order, news models.RefundNews) {
	t.Helper()
	news.OutTradeNo = order.OrderNumber
	if news.At.IsZero() {
		news.At = noon
	}
	if news.OutRequestNo != "" {
		news.OutRequestNo = order.OrderNumber + news.OutRequestNo
	}
	for range 2 {
		if err := s.NoteRefund(t.Context(), news); err != nil {
			t.Errorf("%+v: %v", news, err)
		}
	}
}

// wantBooked compares all refunds with those that are wanted, and their sum with the order's.
func (s *scene) wantBooked(t *testing.T, order models.Order, want booked) {
	t.Helper()
	var got booked
	var back models.Fen
	for _, r := range rows[models.Refund](t, s.DB, "1 = 1") {
		got = append(got, bookedRefund{r.OutRequestNo[len(order.OrderNumber):], r.Amount, r.Cause, r.State})
		if r.State == models.RefundDone {
			back += r.Amount
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := s.read(t, order).RefundedAmount; got != back {
		t.Errorf("got %s back by the order, want %s", got, back)
	}
}

func TestNoteRefundRefused(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		paid := s.twoLines(t)
		unpaid := s.order(t, s.Step.For(30))
		s.attempt(t, unpaid)
		broughtOver := s.order(t, s.Off.For(60))
		for name, c := range map[string]struct {
			news models.RefundNews
			want error
		}{
			"no such order":       {models.RefundNews{OutTradeNo: "20260301120000000001000000", Amount: 1}, models.ErrNotFound},
			"no such attempt":     {models.RefundNews{OutTradeNo: paid.OrderNumber + "_x", Amount: 1}, models.ErrNotFound},
			"payment not heard":   {models.RefundNews{OutTradeNo: unpaid.OrderNumber, Amount: 1}, models.ErrNothingPaid},
			"lost attempt":        {models.RefundNews{OutTradeNo: paid.OrderNumber + "_9", Amount: 1}, models.ErrNothingPaid},
			"attempt without row": {models.RefundNews{OutTradeNo: broughtOver.OrderNumber, Amount: 1}, models.ErrNothingPaid},
			"more than was paid": {
				models.RefundNews{OutTradeNo: paid.OrderNumber, OutRequestNo: "X", Amount: 216_34},
				models.ErrRefundTooMuch,
			},
		} {
			if err := s.NoteRefund(t.Context(), c.news); !errors.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", name, err, c.want)
			}
		}
		if n := len(rows[models.Refund](t, s.DB, "1 = 1")); n != 0 {
			t.Errorf("got %d refunds, want none", n)
		}
		if n := len(rows[models.Payment](t, s.DB, "order_id = ?", broughtOver.ID)); n != 0 {
			t.Errorf("got %d attempts of the order brought over, want none left behind", n)
		}
		wantClean(t, s.DB)
	})
}

// A sum of all refunds may hold one of the shop's own that is on its way. Alipay tells it again,
// and by then that one is done.
func TestTotalBesideAPendingRefund(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.twoLines(t)
		own := s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Amount: 10_00})
		news := models.RefundNews{OutTradeNo: order.OrderNumber, Total: 60_00, At: noon}
		if err := s.NoteRefund(t.Context(), news); !errors.Is(err, models.ErrRefundUnsure) {
			t.Errorf("got %v, want ErrRefundUnsure", err)
		}
		s.finish(t, own)
		if err := s.NoteRefund(t.Context(), news); err != nil {
			t.Error(err)
		}
		if got := s.read(t, order).RefundedAmount; got != 60_00 {
			t.Errorf("got %s back, want 60.00", got)
		}
		wantClean(t, s.DB)
	})
}

// A sum that comes late does not hold what was given back after it, and its difference to that is
// not the shop's own refund.
func TestTotalOlderThanAKnownRefund(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.twoLines(t)
		s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Amount: 10_00})
		for i, c := range []struct {
			news models.RefundNews
			err  error
			back models.Fen
		}{
			{models.RefundNews{OutRequestNo: "Y", Amount: 30_00, At: noon.Add(time.Minute)}, nil, 30_00},
			{models.RefundNews{Total: 40_00, At: noon}, models.ErrRefundUnsure, 30_00},
			{models.RefundNews{OutRequestNo: "X", Amount: 40_00, At: noon}, nil, 70_00},
			{models.RefundNews{Total: 40_00, At: noon}, nil, 70_00},
		} {
			c.news.OutTradeNo = order.OrderNumber
			if err := s.NoteRefund(t.Context(), c.news); !errors.Is(err, c.err) {
				t.Errorf("news %d: got %v, want %v", i, err, c.err)
			}
			if got := s.read(t, order).RefundedAmount; got != c.back {
				t.Errorf("news %d: got %s back, want %s", i, got, c.back)
			}
		}
		wantClean(t, s.DB)
	})
}

// Alipay has made a refund after all that it had refused, and that staff had made up for by another
// one meanwhile: the money went back twice, the points of the line once.
func TestRefusedRefundIsMadeAfterAll(t *testing.T) {
	for name, c := range map[string]struct {
		line   int // 0 = the whole order
		want   error
		points int64
	}{
		"a line":    {1, nil, 140},
		"the whole": {0, models.ErrRefundTooMuch, 301},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				order, _ := s.discounted(t)
				first := s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Line: c.line})
				s.refuse(t, first)
				second := s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Line: c.line})
				s.refuse(t, second)
				s.settle(t, second, nil)
				news := models.RefundNews{
					OutTradeNo: order.OrderNumber, OutRequestNo: first.OutRequestNo, Amount: first.Amount, At: noon,
				}
				for range 2 {
					if err := s.NoteRefund(t.Context(), news); !errors.Is(err, c.want) {
						t.Errorf("got %v, want %v", err, c.want)
					}
				}
				back := second.Amount
				if c.want == nil {
					back += first.Amount
				}
				if got := s.read(t, order).RefundedAmount; got != back {
					t.Errorf("got %s back, want %s", got, back)
				}
				if got := sum(t, s.DB, "SELECT SUM(points) FROM ly_refund"); got != c.points {
					t.Errorf("got %d points back, want %d", got, c.points)
				}
				wantClean(t, s.DB)
			})
		})
	}
}

// A row without a number of the sum that Alipay had refused is that refund, or staff's by hand in
// its place: either way it is made up for.
func TestNamelessNewsOfARefusedRefund(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.twoLines(t)
		refused := s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Line: 1})
		s.refuse(t, refused)
		for _, number := range []string{"", "", "X", "X"} {
			news := models.RefundNews{OutTradeNo: order.OrderNumber, OutRequestNo: number, Amount: refused.Amount, At: noon}
			if err := s.NoteRefund(t.Context(), news); err != nil {
				t.Error(err)
			}
		}
		got := rows[models.Refund](t, s.DB, "1 = 1")
		if len(got) != 1 || got[0].ID != refused.ID || got[0].State != models.RefundDone || got[0].OutRequestNo != "X" {
			t.Errorf("got %+v, want the refused one done, as X", got)
		}
		wantClean(t, s.DB)
	})
}

// Held money goes back in the console, in as many parts as staff like.
func TestHeldPaymentIsReturnedOnceAllWentBack(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		payment, trade := s.attempt(t, s.order(t, s.Plain.For(30)))
		trade.Amount = 99_01
		s.confirm(t, trade)
		for _, c := range []struct {
			number string
			amount models.Fen
			want   models.PaymentState
		}{{"X", 40_00, models.PaymentHeld}, {"Y", 59_01, models.PaymentReturned}} {
			err := s.NoteRefund(t.Context(), models.RefundNews{
				OutTradeNo: trade.OutTradeNo, OutRequestNo: c.number, Amount: c.amount, At: noon,
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := rows[models.Payment](t, s.DB, "id = ?", payment.ID)[0].State; got != c.want {
				t.Errorf("after %s: got %s, want %s", c.amount, got, c.want)
			}
		}
		wantClean(t, s.DB)
	})
}

// A part of a surplus went back by hand, whereupon Alipay refuses the refund of the whole: the rest
// is asked for, whichever is heard first.
func TestRestOfASurplusGoesBack(t *testing.T) {
	for name, order := range map[string][]string{"refusal first": {"refusal", "news"}, "news first": {"news", "refusal"}} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				o := s.order(t, s.Plain.For(30))
				payment, trade := s.attempt(t, o)
				s.payAnew(t, o)
				s.confirm(t, trade)
				whole := s.claimRefunds(t)[0].Refund
				for _, step := range order {
					var err error
					if step == "news" {
						err = s.NoteRefund(t.Context(), models.RefundNews{
							OutTradeNo: trade.OutTradeNo, OutRequestNo: "X", Amount: 30_00, At: noon,
						})
					} else {
						err = s.FailRefund(t.Context(), whole.ID, "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")
					}
					if err != nil {
						t.Fatalf("%s: %v", step, err)
					}
				}
				s.clock.forward(time.Minute)
				tasks := s.claimRefunds(t)
				if len(tasks) != 1 || tasks[0].Refund.Amount != 69_00 || tasks[0].Refund.Cause != models.RefundSecond {
					t.Fatalf("got %+v, want the rest of 69.00 as the shop's own", tasks)
				}
				if err := s.FailRefund(t.Context(), tasks[0].Refund.ID, "ACQ.REASON_TRADE_BEEN_FREEZEN"); err != nil {
					t.Fatal(err)
				}
				if again := s.claimRefunds(t); len(again) != 0 {
					t.Errorf("refused again: got %+v, want it left to staff", again)
				}
				if got := rows[models.Payment](t, s.DB, "id = ?", payment.ID)[0].State; got != models.PaymentSurplus {
					t.Errorf("got %s, want surplus", got)
				}
			})
		})
	}
}

// Alipay's console numbers the refunds of each trade anew.
func TestOutsideRefundsOfTwoTradesWithOneNumber(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		for _, offer := range []models.Offer{s.Plain.For(30), s.Rate.For(30)} {
			order := s.order(t, offer)
			_, trade := s.attempt(t, order)
			s.confirm(t, trade)
			err := s.NoteRefund(t.Context(), models.RefundNews{
				OutTradeNo: trade.OutTradeNo, OutRequestNo: "1", Amount: 1_00, At: noon,
			})
			if err != nil {
				t.Errorf("%s: %v", offer.CourseName, err)
			}
		}
	})
}
