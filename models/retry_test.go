package models_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
)

// deadlockOnce lets the first insert into the table fail like a deadlock. It remembers that in a session
// variable, which survives the rollback.
func deadlockOnce(t *testing.T, db *models.DB, table string) (happened func() bool) {
	t.Helper()
	exec(t, db, "SET @deadlocks = 0")
	exec(t, db, fmt.Sprintf(`CREATE TRIGGER deadlock_once BEFORE INSERT ON %s FOR EACH ROW
		IF @deadlocks = 0 THEN
			SET @deadlocks = 1;
			SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213;
		END IF`, table))
	t.Cleanup(func() {
		if _, err := db.SQL().Exec("DROP TRIGGER deadlock_once"); err != nil {
			t.Errorf("drop trigger: %v", err)
		}
	})
	return func() bool { return sum(t, db, "SELECT @deadlocks") == 1 }
}

// A transaction that is run again must begin from nothing: what its first try left in memory must
// not be written by the second.
func TestRetriedTransactionLeavesTheSame(t *testing.T) {
	for name, c := range map[string]struct {
		table string // the last table that the transaction inserts into
		run   func(*testing.T, *scene) error
	}{
		"AddUser": {"ly_credit", func(t *testing.T, s *scene) error {
			_, err := s.AddUser(t.Context(), models.NewUser{Username: "bob", Password: modelstest.Password, Credit: 500})
			return err
		}},
		"GiveCoupon": {"ly_user_coupon", func(t *testing.T, s *scene) error {
			_, err := s.GiveCoupon(t.Context(), s.ann.ID, modelstest.CouponRate)
			return err
		}},
		"PutInCart": {"ly_cart_item", func(t *testing.T, s *scene) error {
			return s.PutInCart(t.Context(), models.CartItem{UserID: s.ann.ID, CourseID: s.Step.ID, Selected: true})
		}},
		"PlaceOrder": {"ly_order_detail", func(t *testing.T, s *scene) error {
			_, err := s.PlaceOrder(t.Context(), s.form(t, "page", models.Choice{Points: 10}))
			return err
		}},
		"PlaceOrder of 0.00": {"ly_user_course", func(t *testing.T, s *scene) error {
			exec(t, s.DB, "DELETE FROM ly_cart_item WHERE course_id <> ?", s.Free.ID)
			_, err := s.PlaceOrder(t.Context(), s.form(t, "page", models.Choice{}))
			return err
		}},
		"OpenAttempt": {"ly_payment", func(t *testing.T, s *scene) error {
			_, err := s.OpenAttempt(t.Context(), attemptOf(modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{})))
			return err
		}},
		"Confirm": {"ly_payment_event", func(t *testing.T, s *scene) error {
			_, trade := s.attempt(t, modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{Points: 10}))
			outcome, err := s.Confirm(t.Context(), trade, notified(s.DB, trade))
			if outcome != models.Fulfilled {
				t.Errorf("got %q, want fulfilled", outcome)
			}
			return err
		}},
		"Import": {"ly_coupon", func(t *testing.T, s *scene) error {
			var free models.Yuan
			return s.Import(t.Context(), models.Catalogue{
				Courses: []models.CatalogueCourse{{
					Name: "new", Category: "new", Teacher: models.CatalogueTeacher{Name: "new"}, Price: &free,
					Terms:    []models.CatalogueTerm{{Days: 5, Text: "五天", Price: &free}},
					Chapters: []models.CatalogueChapter{{Name: "one", Lessons: []models.CatalogueLesson{{Name: "one"}}}},
				}},
				Coupons: []models.CatalogueCoupon{{Name: "new", Sale: "-1", Days: 1}},
			})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			left := func(deadlock bool) string {
				s := newScene(t, modelstest.MariaDB, func(o *models.Options) { o.MaxConns = 1 })
				s.fill(t, s.Free.For(30), s.Plain.For(30))
				happened := func() bool { return true }
				if deadlock {
					happened = deadlockOnce(t, s.DB, c.table)
				}
				if err := c.run(t, s); err != nil {
					t.Errorf("got %v", err)
				}
				if !happened() {
					t.Errorf("nothing was inserted into %s", c.table)
				}
				return contents(t, s.DB)
			}
			if smooth, retried := left(false), left(true); smooth != retried {
				t.Errorf("without a deadlock:\n%s\nafter one:\n%s", smooth, retried)
			}
		})
	}
}

