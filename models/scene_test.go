package models_test

import (
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"luffy/models"
	"luffy/models/modelstest"
)

// noon is when every scene begins: 12:00 in Beijing, with microseconds that both databases must keep.
var noon = time.Date(2026, 3, 1, 4, 0, 0, 250_001_000, time.UTC)

// scene is the fixture's shop with one student, on a clock that only the test moves.
type scene struct {
	*models.DB
	modelstest.Fixture
	ann   models.User
	clock *clock
}

type clock struct{ now time.Time }

func (c *clock) forward(d time.Duration) { c.now = c.now.Add(d) }

// onEach runs the test in a new scene on each database.
func onEach(t *testing.T, test func(t *testing.T, s *scene)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, newScene(t, modelstest.SQLite)) })
	t.Run("mariadb", func(t *testing.T) { test(t, newScene(t, modelstest.MariaDB)) })
}

type opener func(testing.TB, ...func(*models.Options)) *models.DB

func newScene(t testing.TB, open opener, options ...func(*models.Options)) *scene {
	t.Helper()
	c := &clock{noon}
	db := open(t, append(options, modelstest.At(func() time.Time { return c.now }))...)
	return &scene{db, modelstest.Shop(t, db), student(t, db, "ann"), c}
}

// student adds a student with 1,000 points. It has no password, because hashing one takes longer than
// everything else.
func student(t testing.TB, db *models.DB, name string) models.User {
	t.Helper()
	user := models.User{Username: name, Credit: 1000, CreatedAt: db.Now()}
	err := db.InTx(t.Context(), func(g *gorm.DB) error {
		if err := g.Create(&user).Error; err != nil {
			return err
		}
		return g.Create(&models.Credit{
			UserID: user.ID, Opera: models.CreditEarned, Number: user.Credit, Reference: "welcome:" + name, CreatedAt: db.Now(),
		}).Error
	})
	if err != nil {
		t.Fatalf("add %s: %v", name, err)
	}
	return user
}

// fill puts offers into ann's cart, selected.
func (s *scene) fill(t testing.TB, offers ...models.Offer) {
	t.Helper()
	modelstest.FillCart(t, s.DB, s.ann, offers...)
}

// quote is ann's quote at the checkout; the test ends if it is refused.
func (s *scene) quote(t testing.TB, choice models.Choice) models.Quote {
	t.Helper()
	q, err := s.Checkout(t.Context(), s.ann.ID, choice)
	if err != nil {
		t.Fatalf("checkout with %+v: %v", choice, err)
	}
	return q
}

// form is ann's checkout form for what is in the cart now.
func (s *scene) form(t testing.TB, token string, choice models.Choice) models.NewOrder {
	t.Helper()
	seal := s.quote(t, models.Choice{}).Seal()
	return models.NewOrder{Choice: choice, UserID: s.ann.ID, Seal: seal, Token: token, TTL: modelstest.TTL}
}

// order is an unpaid order of ann's over the offers.
func (s *scene) order(t testing.TB, offers ...models.Offer) models.Order {
	t.Helper()
	return modelstest.Order(t, s.DB, s.ann, offers...)
}

// attempt opens an attempt for the order and gives the trade that would pay it.
func (s *scene) attempt(t testing.TB, order models.Order) (models.Payment, models.PaidTrade) {
	t.Helper()
	payment := modelstest.Attempt(t, s.DB, order)
	return payment, modelstest.Trade(s.DB, payment)
}

// confirm tells the shop of a paid trade.
func (s *scene) confirm(t testing.TB, trade models.PaidTrade) models.Outcome {
	t.Helper()
	outcome, err := s.Confirm(t.Context(), trade, notified(s.DB, trade))
	if err != nil {
		t.Fatalf("confirm %+v: %v", trade, err)
	}
	return outcome
}

// notified is the event of a notify that reports the trade.
func notified(db *models.DB, trade models.PaidTrade) models.PaymentEvent {
	return models.PaymentEvent{
		ReceivedAt: db.Now(), Source: models.SourceNotify, NotifyID: "n-" + trade.TradeNo, OutTradeNo: trade.OutTradeNo,
		TradeNo: trade.TradeNo, TradeStatus: "TRADE_SUCCESS", Raw: []byte("trade_no=" + trade.TradeNo),
	}
}

// give gives ann a coupon of the kind.
func (s *scene) give(t testing.TB, kind string) models.UserCoupon {
	t.Helper()
	coupon, err := s.GiveCoupon(t.Context(), s.ann.ID, kind)
	if err != nil {
		t.Fatalf("give %s: %v", kind, err)
	}
	return coupon
}

// points reads what ann has and how much of it unpaid orders hold.
func (s *scene) points(t testing.TB) (credit, held int64) {
	t.Helper()
	user, err := s.UserByName(t.Context(), s.ann.Username)
	if err != nil {
		t.Fatalf("read ann: %v", err)
	}
	return user.Credit, user.CreditHeld
}

// inCart lists the courses in ann's cart.
func (s *scene) inCart(t testing.TB) []int64 {
	t.Helper()
	lines, err := s.Cart(t.Context(), s.ann.ID)
	if err != nil {
		t.Fatalf("cart: %v", err)
	}
	var courses []int64
	for _, line := range lines {
		courses = append(courses, line.CourseID)
	}
	return courses
}

// close ends an unpaid order as a job does after its time, or after its student cancelled it.
func (s *scene) close(t testing.TB, order models.Order) {
	t.Helper()
	if err := s.FinishClosing(t.Context(), order.ID); err != nil {
		t.Fatalf("close order %s: %v", order.OrderNumber, err)
	}
}

// cancel begins and ends the cancelling of ann's order.
func (s *scene) cancel(t testing.TB, order models.Order) {
	t.Helper()
	if _, err := s.BeginCancel(t.Context(), s.ann.ID, order.OrderNumber); err != nil {
		t.Fatalf("cancel order %s: %v", order.OrderNumber, err)
	}
	s.close(t, order)
}

// read returns the row as it is now.
func (s *scene) read(t testing.TB, order models.Order) models.Order {
	t.Helper()
	return rows[models.Order](t, s.DB, "id = ?", order.ID)[0]
}

// wantClean fails when an invariant is broken.
func wantClean(t testing.TB, db *models.DB) {
	t.Helper()
	findings, err := db.Audit(t.Context())
	if err != nil {
		t.Fatalf("audit: %v", err)
	}
	for _, f := range findings {
		t.Errorf("audit: %s", f)
	}
}

// exec changes the database behind the shop's back.
func exec(t testing.TB, db *models.DB, statement string, args ...any) {
	t.Helper()
	err := db.InTx(t.Context(), func(g *gorm.DB) error { return g.Exec(statement, args...).Error })
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// rows reads the rows of T's table in the order of their ids.
func rows[T any](t testing.TB, db *models.DB, where string, args ...any) []T {
	t.Helper()
	var found []T
	err := db.InTx(t.Context(), func(g *gorm.DB) error { return g.Where(where, args...).Order("id").Find(&found).Error })
	if err != nil {
		t.Fatalf("rows where %s: %v", where, err)
	}
	return found
}

// sum reads a single number from the database.
func sum(t testing.TB, db *models.DB, query string, args ...any) int64 {
	t.Helper()
	var n int64
	if err := db.SQL().QueryRowContext(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// together makes n calls that begin at the same moment, and waits for all of them.
func together(n int, call func(i int)) {
	var ready, done sync.WaitGroup
	ready.Add(n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			ready.Wait()
			call(i)
		})
	}
	done.Wait()
}
