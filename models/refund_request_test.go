package models_test

import (
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

var sevenDays = models.RefundRule{Days: 7, Watched: 30}

// requestRefund requests a refund of ann's lines, which must be possible.
func (s *scene) requestRefund(t testing.TB, order models.Order, lines ...int) {
	t.Helper()
	if _, err := s.RequestRefund(t.Context(), s.wish(order, lines...), sevenDays); err != nil {
		t.Fatalf("ask for lines %v: %v", lines, err)
	}
}

func (s *scene) wish(order models.Order, lines ...int) models.RefundWish {
	return models.RefundWish{UserID: s.ann.ID, OrderNumber: order.OrderNumber, Lines: lines, Reason: "买错了"}
}

// request reads the request for a line of the order.
func (s *scene) request(t testing.TB, order models.Order, line int) models.LineRequest {
	t.Helper()
	found := rows[models.LineRequest](t, s.DB,
		"order_detail_id IN (SELECT id FROM ly_order_detail WHERE order_id = ? AND position = ?)", order.ID, line)
	if len(found) != 1 {
		t.Fatalf("line %d: got %d requests, want one", line, len(found))
	}
	return found[0]
}

// steps lists how far the requests of ann's order have come, by My Orders, and checks that its own
// page says the same.
func (s *scene) steps(t testing.TB, order models.Order) []models.RequestStep {
	t.Helper()
	view, err := s.Order(t.Context(), s.ann.ID, order.OrderNumber)
	if err != nil {
		t.Fatal(err)
	}
	listed := s.list(t, models.OrderFilter{Search: order.OrderNumber}).Orders[0]
	var steps []models.RequestStep
	for i, line := range view.Lines {
		if got := listed.Lines[i].Request; got.Step() != line.Request.Step() || got.Answer != line.Request.Answer {
			t.Errorf("line %d: My Orders says %+v, the order's page %+v", i+1, got, line.Request)
		}
		steps = append(steps, line.Request.Step())
	}
	return steps
}

func (s *scene) wantSteps(t testing.TB, order models.Order, want ...models.RequestStep) {
	t.Helper()
	if got := s.steps(t, order); !slices.Equal(got, want) {
		t.Errorf("got steps %q, want %q", got, want)
	}
}

func TestRefundRuleDays(t *testing.T) {
	t.Parallel()
	evening := time.Date(2026, 11, 22, 15, 59, 59, 0, time.UTC) // 23:59:59 in Beijing
	for _, c := range []struct {
		days    int
		paid    time.Time
		lastDay string
		over    time.Time
	}{
		{7, evening, "2026-11-29", time.Date(2026, 11, 29, 16, 0, 0, 0, time.UTC)},
		{7, evening.Add(time.Second), "2026-11-30", time.Date(2026, 11, 30, 16, 0, 0, 0, time.UTC)},
		{1, evening, "2026-11-23", time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC)},
	} {
		rule := models.RefundRule{Days: c.days, Watched: 30}
		if got := rule.LastDay(c.paid).Format(time.DateOnly); got != c.lastDay {
			t.Errorf("%d days from %v: got last day %s, want %s", c.days, c.paid, got, c.lastDay)
		}
		if !rule.Open(c.paid, c.over.Add(-time.Microsecond)) || rule.Open(c.paid, c.over) {
			t.Errorf("%d days from %v: want it open until just before %v", c.days, c.paid, c.over)
		}
	}
	if (models.RefundRule{Watched: 30}).Open(evening, evening) {
		t.Error("0 days: open, want refunds not offered")
	}
}

