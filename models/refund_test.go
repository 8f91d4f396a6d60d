package models_test

import (
	"errors"
	"maps"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

// twoLines is a paid order of 99.00 + 117.33 without coupon and points.
func (s *scene) twoLines(t testing.TB) models.Order {
	t.Helper()
	order, _ := modelstest.Paid(t, s.DB, s.ann, s.Plain.For(30), s.Rate.For(30))
	return order
}

// refund asks for a refund that must be possible.
func (s *scene) refund(t testing.TB, r models.NewRefund) models.Refund {
	t.Helper()
	refund, err := s.CreateRefund(t.Context(), r)
	if err != nil {
		t.Fatalf("request %+v: %v", r, err)
	}
	return refund
}

// finish books a refund as done by Alipay now.
func (s *scene) finish(t testing.TB, r models.Refund) {
	t.Helper()
	if err := s.FinishRefund(t.Context(), r.ID, s.Now()); err != nil {
		t.Fatalf("finish %s: %v", r.OutRequestNo, err)
	}
}

func TestCreateRefund(t *testing.T) {
	for name, c := range map[string]struct {
		wanted models.NewRefund
		want   models.Fen
		line   int    // 0 for none
		number string // how its out_request_no ends
	}{
		"all":             {models.NewRefund{}, 216_33, 0, "R1"},
		"a sum":           {models.NewRefund{Amount: 100_00}, 100_00, 0, "R1"},
		"the very last":   {models.NewRefund{Amount: 216_33}, 216_33, 0, "R1"},
		"a fen":           {models.NewRefund{Amount: 1}, 1, 0, "R1"},
		"the first line":  {models.NewRefund{Line: 1}, 99_00, 1, "R1L1"},
		"the second line": {models.NewRefund{Line: 2}, 117_33, 2, "R1L2"},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				order := s.twoLines(t)
				c.wanted.OrderNumber, c.wanted.By = order.OrderNumber, "staff"
				s.refund(t, c.wanted)
				r := rows[models.Refund](t, s.DB, "1 = 1")[0]
				if r.Amount != c.want || r.State != models.RefundPending || r.Cause != models.RefundByStaff ||
					r.OutRequestNo != order.OrderNumber+c.number || r.RequestedBy != "staff" || r.Reason != "课程退款" {
					t.Errorf("got %+v, want %s pending", r, c.want)
				}
				if (r.OrderDetailID != nil) != (c.line != 0) {
					t.Errorf("got line %v, want position %d", r.OrderDetailID, c.line)
				}
				if got := s.read(t, order); got.OrderStatus != models.OrderPaid || got.RefundedAmount != 0 {
					t.Errorf("got %v, %s back; want nothing to move before Alipay has paid", got.OrderStatus, got.RefundedAmount)
				}
				wantClean(t, s.DB)
			})
		})
	}
}

func TestCreateRefundRefused(t *testing.T) {
	for want, changes := range map[error]map[string]func(*refunding){
		models.ErrNotFound: {"no such order": func(r *refunding) { r.wanted.OrderNumber = "404" }},
		models.ErrNothingPaid: {
			"unpaid":                  func(r *refunding) { r.wanted.OrderNumber = r.order(r.t, r.Step.For(30)).OrderNumber },
			"free":                    func(r *refunding) { r.wanted.OrderNumber = r.order(r.t, r.Free.For(30)).OrderNumber },
			"all, when all went back": func(r *refunding) { r.finish(r.t, r.refund(r.t, r.wanted)) },
		},
		models.ErrRefundTooMuch: {
			"more than was paid":                  func(r *refunding) { r.wanted.Amount = 216_34 },
			"more than is left":                   func(r *refunding) { r.giveBack(200_00); r.wanted.Amount = 16_34 },
			"a line that costs more than is left": func(r *refunding) { r.giveBack(200_00); r.wanted.Line = 1 },
		},
		models.ErrRefundNothing: {
			"a negative sum":              func(r *refunding) { r.wanted.Amount = -1 },
			"all, when all is on its way": func(r *refunding) { r.refund(r.t, r.wanted) },
		},
		models.ErrLineNotOpen: {
			"a line that is not there":    func(r *refunding) { r.wanted.Line = 3 },
			"a line of a negative number": func(r *refunding) { r.wanted.Line = -1 },
			"a line that is on its way":   func(r *refunding) { r.wanted.Line = 1; r.refund(r.t, r.wanted) },
			"a line that went back": func(r *refunding) {
				r.wanted.Line = 1
				r.finish(r.t, r.refund(r.t, r.wanted))
			},
		},
	} {
		for name, change := range changes {
			t.Run(name, func(t *testing.T) {
				onEach(t, func(t *testing.T, s *scene) {
					r := refunding{s, t, models.NewRefund{OrderNumber: s.twoLines(t).OrderNumber}}
					change(&r)
					before := len(rows[models.Refund](t, s.DB, "1 = 1"))
					if _, err := s.CreateRefund(t.Context(), r.wanted); !errors.Is(err, want) {
						t.Errorf("got %v, want %v", err, want)
					}
					if n := len(rows[models.Refund](t, s.DB, "1 = 1")); n != before {
						t.Errorf("got %d refunds, want %d as before", n, before)
					}
				})
			})
		}
	}
}

