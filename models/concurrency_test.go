package models_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
)

// Notify, return and query report one payment at the same moment, on any number of servers.
func TestFiftyConfirmsOfOneTrade(t *testing.T) {
	for _, broughtOver := range []bool{false, true} {
		t.Run(fmt.Sprintf("brought over %v", broughtOver), func(t *testing.T) {
			s, log := newBusyScene(t)
			coupon := s.give(t, modelstest.CouponOff)
			s.fill(t, s.Plain.For(30), s.Rate.For(0))
			order := modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{Coupon: coupon.ID, Points: 300})
			trade := modelstest.Trade(s.DB, models.Payment{OutTradeNo: order.OrderNumber, Amount: order.RealPrice})
			if !broughtOver {
				s.attempt(t, order)
			}
			var got outcomes
			together(50, func(int) { got.confirm(t, s.DB, trade) })
			got.want(t, 1, 49)
			log.wantNoDeadlock(t)
			foldAll(t, s.DB)
			for what, n := range map[string][2]int64{
				"payments":         {sum(t, s.DB, "SELECT COUNT(*) FROM ly_payment"), 1},
				"purchase records": {sum(t, s.DB, "SELECT COUNT(*) FROM ly_user_course"), 2},
				"points":           {sum(t, s.DB, "SELECT credit FROM ly_user"), 700},
				"points held":      {sum(t, s.DB, "SELECT credit_held FROM ly_user"), 0},
				"ledger":           {sum(t, s.DB, "SELECT SUM(number) FROM ly_credit"), 700},
				"students":         {sum(t, s.DB, "SELECT SUM(students) FROM ly_course"), 2},
				"events":           {sum(t, s.DB, "SELECT COUNT(*) FROM ly_payment_event"), 50},
			} {
				if n[0] != n[1] {
					t.Errorf("%s: got %d, want %d", what, n[0], n[1])
				}
			}
		})
	}
}

// Twenty orders for thirty days each add up to six hundred days, in whatever sequence they are paid.
func TestTwentyOrdersExtendOneRight(t *testing.T) {
	s, log := newBusyScene(t)
	var trades [20]models.PaidTrade
	s.fill(t, s.Plain.For(30))
	for i := range trades {
		_, trades[i] = s.attempt(t, modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{}))
	}
	var got outcomes
	together(len(trades), func(i int) { got.confirm(t, s.DB, trades[i]) })
	got.want(t, 20, 0)
	if right, want := s.right(t, s.Plain.ID), noon.AddDate(0, 0, 20*30); right.Records != 20 || !right.End.Equal(want) {
		t.Errorf("got %d records until %v, want 20 until %v", right.Records, right.End, want)
	}
	foldAll(t, s.DB)
	if n := studentsOf(t, s.DB, s.Plain.ID); n != 1 {
		t.Errorf("got %d students, want 1", n)
	}
	log.wantNoDeadlock(t)
}

// hotCourses imports ten courses that everybody buys.
func hotCourses(t testing.TB, db *models.DB) []models.Offer {
	t.Helper()
	var c models.Catalogue
	for i := range 10 {
		c.Courses = append(c.Courses, models.CatalogueCourse{
			Name: fmt.Sprintf("hot %d", i), Category: "hot", Teacher: models.CatalogueTeacher{Name: "hot"},
			Price: new(models.Yuan(10_00)),
		})
	}
	if err := db.Import(t.Context(), c); err != nil {
		t.Fatalf("import: %v", err)
	}
	list, err := db.Courses(t.Context(), models.CourseFilter{Search: "hot"})
	if err != nil {
		t.Fatalf("courses: %v", err)
	}
	var offers []models.Offer
	for _, l := range list.Courses {
		offers = append(offers, l.Cheapest())
	}
	return offers
}

// A sale: 64 students buy three of ten courses each, Alipay reports every payment twice, and four
// replicas fold the counts meanwhile.
func TestHotCourses(t *testing.T) {
	const workers, each = 64, 3
	s, log := newBusyScene(t)
	hot := hotCourses(t, s.DB)
	var trades [workers]models.PaidTrade
	for i := range trades {
		buyer := student(t, s.DB, fmt.Sprintf("student%d", i))
		// Put in by descending and ascending ids in turn, which is how a careless lock order deadlocks.
		offers := []models.Offer{hot[i%10], hot[(i*3+1)%10], hot[(i*7+2)%10]}
		for j := 3; offers[0] == offers[1] || offers[0] == offers[2] || offers[1] == offers[2]; j++ {
			offers[1], offers[2] = hot[(i+j)%10], hot[(i+2*j)%10]
		}
		order := modelstest.Order(t, s.DB, buyer, offers...)
		trades[i] = modelstest.Trade(s.DB, modelstest.Attempt(t, s.DB, order))
	}
	var buying, folding sync.WaitGroup
	var over atomic.Bool
	for range 4 {
		folding.Go(func() {
			for !over.Load() {
				if _, err := s.FoldStudents(t.Context()); err != nil {
					t.Errorf("fold: %v", err)
				}
			}
		})
	}
	var got outcomes
	buying.Go(func() { together(2*workers, func(i int) { got.confirm(t, s.DB, trades[i/2]) }) })
	buying.Wait()
	over.Store(true)
	folding.Wait()
	got.want(t, workers, workers)
	log.wantNoDeadlock(t)
	foldAll(t, s.DB)
	if n := sum(t, s.DB, "SELECT SUM(students) FROM ly_course"); n != workers*each {
		t.Errorf("got %d students in all, want %d", n, workers*each)
	}
	wrong := sum(t, s.DB, `SELECT COUNT(*) FROM ly_course c
		WHERE c.students <> (SELECT COUNT(DISTINCT r.user_id) FROM ly_user_course r WHERE r.course_id = c.id)`)
	if wrong != 0 {
		t.Errorf("%d courses have another count than purchase records", wrong)
	}
}

