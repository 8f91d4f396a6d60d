package models_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"luffy/models"
)

var boss = models.RefundDecision{By: "boss"}

// approve approves the request for a line, which must be possible.
func (s *scene) approve(t testing.TB, order models.Order, line int) models.Refund {
	t.Helper()
	refund, err := s.ApproveRefund(t.Context(), s.request(t, order, line).ID, boss)
	if err != nil {
		t.Fatalf("approve line %d: %v", line, err)
	}
	return refund
}

func TestApproveRefund(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order, _ := s.discounted(t)
		line := rows[models.OrderDetail](t, s.DB, "order_id = ?", order.ID)[0]
		s.requestRefund(t, order, 1)
		s.clock.forward(30 * 24 * time.Hour) // the rule binds students, not staff
		refund := s.approve(t, order, 1)
		if refund.Amount != line.RealPrice || refund.OrderDetailID == nil || *refund.OrderDetailID != line.ID ||
			refund.Reason != "买错了" || refund.RequestedBy != "boss" || refund.State != models.RefundPending {
			t.Errorf("got %+v, want the line's %s pending with the student's reason", refund, line.RealPrice)
		}
		s.wantSteps(t, order, models.StepRefunding, "")
		wantClean(t, s.DB)
		if again := s.approve(t, order, 1); again.ID != refund.ID {
			t.Errorf("approved again: got refund %d, want %d", again.ID, refund.ID)
		}
		s.finish(t, refund)
		s.wantSteps(t, order, models.StepRefunded, "")
		if again := s.approve(t, order, 1); again.ID != refund.ID || again.State != models.RefundDone {
			t.Errorf("approved when done: got %+v, want refund %d done", again, refund.ID)
		}
		if err := s.RejectRefund(t.Context(), s.request(t, order, 1).ID, boss); !errors.Is(err, models.ErrDecided) {
			t.Errorf("rejected when done: got %v, want ErrDecided", err)
		}
		if credit, _ := s.points(t); credit != 699+140 {
			t.Errorf("got %d points, want 839", credit)
		}
		wantClean(t, s.DB)
	})
}

func TestRejectRefund(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.twoLines(t)
		s.requestRefund(t, order, 1)
		id := s.request(t, order, 1).ID
		for range 2 {
			if err := s.RejectRefund(t.Context(), id, models.RefundDecision{By: "boss", Reason: "已学完"}); err != nil {
				t.Fatal(err)
			}
		}
		s.wantSteps(t, order, models.StepRejected, "")
		if r := s.request(t, order, 1); r.Answer != "已学完" || r.DecidedBy != "boss" || r.DecidedAt == nil {
			t.Errorf("got %+v, want boss's answer", r)
		}
		if _, err := s.ApproveRefund(t.Context(), id, boss); !errors.Is(err, models.ErrDecided) {
			t.Errorf("approve after all: got %v, want ErrDecided", err)
		}
		for _, err := range []error{s.RejectRefund(t.Context(), 404, boss), second(s.ApproveRefund(t.Context(), 404, boss))} {
			if !errors.Is(err, models.ErrNotFound) {
				t.Errorf("no such request: got %v, want ErrNotFound", err)
			}
		}
		wantClean(t, s.DB)
	})
}

func second[T any](_ T, err error) error { return err }