// refunding is a paid order of two lines and what is to be given back of it, at first all.
type refunding struct {
	*scene
	t      *testing.T
	wanted models.NewRefund
}

// giveBack sends a part of the order's sum on its way back.
func (r *refunding) giveBack(sum models.Fen) {
	r.refund(r.t, models.NewRefund{OrderNumber: r.wanted.OrderNumber, Amount: sum})
}

// A line that the coupon or the points covered wholly has nothing to give back.
func TestLineOfNothingIsNotRefunded(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order, _ := modelstest.Paid(t, s.DB, s.ann, s.Plain.For(30), s.Free.For(30))
		_, err := s.CreateRefund(t.Context(), models.NewRefund{OrderNumber: order.OrderNumber, Line: 2})
		if !errors.Is(err, models.ErrRefundNothing) {
			t.Errorf("got %v, want ErrRefundNothing", err)
		}
	})
}

func TestFailedRefundLeavesItsSumFree(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.twoLines(t)
		first := s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Line: 1})
		if err := s.FailRefund(t.Context(), first.ID, "ACQ.TRADE_HAS_FINISHED"); err != nil {
			t.Fatal(err)
		}
		second := s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Line: 1})
		if second.OutRequestNo != order.OrderNumber+"R2L1" {
			t.Errorf("got %s, want a number of its own: %sR2L1", second.OutRequestNo, order.OrderNumber)
		}
		if n := len(s.claimRefunds(t)); n != 1 {
			t.Errorf("got %d to carry out, want only the second", n)
		}
	})
}

// Sixteen clicks at once give back no fen more than was paid.
func TestSixteenRefundsAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		wanted models.NewRefund
		want   int64
	}{
		"all":    {models.NewRefund{}, 1},
		"a line": {models.NewRefund{Line: 1}, 1},
		"sums":   {models.NewRefund{Amount: 20_00}, 10},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				wanted := c.wanted
				wanted.OrderNumber = s.twoLines(t).OrderNumber
				var stored atomic.Int64
				together(16, func(int) {
					_, err := s.CreateRefund(t.Context(), wanted)
					switch {
					case err == nil:
						stored.Add(1)
					case !errors.Is(err, models.ErrRefundTooMuch) && !errors.Is(err, models.ErrRefundNothing) &&
						!errors.Is(err, models.ErrLineNotOpen):
						t.Errorf("got %v, want a refusal", err)
					}
				})
				if stored.Load() != c.want {
					t.Errorf("got %d refunds, want %d", stored.Load(), c.want)
				}
				wantClean(t, s.DB)
			})
		})
	}
}

// claimRefunds takes the refunds that are to be tried now.
func (s *scene) claimRefunds(t testing.TB) []models.RefundTask {
	t.Helper()
	tasks, err := s.ClaimRefunds(t.Context(), modelstest.AppID, 100)
	if err != nil {
		t.Fatalf("claim: %v", err)
	}
	return tasks
}