// Fifty tabs of one student order at once, with the same coupon, or with more points than there are.
func TestFiftyOrdersOverOneBalance(t *testing.T) {
	s, log := newBusyScene(t)
	coupon := s.give(t, modelstest.CouponOff)
	s.fill(t, s.Plain.For(0))
	form := s.form(t, "", models.Choice{})
	var made [50]models.Order
	together(len(made), func(i int) {
		tab, refusal := form, models.ErrPoints
		tab.Token, tab.Choice = rand.Text(), models.Choice{Points: 100}
		if i%2 == 0 {
			tab.Choice, refusal = models.Choice{Coupon: coupon.ID}, models.ErrCoupon
		}
		var err error
		if made[i], err = s.PlaceOrder(t.Context(), tab); err != nil && !errors.Is(err, refusal) {
			t.Errorf("order %d: got %v, want success or %v", i, err, refusal)
		}
	})
	log.wantNoDeadlock(t)
	withCoupon := sum(t, s.DB, "SELECT COUNT(*) FROM ly_order WHERE coupon = ?", coupon.ID)
	withPoints := sum(t, s.DB, "SELECT COUNT(*) FROM ly_order WHERE credit = 100")
	if credit, held := s.points(t); withCoupon != 1 || withPoints != 10 || credit != 1000 || held != 1000 {
		t.Errorf("got %d orders with the coupon, %d with points, %d of %d points held; want 1, 10, 1000 of 1000",
			withCoupon, withPoints, held, credit)
	}
	var trades []models.PaidTrade
	for _, order := range made {
		if order.ID != 0 {
			_, trade := s.attempt(t, order)
			trades = append(trades, trade)
		}
	}
	var got outcomes
	together(len(trades), func(i int) { got.confirm(t, s.DB, trades[i]) })
	got.want(t, 11, 0)
	log.wantNoDeadlock(t)
	ledger := sum(t, s.DB, "SELECT SUM(number) FROM ly_credit")
	if credit, held := s.points(t); credit != 0 || held != 0 || ledger != 0 {
		t.Errorf("paid: got %d points, %d held, ledger %d; want 0, 0, 0", credit, held, ledger)
	}
}

// One student's tabs, Alipay's messages and the folding job, all at once: every kind of transaction
// competes with every other.
func TestEverythingAtOnce(t *testing.T) {
	s, log := newBusyScene(t)
	s.fill(t, s.Plain.For(30), s.Rate.For(30))
	form := s.form(t, "", models.Choice{Points: 10})
	var trades [15]models.PaidTrade
	for i := range trades {
		_, trades[i] = s.attempt(t, modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{Points: 10}))
	}
	waiting := modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{})
	var got outcomes
	together(6*len(trades), func(i int) {
		var err error
		switch i % 6 {
		case 0:
			got.confirm(t, s.DB, trades[i/6])
		case 1:
			tab := form
			tab.Token = rand.Text()
			// By now the cart may be empty or half empty: those who pay clear it.
			_, err = s.PlaceOrder(t.Context(), tab)
			if errors.Is(err, models.ErrEmptyCart) || errors.Is(err, models.ErrPriceChanged) {
				err = nil
			}
		case 2:
			offer := s.Plain.For(30)
			err = s.PutInCart(t.Context(), models.CartItem{
				UserID: s.ann.ID, CourseID: offer.CourseID, Expire: offer.Expire, Selected: true,
			})
		case 3:
			_, err = s.OpenAttempt(t.Context(), attemptOf(waiting))
		case 4:
			_, err = s.FoldStudents(t.Context())
		case 5:
			_, err = s.GiveCoupon(t.Context(), s.ann.ID, modelstest.CouponRate)
		}
		if err != nil {
			t.Errorf("call %d: %v", i, err)
		}
	})
	got.want(t, int64(len(trades)), 0)
	log.wantNoDeadlock(t)
	unpaid := sum(t, s.DB, "SELECT COALESCE(SUM(credit), 0) FROM ly_order WHERE order_status = ?", models.OrderUnpaid)
	if credit, held := s.points(t); credit != 850 || held != unpaid {
		t.Errorf("got %d points, %d held; want 850, and the %d of unpaid orders held", credit, held, unpaid)
	}
}