// A line that is refunded by other ways while its student waits ends as 已退款, and approving it
// then refunds nothing more.
func TestRefundedWhileAsked(t *testing.T) {
	outside := func(amount models.Fen) func(*testing.T, *scene, models.Order) {
		return func(t *testing.T, s *scene, o models.Order) {
			news := models.RefundNews{OutTradeNo: o.OrderNumber, OutRequestNo: "console1", Amount: amount, At: s.Now()}
			for range 2 {
				if err := s.NoteRefund(t.Context(), news); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	for name, c := range map[string]struct {
		refund func(*testing.T, *scene, models.Order)
		first  models.RequestStep // of line 1, which is asked for, as is line 2
		second models.RequestStep
	}{
		"the line, by staff": {func(t *testing.T, s *scene, o models.Order) {
			s.finish(t, s.refund(t, models.NewRefund{OrderNumber: o.OrderNumber, Line: 1}))
		}, models.StepRefunded, models.StepRequested},
		"the line, on its way": {func(t *testing.T, s *scene, o models.Order) {
			s.refund(t, models.NewRefund{OrderNumber: o.OrderNumber, Line: 1})
		}, models.StepRefunding, models.StepRequested},
		"all, by staff": {func(t *testing.T, s *scene, o models.Order) {
			s.finish(t, s.refund(t, models.NewRefund{OrderNumber: o.OrderNumber}))
		}, models.StepRefunded, models.StepRefunded},
		"the line's sum, in the console": {outside(99_00), models.StepRefunded, models.StepRequested},
		"all, in the console":            {outside(216_33), models.StepRefunded, models.StepRefunded},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				order := s.twoLines(t)
				s.requestRefund(t, order, 1, 2)
				c.refund(t, s, order)
				s.wantSteps(t, order, c.first, c.second)
				refunds := len(rows[models.Refund](t, s.DB, "1 = 1"))
				s.approve(t, order, 1)
				if n := len(rows[models.Refund](t, s.DB, "1 = 1")); n != refunds || refunds != 1 {
					t.Errorf("got %d refunds, then %d; want one still", refunds, n)
				}
				wantClean(t, s.DB)
			})
		})
	}
}

// What a student has taken back nobody has approved, though staff give the money back all the same.
func TestRefundedAfterWithdrawal(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.twoLines(t)
		s.requestRefund(t, order, 1)
		if err := s.WithdrawRefund(t.Context(), s.ann.ID, order.OrderNumber, 1); err != nil {
			t.Fatal(err)
		}
		s.finish(t, s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Line: 1, By: "boss"}))
		if r := s.request(t, order, 1); r.State != models.RequestWithdrawn || r.DecidedBy != "" || r.RefundID != nil {
			t.Errorf("got %+v, want it withdrawn still", r)
		}
		wantClean(t, s.DB)
	})
}

// A sum given back in the console is a line's only while the student waits for that line's refund.
func TestOutsideRefundAfterWithdrawal(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.twoLines(t)
		s.requestRefund(t, order, 1)
		if err := s.WithdrawRefund(t.Context(), s.ann.ID, order.OrderNumber, 1); err != nil {
			t.Fatal(err)
		}
		news := models.RefundNews{OutTradeNo: order.OrderNumber, OutRequestNo: "console1", Amount: 99_00, At: s.Now()}
		if err := s.NoteRefund(t.Context(), news); err != nil {
			t.Fatal(err)
		}
		refund, right := rows[models.Refund](t, s.DB, "1 = 1")[0], s.right(t, s.Plain.ID)
		if refund.OrderDetailID != nil || right.Records != 1 {
			t.Errorf("got refund %+v and right %+v, want a bare sum and the course kept", refund, right)
		}
		wantClean(t, s.DB)
	})
}

// A sum that is no line's stays a bare sum, and the request stays open.
func TestOtherSumWhileAsked(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.twoLines(t)
		s.requestRefund(t, order, 1)
		err := s.NoteRefund(t.Context(), models.RefundNews{
			OutTradeNo: order.OrderNumber, OutRequestNo: "console1", Amount: 200_00, At: s.Now(),
		})
		if err != nil {
			t.Fatal(err)
		}
		s.wantSteps(t, order, models.StepRequested, "")
		_, err = s.ApproveRefund(t.Context(), s.request(t, order, 1).ID, boss)
		if !errors.Is(err, models.ErrRefundTooMuch) {
			t.Errorf("got %v, want ErrRefundTooMuch", err)
		}
		s.wantSteps(t, order, models.StepRequested, "")
		wantClean(t, s.DB)
	})
}

// Approved, and Alipay refuses for good: the student is told so, and a later refund of the line is
// the request's.
func TestApprovedRefundFails(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.twoLines(t)
		s.requestRefund(t, order, 1)
		failed := s.approve(t, order, 1)
		if err := s.FailRefund(t.Context(), failed.ID, "ACQ.TRADE_HAS_FINISHED"); err != nil {
			t.Fatal(err)
		}
		s.wantSteps(t, order, models.StepFailed, "")
		if _, err := s.RequestRefund(t.Context(), s.wish(order, 1), sevenDays); !errors.Is(err, models.ErrRefundBarred) {
			t.Errorf("asked again: got %v, want ErrRefundBarred", err)
		}
		again := s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Line: 1})
		s.wantSteps(t, order, models.StepRefunding, "")
		s.finish(t, again)
		s.wantSteps(t, order, models.StepRefunded, "")
		wantClean(t, s.DB)
	})
}