// While one refund of a payment is asked for, and for a moment after, no other is.
func TestClaimRefundsOfOnePayment(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.twoLines(t)
		first := s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Line: 1})
		second := s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Line: 2})
		tasks := s.claimRefunds(t)
		if len(tasks) != 1 || tasks[0].Refund.ID != first.ID {
			t.Fatalf("got %+v, want the first refund", tasks)
		}
		wantNone := func(when string) {
			t.Helper()
			if got := s.claimRefunds(t); len(got) != 0 {
				t.Errorf("%s: got %+v, want none", when, got)
			}
			if _, err := s.ClaimRefund(t.Context(), second.ID); !errors.Is(err, models.ErrRefundTooSoon) {
				t.Errorf("%s, out of turn: got %v, want ErrRefundTooSoon", when, err)
			}
		}
		s.clock.forward(20 * time.Second)
		wantNone("while the first is asked for")
		if err := s.RefundTried(t.Context(), tasks[0]); err != nil {
			t.Fatal(err)
		}
		s.clock.forward(2 * time.Second)
		wantNone("right after it")
		s.clock.forward(time.Second)
		if tasks = s.claimRefunds(t); len(tasks) != 1 || tasks[0].Refund.ID != second.ID {
			t.Errorf("got %+v, want the second refund", tasks)
		}
		s.clock.forward(time.Minute) // who has claimed it is dead
		if tasks = s.claimRefunds(t); len(tasks) != 1 {
			t.Errorf("got %+v, want one of them again", tasks)
		}
	})
}

// Several replicas that look at the same time leave no refund behind that none of them has taken.
func TestClaimRefundsAtOnce(t *testing.T) {
	s := newScene(t, modelstest.MariaDB)
	const rounds, replicas = 200, 4
	want := map[string]int{}
	for range 2 {
		order := s.twoLines(t)
		first := s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Line: 1})
		s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Line: 2})
		want[first.OutRequestNo] = 1
	}
	for round := range rounds {
		var mu sync.Mutex
		got := map[string]int{}
		together(replicas, func(int) {
			tasks, err := s.ClaimRefunds(t.Context(), modelstest.AppID, 4)
			mu.Lock()
			defer mu.Unlock()
			for _, task := range tasks {
				got[task.Refund.OutRequestNo]++
			}
			if err != nil {
				t.Errorf("round %d: %v", round, err)
			}
		})
		if !maps.Equal(got, want) {
			t.Fatalf("round %d: got %v claimed, want %v", round, got, want)
		}
		s.clock.forward(2 * time.Hour) // whoever claimed them has died
	}
}

func TestClaimRefunds(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.twoLines(t)
		refund := s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber})
		last := time.Duration(0)
		for range 10 {
			tasks := s.claimRefunds(t)
			if len(tasks) != 1 || tasks[0].Refund.ID != refund.ID ||
				tasks[0].OutTradeNo != order.OrderNumber || tasks[0].AppID != modelstest.AppID {
				t.Fatalf("got %+v, want the refund of %s", tasks, order.OrderNumber)
			}
			if again := s.claimRefunds(t); len(again) != 0 {
				t.Fatalf("claimed again at once: %+v", again)
			}
			if err := s.NoteRefundError(t.Context(), refund.ID, "no answer"); err != nil {
				t.Fatal(err)
			}
			stored, err := s.RefundByID(t.Context(), refund.ID)
			if err != nil || stored.LastError != "no answer" || stored.State != models.RefundPending {
				t.Fatalf("got %+v, %v; want it pending with its error", stored, err)
			}
			pause := stored.TryAt.Sub(s.Now())
			if pause < last || pause <= 0 || pause > time.Hour {
				t.Errorf("got a pause of %v after one of %v, want it to grow up to an hour", pause, last)
			}
			last = pause
			s.clock.forward(pause)
		}
		s.finish(t, refund)
		if tasks := s.claimRefunds(t); len(tasks) != 0 {
			t.Errorf("done, and claimed again: %+v", tasks)
		}
		if _, err := s.ClaimRefund(t.Context(), refund.ID); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("done, claimed out of turn: got %v, want ErrNotFound", err)
		}
	})
}
