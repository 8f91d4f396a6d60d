package models_test

import (
	"errors"
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
	"luffy/models/modelstest/dbproxy"
)

// refuse ends a refund as Alipay's final refusal does.
func (s *scene) refuse(t testing.TB, r models.Refund) {
	t.Helper()
	if err := s.FailRefund(t.Context(), r.ID, "ACQ.TRADE_HAS_FINISHED"); err != nil {
		t.Fatal(err)
	}
}

func (s *scene) settle(t testing.TB, r models.Refund, want error) {
	t.Helper()
	if err := s.SettleRefund(t.Context(), r.ID, "boss", "bank transfer"); !errors.Is(err, want) {
		t.Errorf("settle %s: got %v, want %v", r.OutRequestNo, err, want)
	}
}

// Paid by other means, a refused refund ends with all that goes back with one, and no bill is
// expected to have it.
func TestSettleRefund(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order, _ := s.discounted(t)
		s.requestRefund(t, order, 1)
		failed := s.approve(t, order, 1)
		s.settle(t, failed, models.ErrNotFound) // not refused yet
		s.refuse(t, failed)
		for range 2 {
			s.settle(t, failed, nil)
		}
		got := rows[models.Refund](t, s.DB, "id = ?", failed.ID)[0]
		if got.State != models.RefundDone || got.SettledBy != "boss" || got.Note != "bank transfer" || got.Points != 140 {
			t.Errorf("got %+v, want it done by boss with 140 points", got)
		}
		if o := s.read(t, order); o.RefundedAmount != failed.Amount {
			t.Errorf("got %s back, want %s", o.RefundedAmount, failed.Amount)
		}
		s.wantSteps(t, order, models.StepRefunded, "")
		done, err := s.RefundsBetween(t.Context(), noon.AddDate(0, 0, -1), noon.AddDate(0, 0, 1))
		if err != nil || len(done) != 0 {
			t.Errorf("got %+v, %v expected in Alipay's bill, want none", done, err)
		}
		backlog, err := s.Backlog(t.Context())
		if err != nil || backlog.RefundsFailed != 0 {
			t.Errorf("got %d failed, %v; want none left", backlog.RefundsFailed, err)
		}
		wantClean(t, s.DB)

		// What Alipay then tells of the rest is not taken for what was settled.
		err = s.NoteRefund(t.Context(), models.RefundNews{
			OutTradeNo: order.OrderNumber, Total: order.RealPrice - failed.Amount, At: s.Now(),
		})
		if o := s.read(t, order); err != nil || o.OrderStatus != models.OrderRefunded {
			t.Errorf("got %v, %s back, %v; want all of it back", o.OrderStatus, o.RefundedAmount, err)
		}
		wantClean(t, s.DB)
	})
}

// What Alipay refused is a task until the money has gone back some other way.
func TestRefusedRefundIsOwed(t *testing.T) {
	for name, c := range map[string]struct {
		refused models.NewRefund
		then    models.RefundNews // made up for by it; by nothing when it is of 0.00
		want    int
	}{
		"by nothing":                      {models.NewRefund{Line: 1}, models.RefundNews{}, 1},
		"the whole, by hand":              {models.NewRefund{}, models.RefundNews{Amount: 216_33}, 0},
		"a sum, by hand":                  {models.NewRefund{Amount: 10_00}, models.RefundNews{Amount: 10_00}, 0},
		"another sum went back":           {models.NewRefund{Amount: 10_00}, models.RefundNews{Amount: 20_00}, 1},
		"a line, of which less is left":   {models.NewRefund{Line: 1}, models.RefundNews{Amount: 117_34}, 0},
		"a line, of which enough is left": {models.NewRefund{Line: 1}, models.RefundNews{Amount: 117_33}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				order := s.twoLines(t)
				c.refused.OrderNumber = order.OrderNumber
				s.refuse(t, s.refund(t, c.refused))
				if c.then.Amount != 0 {
					c.then.OutTradeNo, c.then.OutRequestNo, c.then.At = order.OrderNumber, "X", noon
					if err := s.NoteRefund(t.Context(), c.then); err != nil {
						t.Fatal(err)
					}
				}
				if b, err := s.Backlog(t.Context()); err != nil || b.RefundsFailed != c.want {
					t.Errorf("got %d, %v; want %d", b.RefundsFailed, err, c.want)
				}
				if owed, err := s.OwedRefundsOf(t.Context(), order.OrderNumber); err != nil || len(owed) != c.want {
					t.Errorf("of the order: got %+v, %v; want %d", owed, err, c.want)
				}
				elsewhere := s.order(t, s.Plain.For(30))
				if owed, err := s.OwedRefundsOf(t.Context(), elsewhere.OrderNumber); err != nil || len(owed) != 0 {
					t.Errorf("of another order: got %+v, %v; want none", owed, err)
				}
			})
		})
	}
}