// Whoever decides at the same moment, one decision stands and one refund at most is stored.
func TestDecisionsAtOnce(t *testing.T) {
	for name, rival := range map[string]func(t *testing.T, s *scene, order models.Order, id int64) error{
		"approve": func(t *testing.T, s *scene, _ models.Order, id int64) error {
			return second(s.ApproveRefund(t.Context(), id, boss))
		},
		"reject": func(t *testing.T, s *scene, _ models.Order, id int64) error {
			return s.RejectRefund(t.Context(), id, boss)
		},
		"withdraw": func(t *testing.T, s *scene, order models.Order, _ int64) error {
			return s.WithdrawRefund(t.Context(), s.ann.ID, order.OrderNumber, 1)
		},
		"luffy refund": func(t *testing.T, s *scene, order models.Order, _ int64) error {
			return second(s.CreateRefund(t.Context(), models.NewRefund{OrderNumber: order.OrderNumber, Line: 1}))
		},
		"console": func(t *testing.T, s *scene, order models.Order, _ int64) error {
			return s.NoteRefund(t.Context(), models.RefundNews{
				OutTradeNo: order.OrderNumber, OutRequestNo: "console1", Amount: 99_00, At: s.Now(),
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				order := s.twoLines(t)
				s.requestRefund(t, order, 1)
				id := s.request(t, order, 1).ID
				var approved atomic.Int64
				together(16, func(i int) {
					var err error
					if i%2 == 0 {
						if _, err = s.ApproveRefund(t.Context(), id, boss); err == nil {
							approved.Add(1)
						}
					} else {
						err = rival(t, s, order, id)
					}
					if err != nil && !errors.Is(err, models.ErrDecided) && !errors.Is(err, models.ErrLineNotOpen) {
						t.Errorf("call %d: %v", i, err)
					}
				})
				request, refunds := s.request(t, order, 1), rows[models.Refund](t, s.DB, "cause = 'request'")
				if request.State == models.RequestOpen || len(refunds) > 1 {
					t.Errorf("got the request %s and %d refunds, want it decided and one at most", request.State, len(refunds))
				}
				if (approved.Load() > 0) != (request.State == models.RequestApproved) {
					t.Errorf("got %d approvals and the request %s", approved.Load(), request.State)
				}
				if name != "console" {
					wantClean(t, s.DB)
				}
			})
		})
	}
}

func TestOpenRefundRequests(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.twoLines(t)
		s.requestRefund(t, order, 2)
		s.clock.forward(time.Minute)
		s.requestRefund(t, order, 1)
		asked, total, err := s.OpenRefundRequests(t.Context(), 1)
		if err != nil || total != 2 || len(asked) != 1 {
			t.Fatalf("got %d of %d, %v; want 1 of 2", len(asked), total, err)
		}
		if a := asked[0]; a.Position != 2 || a.OrderNumber != order.OrderNumber ||
			a.RealPrice != 117_33 || a.Username != "ann" || a.Reason != "买错了" {
			t.Errorf("got %+v, want the oldest", a)
		}
		s.approve(t, order, 2)
		asked, total, err = s.OpenRefundRequests(t.Context(), 10)
		if err != nil || total != 1 || len(asked) != 1 || asked[0].Position != 1 || asked[0].Watched.Lessons != 3 {
			t.Errorf("got %+v of %d, %v; want the request for line 1 alone, of 3 lessons", asked, total, err)
		}
		all, err := s.RefundRequestsOf(t.Context(), order.OrderNumber)
		if err != nil || len(all) != 2 || all[0].Position != 1 || all[1].State != models.RequestApproved {
			t.Errorf("got %+v, %v; want both of the order", all, err)
		}
		backlog, err := s.Backlog(t.Context())
		if err != nil || backlog.RequestsOpen != 1 {
			t.Errorf("got %d waiting, %v; want 1", backlog.RequestsOpen, err)
		}
	})
}