func TestRequestRefund(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order, _ := s.discounted(t)
		lines := rows[models.OrderDetail](t, s.DB, "order_id = ?", order.ID)
		for range 2 { // a form sent twice
			total, err := s.RequestRefund(t.Context(), s.wish(order, 2, 1, 2), sevenDays)
			if err != nil || total != lines[0].RealPrice+lines[1].RealPrice {
				t.Fatalf("got %s, %v; want %s", total, err, lines[0].RealPrice+lines[1].RealPrice)
			}
		}
		s.wantSteps(t, order, models.StepRequested, models.StepRequested)
		if r := s.request(t, order, 1); r.Reason != "买错了" || !r.CreatedAt.Equal(noon) || r.State != models.RequestOpen {
			t.Errorf("got %+v", r)
		}
		if n := len(rows[models.Refund](t, s.DB, "1 = 1")); n != 0 {
			t.Errorf("got %d refunds before anybody decided, want none", n)
		}
		wantClean(t, s.DB)
	})
}

// What a choice offers is what asking does, and the points it names are those that come back.
func TestRefundChoices(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order, _ := s.discounted(t)
		_, choices, err := s.RefundChoices(t.Context(), s.ann.ID, order.OrderNumber, sevenDays)
		if err != nil || len(choices) != 2 {
			t.Fatalf("got %d choices, %v; want 2", len(choices), err)
		}
		if c := choices[0]; c.Bar != "" || c.Points != 140 || c.Watched.Lessons != 3 ||
			c.Watched.Seen != 0 || c.CourseName != s.Plain.Name {
			t.Errorf("got %+v, want the first line to be had, with 140 points", c)
		}
		for name, c := range map[string]struct {
			user   int64
			number string
			want   error
		}{
			"another's":      {s.ann.ID + 1, order.OrderNumber, models.ErrNotFound},
			"of no order":    {s.ann.ID, "20190929151453000001000020", models.ErrNotFound},
			"of an unpaid":   {s.ann.ID, s.order(t, s.Off.For(60)).OrderNumber, models.ErrNothingPaid},
			"of a given one": {s.ann.ID, s.givenBack(t).OrderNumber, models.ErrNothingPaid},
		} {
			if _, _, err := s.RefundChoices(t.Context(), c.user, c.number, sevenDays); !errors.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", name, err, c.want)
			}
		}
	})
}

// What was paid twice and sent back, and what Alipay refused to give back, was not taken from the
// lines: their refund can still be requested.
func TestRefundChoicesBesideOtherRefunds(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.order(t, s.Plain.For(30), s.Rate.For(30))
		first, one := s.attempt(t, order)
		if err := s.ClosePayment(t.Context(), first.ID, "TRADE_CLOSED"); err != nil {
			t.Fatal(err)
		}
		_, two := s.attempt(t, order)
		s.confirm(t, one)
		s.confirm(t, two)
		s.finish(t, rows[models.Refund](t, s.DB, "cause = ?", models.RefundSecond)[0])
		refused := s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Line: 1})
		if err := s.FailRefund(t.Context(), refused.ID, "ACQ.TRADE_HAS_FINISHED"); err != nil {
			t.Fatal(err)
		}
		_, choices, err := s.RefundChoices(t.Context(), s.ann.ID, order.OrderNumber, sevenDays)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range choices {
			if c.Bar != "" || c.Refunding || c.Rest != order.RealPrice {
				t.Errorf("line %d: got bar %q, refunding %t, %v left; want it to be had, of %v",
					c.Position, c.Bar, c.Refunding, c.Rest, order.RealPrice)
			}
		}
		s.requestRefund(t, order, 1, 2)
		wantClean(t, s.DB)
	})
}

// givenBack is an order that was refunded in full.
func (s *scene) givenBack(t testing.TB) models.Order {
	t.Helper()
	exec(t, s.DB, "DELETE FROM ly_cart_item")
	order, _ := modelstest.Paid(t, s.DB, s.ann, s.Step.For(60))
	s.finish(t, s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber}))
	return order
}

// wishing is an order of two lines and what its student wishes to give back of it, at first line 1.
type wishing struct {
	*scene
	t     *testing.T
	order models.Order
	wish  models.RefundWish
}