// A line of which the refund was refused is not owed any more once another refund of it is done.
func TestRefusedRefundOfALineIsMadeUpFor(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.twoLines(t)
		for range 2 {
			s.refuse(t, s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Line: 1}))
		}
		s.finish(t, s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Line: 1}))
		if b, err := s.Backlog(t.Context()); err != nil || b.RefundsFailed != 0 {
			t.Errorf("got %d, %v; want none", b.RefundsFailed, err)
		}
	})
}

// Money of a second payment that Alipay would not take back is a finding of the audit until it is settled.
func TestSettleRefundOfSurplus(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30))
		first, late := s.attempt(t, order)
		if err := s.ClosePayment(t.Context(), first.ID, "TRADE_CLOSED"); err != nil {
			t.Fatal(err)
		}
		_, trade := s.attempt(t, order)
		s.confirm(t, trade)
		s.confirm(t, late)
		refused := rows[models.Refund](t, s.DB, "1 = 1")[0]
		s.refuse(t, refused)
		if findings, err := s.Audit(t.Context()); err != nil || len(findings) == 0 {
			t.Errorf("got %v, %v; want the surplus found", findings, err)
		}
		for _, number := range []string{order.OrderNumber, refused.OutRequestNo} {
			failed, err := s.FailedRefunds(t.Context(), number)
			if err != nil || len(failed) != 1 || failed[0].ID != refused.ID {
				t.Errorf("%s: got %+v, %v; want the refused refund", number, failed, err)
			}
		}
		s.settle(t, refused, nil)
		if p := rows[models.Payment](t, s.DB, "id = ?", first.ID)[0]; p.State != models.PaymentReturned {
			t.Errorf("got payment %s, want it returned", p.State)
		}
		wantClean(t, s.DB)
	})
}

// What went back by another refund is not settled once more.
func TestSettleRefundTooLate(t *testing.T) {
	for name, c := range map[string]struct {
		other models.NewRefund
		want  error
	}{
		"the line, on its way": {models.NewRefund{Line: 1}, models.ErrLineNotOpen},
		"all":                  {models.NewRefund{}, models.ErrRefundTooMuch},
		"most of it":           {models.NewRefund{Amount: 200_00}, models.ErrRefundTooMuch},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				order := s.twoLines(t)
				failed := s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Line: 1})
				s.refuse(t, failed)
				c.other.OrderNumber = order.OrderNumber
				other := s.refund(t, c.other)
				s.settle(t, failed, c.want)
				s.finish(t, other)
				s.settle(t, failed, c.want)
				wantClean(t, s.DB)
			})
		})
	}
}

// A refund is of what its giver has seen: two who decide at once do not give back the same sum twice.
func TestRefundOfWhatWasLeft(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.twoLines(t) // of 216.33
		sum := models.NewRefund{OrderNumber: order.OrderNumber, Amount: 10_00, Left: 216_33, Key: "one"}
		first := s.refund(t, sum)
		if again := s.refund(t, sum); again.ID != first.ID {
			t.Errorf("sent again: got refund %d, want %d", again.ID, first.ID)
		}
		sum.Key = "two"
		if _, err := s.CreateRefund(t.Context(), sum); !errors.Is(err, models.ErrLeftChanged) {
			t.Errorf("from another form: got %v, want ErrLeftChanged", err)
		}
		sum.Left = 206_33
		if second := s.refund(t, sum); second.ID == first.ID {
			t.Error("got the same refund, want another one, decided on what is left now")
		}
	})
}

