package models_test

import (
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

// loadRefunded gives a student so many orders that were paid, one every ten minutes up to noon, and
// given back a minute later.
func loadRefunded(t *testing.T, s *scene, user models.User, n int) {
	t.Helper()
	load(t, s, user, n)
	ago := noon.Add(-time.Duration(n) * 10 * time.Minute)
	exec(t, s.DB, `
		INSERT INTO ly_payment (order_id, out_trade_no, app_id, amount, subject, state, trade_no,
			expires_at, created_at, paid_at)
		SELECT id, order_number, 'app', 300, 'order', 'paid', order_number, ?, ?,
		       ? + INTERVAL 10 * (id - (SELECT MIN(id) FROM ly_order WHERE user_id = ?)) MINUTE
		FROM ly_order WHERE user_id = ?`, noon, noon, ago, user.ID, user.ID)
	exec(t, s.DB, `
		INSERT INTO ly_user_course (user_id, course_id, order_detail_id, buy_type, pay_time, created_at)
		SELECT o.user_id, d.course_id, d.id, 1, ?, ? FROM ly_order o JOIN ly_order_detail d ON d.order_id = o.id
		WHERE o.user_id = ?`, noon, noon, user.ID)
	exec(t, s.DB, `
		INSERT INTO ly_refund (payment_id, order_detail_id, out_request_no, amount, reason, state, created_at, done_at)
		SELECT p.id, d.id, 'R1', 300, '', 'done', ?, p.paid_at + INTERVAL 1 MINUTE
		FROM ly_payment p JOIN ly_order o ON o.id = p.order_id JOIN ly_order_detail d ON d.order_id = o.id
		WHERE o.user_id = ?`, noon, user.ID)
}

// fewReads bounds the rows that are read for a result of a handful of rows.
const fewReads = 200

func (s *scene) wantFewReads(t *testing.T, read func() error) {
	t.Helper()
	var err error
	got := modelstest.RowsRead(t, s.DB, func() { err = read() })
	if err != nil || got > fewReads {
		t.Errorf("got %d rows read, %v; want what it is about: %d at most", got, err, fewReads)
	}
}

// Pages, metrics and jobs find their rows without reading everything that others have paid and got back.
func TestReadsDoNotGrow(t *testing.T) {
	s := newScene(t, modelstest.MariaDB, func(o *models.Options) { o.MaxConns = 1 })
	bought, _ := modelstest.Paid(t, s.DB, s.ann, s.Plain.For(30), s.Rate.For(0))
	loadRefunded(t, s, s.bob(t), 3000)
	for _, table := range []string{"ly_order", "ly_order_detail", "ly_payment", "ly_refund", "ly_user_course"} {
		exec(t, s.DB, "ANALYZE TABLE "+table) //nolint:misspell // so SQL spells it
	}
	hourAgo := noon.Add(-time.Hour)
	settled := func(number string) func() error {
		return func() error { _, err := s.SettledRefunds(t.Context(), number); return err }
	}
	for name, read := range map[string]func() error{
		"metrics":                  func() error { _, err := s.Backlog(t.Context()); return err },
		"refunds to do":            func() error { _, err := s.ClaimRefunds(t.Context(), modelstest.AppID, 4); return err },
		"payments by time":         func() error { _, err := s.PaymentsBetween(t.Context(), hourAgo, noon); return err },
		"refunds by time":          func() error { _, err := s.RefundsBetween(t.Context(), hourAgo, noon); return err },
		"movements":                func() error { _, err := s.Movements(t.Context(), hourAgo, noon); return err },
		"an order's messages":      func() error { _, err := s.FindOrder(t.Context(), bought.OrderNumber); return err },
		"owed refunds":             func() error { _, err := s.OwedRefunds(t.Context(), 20); return err },
		"owed refunds of an order": func() error { _, err := s.OwedRefundsOf(t.Context(), bought.OrderNumber); return err },
		"held payments":            func() error { _, err := s.HeldPayments(t.Context(), 20); return err },
		"open differences":         func() error { _, err := s.OpenBillDifferences(t.Context(), 20); return err },
		"a day's differences":      func() error { _, err := s.ComparedDay(t.Context(), "2026-03-01", 20); return err },
		"acts of an order":         func() error { _, err := s.ActsOf(t.Context(), bought.OrderNumber, 50); return err },
		"acts of a day":            func() error { _, err := s.ActsIn(t.Context(), "2026-03-01", 50); return err },
		"open differences of an order": func() error {
			_, err := s.OpenDifferencesOf(t.Context(), models.OrderView{Order: bought})
			return err
		},
		"missing bills": func() error { _, err := s.MissingBillDays(t.Context(), 20); return err },
		"refund page": func() error {
			_, _, err := s.RefundChoices(t.Context(), s.ann.ID, bought.OrderNumber, models.RefundRule{})
			return err
		},
		"settled refunds of an order": settled(bought.OrderNumber),
		"settled refund by number":    settled(bought.OrderNumber + "R1"),
		"no refund at all":            settled("no number"),
		"refund of a line": func() error {
			_, err := s.CreateRefund(t.Context(), models.NewRefund{OrderNumber: bought.OrderNumber, Line: 1})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) { s.wantFewReads(t, read) })
	}
}