func TestRequestRefundUnheard(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*wishing)
		want   error
	}{
		"another's order":     {func(w *wishing) { w.wish.UserID++ }, models.ErrNotFound},
		"no such order":       {func(w *wishing) { w.wish.OrderNumber = "x" }, models.ErrNotFound},
		"no such line":        {func(w *wishing) { w.wish.Lines = []int{1, 9} }, models.ErrLineNotOpen},
		"a line of minus one": {func(w *wishing) { w.wish.Lines = []int{-1} }, models.ErrLineNotOpen},
		"all given back": {func(w *wishing) {
			w.finish(w.t, w.refund(w.t, models.NewRefund{OrderNumber: w.order.OrderNumber}))
		}, models.ErrNothingPaid},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) { wishInVain(t, s, c.change, c.want) })
		})
	}
}

func TestRequestRefundIsBarred(t *testing.T) {
	for bar, changes := range map[models.RefundBar]map[string]func(*wishing){
		models.BarWatched: {"one line of two": func(w *wishing) {
			w.openLesson(w.t, 1) // of the first course's three, a third
			w.wish.Lines = []int{2, 1}
		}},
		models.BarNothing: {"a line that cost nothing": func(w *wishing) {
			free, _ := modelstest.Paid(w.t, w.DB, w.ann, w.Free.For(30), w.Step.For(60))
			w.wish.OrderNumber = free.OrderNumber
		}},
		models.BarLate: {"the eighth day after": func(w *wishing) { w.clock.forward(8 * 24 * time.Hour) }},
		models.BarGone: {
			"given back": func(w *wishing) {
				w.finish(w.t, w.refund(w.t, models.NewRefund{OrderNumber: w.order.OrderNumber, Line: 1}))
			},
			"on its way back": func(w *wishing) {
				w.refund(w.t, models.NewRefund{OrderNumber: w.order.OrderNumber, Line: 1})
			},
			"the whole on its way back": func(w *wishing) {
				w.refund(w.t, models.NewRefund{OrderNumber: w.order.OrderNumber})
			},
		},
		models.BarRejected: {"rejected": func(w *wishing) {
			w.requestRefund(w.t, w.order, 1)
			decision := models.RefundDecision{By: "boss", Reason: "x"}
			if err := w.RejectRefund(w.t.Context(), w.request(w.t, w.order, 1).ID, decision); err != nil {
				w.t.Fatal(err)
			}
		}},
		models.BarShort: {"less is left": func(w *wishing) {
			w.finish(w.t, w.refund(w.t, models.NewRefund{OrderNumber: w.order.OrderNumber, Amount: 200_00}))
		}},
	} {
		for name, change := range changes {
			t.Run(name, func(t *testing.T) {
				onEach(t, func(t *testing.T, s *scene) {
					wish := wishInVain(t, s, change, models.ErrRefundBarred)
					_, choices, err := s.RefundChoices(t.Context(), s.ann.ID, wish.OrderNumber, sevenDays)
					if err != nil || choices[0].Bar != bar || bar.String() == "" {
						t.Errorf("got bar %q (%s), %v; want %q", choices[0].Bar, choices[0].Bar, err, bar)
					}
				})
			})
		}
	}
}

// wishInVain says that the wish is refused after the change, and that no line is asked for then.
func wishInVain(t *testing.T, s *scene, change func(*wishing), want error) models.RefundWish {
	t.Helper()
	order := s.twoLines(t)
	w := wishing{s, t, order, s.wish(order, 1)}
	change(&w)
	open := len(rows[models.LineRequest](t, s.DB, "state = 'open'"))
	if _, err := s.RequestRefund(t.Context(), w.wish, sevenDays); !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
	if n := len(rows[models.LineRequest](t, s.DB, "state = 'open'")); n != open {
		t.Errorf("got %d open requests, want %d as before", n, open)
	}
	return w.wish
}

// openLesson opens one of the lessons 1 to 3, which are the first course's.
func (s *scene) openLesson(t testing.TB, lesson int64) {
	t.Helper()
	if err := s.OpenLesson(t.Context(), s.ann.ID, s.Plain.ID, lesson); err != nil {
		t.Fatalf("open lesson %d: %v", lesson, err)
	}
}