// Two members of staff approve a request at once, and both transactions are undone once after they had
// stored the refund. The second one then finds the refund of the first.
func TestRetriedApprovalFindsTheRefund(t *testing.T) {
	s := newScene(t, modelstest.MariaDB, func(o *models.Options) { o.MaxConns = 2 })
	order := s.twoLines(t)
	s.requestRefund(t, order, 1)
	id := s.request(t, order, 1).ID
	exec(t, s.DB, `CREATE TRIGGER deadlock_once BEFORE UPDATE ON ly_refund_request FOR EACH ROW
		IF @deadlocks IS NULL THEN
			SET @deadlocks = 1;
			SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213;
		END IF`)
	var refunds [2]models.Refund
	together(2, func(i int) {
		var err error
		if refunds[i], err = s.ApproveRefund(t.Context(), id, boss); err != nil {
			t.Errorf("got %v", err)
		}
	})
	exec(t, s.DB, "DROP TRIGGER deadlock_once")
	if refunds[0].ID == 0 || refunds[0].ID != refunds[1].ID {
		t.Errorf("got refunds %d and %d, want one", refunds[0].ID, refunds[1].ID)
	}
	wantClean(t, s.DB)
}

// contents counts and sums up what transactions write. Ids differ after a retry, and so do random parts.
func contents(t *testing.T, db *models.DB) string {
	t.Helper()
	var all strings.Builder
	for _, query := range []string{
		"SELECT COUNT(*) FROM ly_user", "SELECT SUM(credit) FROM ly_user", "SELECT SUM(credit_held) FROM ly_user",
		"SELECT COUNT(*) FROM ly_credit", "SELECT SUM(number) FROM ly_credit", "SELECT COUNT(*) FROM ly_user_coupon",
		"SELECT COUNT(*) FROM ly_cart_item", "SELECT COUNT(*) FROM ly_course", "SELECT COUNT(*) FROM ly_course_expire",
		"SELECT COUNT(*) FROM ly_lesson", "SELECT COUNT(*) FROM ly_coupon", "SELECT COUNT(*) FROM ly_order",
		"SELECT COALESCE(SUM(order_status), 0) FROM ly_order", "SELECT COUNT(*) FROM ly_order_detail",
		"SELECT COUNT(*) FROM ly_payment", "SELECT COUNT(*) FROM ly_user_course", "SELECT COUNT(*) FROM ly_student_delta",
		"SELECT COUNT(*) FROM ly_payment_event",
	} {
		fmt.Fprintf(&all, "%s: %d\n", strings.TrimPrefix(query, "SELECT "), sum(t, db, query))
	}
	return all.String()
}

// When a transaction fails for good, nothing of it is stored, however much it had written.
func TestFailedConfirmLeavesNothing(t *testing.T) {
	s := newScene(t, modelstest.MariaDB, func(o *models.Options) { o.MaxConns = 1 })
	s.fill(t, s.Plain.For(30))
	order := modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{Points: 10})
	_, trade := s.attempt(t, order)
	before := contents(t, s.DB)
	exec(t, s.DB, `CREATE TRIGGER refuse BEFORE INSERT ON ly_payment_event FOR EACH ROW
		SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 1644, MESSAGE_TEXT = 'disk full'`)
	_, err := s.Confirm(t.Context(), trade, notified(s.DB, trade))
	exec(t, s.DB, "DROP TRIGGER refuse")
	if err == nil || errors.Is(err, models.ErrNotFound) {
		t.Errorf("got %v, want the database's error", err)
	}
	if after := contents(t, s.DB); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
	if got := s.confirm(t, trade); got != models.Fulfilled {
		t.Errorf("the next message: got %q, want fulfilled", got)
	}
}