// The same key gives the same refund, however often and however late it is used.
func TestRefundKey(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.twoLines(t)
		line := models.NewRefund{OrderNumber: order.OrderNumber, Line: 1, Key: "ticket 1"}
		first := s.refund(t, line)
		if again := s.refund(t, line); again.ID != first.ID || again.Amount != 99_00 {
			t.Errorf("got %+v, want refund %d", again, first.ID)
		}
		for name, other := range map[string]models.NewRefund{
			"another line": {Line: 2}, "a sum": {Amount: 99_00}, "all": {},
		} {
			other.OrderNumber, other.Key = order.OrderNumber, line.Key
			if _, err := s.CreateRefund(t.Context(), other); !errors.Is(err, models.ErrKeyUsed) {
				t.Errorf("%s: got %v, want ErrKeyUsed", name, err)
			}
		}
		elsewhere, _ := modelstest.Paid(t, s.DB, s.ann, s.Step.For(60))
		s.refund(t, models.NewRefund{OrderNumber: elsewhere.OrderNumber, Key: line.Key})
		s.finish(t, first)
		rest := models.NewRefund{OrderNumber: order.OrderNumber, Key: "ticket 2"}
		last := s.refund(t, rest)
		s.finish(t, last)
		if again := s.refund(t, rest); again.ID != last.ID || again.State != models.RefundDone {
			t.Errorf("of an order that is 已退款: got %+v, want refund %d done", again, last.ID)
		}
		wantClean(t, s.DB)
	})
}

// What others make up as a name is another name when its case is another: a caller's key, and a
// number of Alipay's console.
func TestRefundNamesByCase(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.twoLines(t)
		upper := s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Amount: 10_00, Key: "Ticket-A"})
		lower := s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Amount: 10_00, Key: "ticket-a"})
		if upper.ID == lower.ID {
			t.Error("got one refund for two keys")
		}
		for _, number := range []string{"console-7a", "console-7A"} {
			news := models.RefundNews{OutTradeNo: order.OrderNumber, OutRequestNo: number, Amount: 5_00, At: noon}
			if err := s.NoteRefund(t.Context(), news); err != nil {
				t.Errorf("news of %s: %v", number, err)
			}
		}
		if got := s.read(t, order).RefundedAmount; got != 10_00 {
			t.Errorf("got %s back, want both refunds of 5.00", got)
		}
		wantClean(t, s.DB)
	})
}

func TestRefundKeySixteenTimesAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		wanted := models.NewRefund{OrderNumber: s.twoLines(t).OrderNumber, Amount: 10_00, Key: "ticket"}
		var ids [16]int64
		together(len(ids), func(i int) {
			refund, err := s.CreateRefund(t.Context(), wanted)
			if err != nil {
				t.Errorf("call %d: %v", i, err)
			}
			ids[i] = refund.ID
		})
		for _, id := range ids {
			if id != ids[0] {
				t.Fatalf("got refunds %v, want one", ids)
			}
		}
	})
}

// The commit stands and its answer is lost: whoever gave the refund must not be told that there is
// none, and give it a second time.
func TestRefundWhoseCommitGotNoAnswer(t *testing.T) {
	db, proxy := proxied(t)
	shop := modelstest.Shop(t, db)
	order, _ := modelstest.Paid(t, db, modelstest.Student(t, db, "ann"), shop.Plain.For(30))
	cut := false
	proxy.SetPlan(func(s dbproxy.Statement) dbproxy.Fault {
		if cut || s.SQL != "COMMIT" {
			return dbproxy.Fault{}
		}
		cut = true
		return dbproxy.Fault{Cut: dbproxy.After}
	})
	refund, err := db.CreateRefund(t.Context(), models.NewRefund{OrderNumber: order.OrderNumber, Amount: 10_00})
	stored := rows[models.Refund](t, db, "1 = 1")
	if err != nil || !cut || len(stored) != 1 || stored[0].ID != refund.ID {
		t.Errorf("got %+v, %v, cut %v; want the one of %+v", refund, err, cut, stored)
	}
}