func TestRequestRefundUpToTheShare(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.twoLines(t)
		s.openLesson(t, 1) // 33.3 percent
		for _, c := range []struct {
			percent int
			want    error
		}{{33, models.ErrRefundBarred}, {34, nil}} {
			_, err := s.RequestRefund(t.Context(), s.wish(order, 1), models.RefundRule{Days: 7, Watched: c.percent})
			if !errors.Is(err, c.want) {
				t.Errorf("less than %d percent: got %v, want %v", c.percent, err, c.want)
			}
		}
	})
}

func TestWithdrawRefund(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.twoLines(t)
		s.requestRefund(t, order, 1, 2)
		if err := s.WithdrawRefund(t.Context(), s.ann.ID+1, order.OrderNumber, 1); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("another's: got %v, want ErrNotFound", err)
		}
		for range 2 {
			if err := s.WithdrawRefund(t.Context(), s.ann.ID, order.OrderNumber, 1); err != nil {
				t.Fatal(err)
			}
		}
		s.wantSteps(t, order, "", models.StepRequested)
		id := s.request(t, order, 1).ID
		if _, err := s.ApproveRefund(t.Context(), id, models.RefundDecision{By: "boss"}); !errors.Is(err, models.ErrDecided) {
			t.Errorf("approve what was taken back: got %v, want ErrDecided", err)
		}
		s.clock.forward(time.Hour)
		s.requestRefund(t, order, 1)
		r := s.request(t, order, 1)
		if r.ID != id || r.State != models.RequestOpen || !r.CreatedAt.Equal(s.Now()) || r.DecidedAt != nil {
			t.Errorf("asked again: got %+v, want the same row open since now", r)
		}
		wantClean(t, s.DB)
	})
}

// A student finds an order whose refund they asked for under 退款, and there also the answer.
func TestRefundAskedTab(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.twoLines(t)
		for _, step := range []struct {
			what string
			do   func()
			want int // orders under 退款
		}{
			{"nothing asked", func() {}, 0},
			{"both asked", func() { s.requestRefund(t, order, 1, 2) }, 1},
			{"one taken back", func() { s.withdraw(t, order, 1) }, 1},
			{"both taken back", func() { s.withdraw(t, order, 2) }, 0},
			{"asked again", func() { s.requestRefund(t, order, 2) }, 1},
			{"refused", func() {
				decision := models.RefundDecision{By: "boss", Reason: "课程已学完"}
				if err := s.RejectRefund(t.Context(), s.request(t, order, 2).ID, decision); err != nil {
					t.Fatal(err)
				}
			}, 1},
		} {
			step.do()
			list := s.list(t, models.OrderFilter{Tab: models.TabRefund})
			if list.Counts[models.TabRefund] != step.want || len(list.Orders) != step.want || list.Counts[models.TabPaid] != 1 {
				t.Errorf("%s: got %d orders under 退款, counts %v; want %d, and one under 已完成",
					step.what, len(list.Orders), list.Counts, step.want)
			}
		}
	})
}

func (s *scene) withdraw(t *testing.T, order models.Order, line int) {
	t.Helper()
	if err := s.WithdrawRefund(t.Context(), s.ann.ID, order.OrderNumber, line); err != nil {
		t.Fatal(err)
	}
}

// While a request is open, or a refund on its way, no further lesson opens; those opened before stay
// open.
func TestRequestPausesLearning(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.twoLines(t)
		s.openLesson(t, 1)
		paused := func(want models.RequestStep) {
			t.Helper()
			s.openLesson(t, 1)
			var refusal error
			if want != "" {
				refusal = models.ErrRefundRequested
			}
			if err := s.OpenLesson(t.Context(), s.ann.ID, s.Plain.ID, 2); !errors.Is(err, refusal) {
				t.Errorf("got %v, want %v", err, refusal)
			}
			l, err := s.Learning(t.Context(), s.ann.ID, s.Plain.ID)
			if err != nil || l.Paused != want || !l.Seen[1] || l.Seen[2] != (want == "") {
				t.Errorf("got %+v, %v; want paused %q", l, err, string(want))
			}
		}
		if _, err := s.RequestRefund(t.Context(), s.wish(order, 1), models.RefundRule{Days: 7, Watched: 50}); err != nil {
			t.Fatal(err)
		}
		paused(models.StepRequested)
		failed := s.approve(t, order, 1)
		paused(models.StepRefunding)
		s.refuse(t, failed)
		s.refuse(t, s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Line: 1}))
		paused("")
		s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Line: 2}) // of another course
		paused("")
	})
}