// My Courses reads the student's own records, also with statistics from before all others bought.
func TestMyCoursesReadsOnesOwn(t *testing.T) {
	s := newScene(t, modelstest.MariaDB, func(o *models.Options) { o.MaxConns = 1 })
	exec(t, s.DB, "ALTER TABLE ly_user_course STATS_AUTO_RECALC = 0")
	exec(t, s.DB, "ANALYZE TABLE ly_user_course") //nolint:misspell // so SQL spells it
	learner := student(t, s.DB, "learner")
	loadRefunded(t, s, learner, 30)
	loadRefunded(t, s, s.bob(t), 3000)
	s.wantFewReads(t, func() error { _, err := s.OwnedCourses(t.Context(), learner.ID, 1); return err })
}

// A whole order number finds its order without reading all that its student ever ordered.
func TestSearchForANumberReadsOneOrder(t *testing.T) {
	s := newScene(t, modelstest.MariaDB, func(o *models.Options) { o.MaxConns = 1 })
	orders := pile(t, s, s.ann, 3000)
	s.list(t, models.OrderFilter{Tab: models.TabAll}) // leaves the tally behind
	for _, tab := range []models.OrderTab{models.TabAll, models.TabUnpaid} {
		plain := models.OrderFilter{Tab: tab}
		search := plain
		search.Search = orders[1500].OrderNumber
		read := func(f models.OrderFilter) int64 {
			return modelstest.RowsRead(t, s.DB, func() { s.list(t, f) })
		}
		if all, one := read(plain), read(search); one > all {
			t.Errorf("%s: got %d rows read for one order, want no more than for a page, %d", tab, one, all)
		}
	}
}

// The jobs of a quiet shop look for work all the time. Where there is none they begin no transaction.
func TestNothingDueBeginsNoTransaction(t *testing.T) {
	s := newScene(t, modelstest.MariaDB, func(o *models.Options) { o.MaxConns = 1 })
	ended := func() (name string, n int64) {
		err := s.SQL().QueryRowContext(t.Context(), "SHOW SESSION STATUS LIKE 'Com_commit'").Scan(&name, &n)
		if err != nil {
			t.Fatal(err)
		}
		return name, n
	}
	for name, claim := range map[string]func() error{
		"closings":  func() error { _, err := s.ClaimDue(t.Context(), 4); return err },
		"questions": func() error { _, err := s.ClaimAsks(t.Context(), modelstest.AppID, 4); return err },
		"refunds":   func() error { _, err := s.ClaimRefunds(t.Context(), modelstest.AppID, 4); return err },
	} {
		_, before := ended()
		err := claim()
		if _, after := ended(); err != nil || after != before {
			t.Errorf("%s: got %d transactions, %v; want none", name, after-before, err)
		}
	}
}