// What staff give back without having been asked pauses the course, too; a request that is taken
// back does not any more.
func TestLearningGoesOn(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.twoLines(t)
		step := func(want models.RequestStep) {
			t.Helper()
			if l, err := s.Learning(t.Context(), s.ann.ID, s.Plain.ID); err != nil || l.Paused != want {
				t.Errorf("got %q, %v; want %q", string(l.Paused), err, string(want))
			}
		}
		s.requestRefund(t, order, 1)
		if err := s.WithdrawRefund(t.Context(), s.ann.ID, order.OrderNumber, 1); err != nil {
			t.Fatal(err)
		}
		step("")
		s.openLesson(t, 1)
		s.refund(t, models.NewRefund{OrderNumber: order.OrderNumber, Line: 1})
		step(models.StepRefunding)
	})
}

func TestOpenLesson(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		if err := s.OpenLesson(t.Context(), s.ann.ID, s.Plain.ID, 1); !errors.Is(err, models.ErrNoRight) {
			t.Errorf("not bought: got %v, want ErrNoRight", err)
		}
		s.twoLines(t)
		for _, lesson := range []int64{0, -1, 4, 99} {
			if err := s.OpenLesson(t.Context(), s.ann.ID, s.Plain.ID, lesson); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("lesson %d: got %v, want ErrNotFound", lesson, err)
			}
		}
		if err := s.OpenLesson(t.Context(), s.ann.ID, s.Rate.ID, 1); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("another course's: got %v, want ErrNotFound", err)
		}
		together(8, func(int) {
			if err := s.OpenLesson(t.Context(), s.ann.ID, s.Plain.ID, 2); err != nil {
				t.Errorf("at once: %v", err)
			}
		})
		s.clock.forward(time.Minute)
		s.openLesson(t, 1)
		l, err := s.Learning(t.Context(), s.ann.ID, s.Plain.ID)
		if err != nil || len(l.Seen) != 2 || l.Last != 1 {
			t.Errorf("got %+v, %v; want lessons 1 and 2, the first last", l, err)
		}
		s.clock.forward(30 * 24 * time.Hour)
		if err := s.OpenLesson(t.Context(), s.ann.ID, s.Plain.ID, 3); !errors.Is(err, models.ErrNoRight) {
			t.Errorf("over: got %v, want ErrNoRight", err)
		}
	})
}

// Sixteen clicks at once ask once.
func TestSixteenRequestsAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		order := s.twoLines(t)
		var told atomic.Int64
		together(16, func(int) {
			total, err := s.RequestRefund(t.Context(), s.wish(order, 1, 2), sevenDays)
			if err != nil {
				t.Errorf("got %v, want each told that it is asked for", err)
			}
			told.Add(int64(total))
		})
		if want := 16 * int64(order.RealPrice); told.Load() != want {
			t.Errorf("got %d fen told in all, want %d", told.Load(), want)
		}
		if n := len(rows[models.LineRequest](t, s.DB, "1 = 1")); n != 2 {
			t.Errorf("got %d requests, want one for each line", n)
		}
		wantClean(t, s.DB)
	})
}

func TestRefundWords(t *testing.T) {
	t.Parallel()
	for _, bar := range []models.RefundBar{
		models.BarNothing, models.BarGone, models.BarRequested, models.BarRejected, models.BarLate,
		models.BarWatched, models.BarShort,
	} {
		if bar.String() == "" || strings.Contains(bar.String(), string(bar)) {
			t.Errorf("%s: got %q for the student", string(bar), bar)
		}
	}
}
