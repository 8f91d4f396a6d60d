package main

import (
	"context"
	"io"
	"strconv"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
	"luffy/models/modelstest/logwatch"
	"luffy/models/payment"
)

// scene is a demo in which every state that a page can be in has come about, by the shop's own code
// and by payments at the simulator.
type scene struct {
	t        *testing.T
	shop     *testDemo
	db       *models.DB        // a second way into the shop's database
	payments *payment.Service  // what the shop does, without a browser
	buyer    models.User       // has an order in every state
	broken   *testDemo         // a shop without its table of courses
	orders   map[string]string // state → order number
}

// The people of the scene. Their password is modelstest.Password.
const (
	buyer    = "学员甲"
	newcomer = "新同学"      // has done nothing yet
	keeper   = "店主"       // of the staff
	guessed  = "somebody" // a name whose password was guessed too often, of nobody
)

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{t: t, shop: startDemo(t, t.TempDir()), orders: map[string]string{}}
	s.db = s.open(0)
	client, err := s.shop.settings.Alipay()
	if err != nil {
		t.Fatal(err)
	}
	s.payments = payment.New(payment.Config{
		DB: s.db, Alipay: client, AppID: appID, BaseURL: s.shop.shopURL, Log: logwatch.New(t, io.Discard),
	})
	t.Cleanup(func() {
		if err := s.payments.Wait(context.Background()); err != nil {
			t.Error(err)
		}
	})
	modelstest.Student(t, s.db, newcomer)
	s.buyer = modelstest.Student(t, s.db, buyer)
	s.pastOrders()
	s.paidOrders()
	s.askedOrders()
	s.openOrders()
	s.leaveWork()
	s.fillCart()
	s.useUpLimit()
	s.breakAnother()
	return s
}

func (s *scene) breakAnother() {
	s.t.Helper()
	s.broken = startDemo(s.t, s.t.TempDir())
	db, err := models.Open(s.t.Context(), models.Options{URL: s.broken.settings.DatabaseURL})
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.SQL().ExecContext(s.t.Context(), "ALTER TABLE ly_course RENAME TO gone"); err != nil {
		s.t.Fatal(err)
	}
}

// open returns the shop's database as it would have been used that long ago.
func (s *scene) open(ago time.Duration) *models.DB {
	s.t.Helper()
	now := func() time.Time { return time.Now().Add(-ago) }
	db, err := models.Open(s.t.Context(), models.Options{URL: s.shop.settings.DatabaseURL, Now: now})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { db.Close() })
	return db
}

// offer is a course of the catalogue for that many days, 0 = for ever, at today's price.
func (s *scene) offer(course string, days int) models.Offer {
	s.t.Helper()
	return s.offerOn(s.db, course, days)
}

func (s *scene) offerOn(db *models.DB, course string, days int) models.Offer {
	s.t.Helper()
	list, err := db.Courses(s.t.Context(), models.CourseFilter{Search: course})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, listing := range list.Courses {
		for _, offer := range listing.Offers {
			if offer.CourseName == course && offer.ExpireDays == days {
				return offer
			}
		}
	}
	s.t.Fatalf("the catalogue has no %s for %d days", course, days)
	return models.Offer{}
}

func (s *scene) coursePath(name string) string {
	return "/courses/" + strconv.FormatInt(s.offer(name, 0).CourseID, 10)
}

// giveCoupon gives the buyer a coupon of the catalogue.
func (s *scene) giveCoupon(name string) int64 {
	s.t.Helper()
	coupon, err := s.db.GiveCoupon(s.t.Context(), s.buyer.ID, name)
	if err != nil {
		s.t.Fatal(err)
	}
	return coupon.ID
}

// useUpLimit leaves a name that has to wait, also while the browsers are slow.
func (s *scene) useUpLimit() {
	s.t.Helper()
	later := s.open(-time.Hour)
	for range 10 {
		if err := later.Admit(s.t.Context(), models.LimitName(guessed)); err != nil {
			s.t.Fatal(err)
		}
	}
}

// fillCart leaves a cart with courses that the buyer has, had and never had, one of them not
// selected, and coupons that fit and do not.
func (s *scene) fillCart() {
	s.t.Helper()
	if _, err := s.open(365*day).GiveCoupon(s.t.Context(), s.buyer.ID, "新生立减 50 元"); err != nil { // has run out
		s.t.Fatal(err)
	}
	s.giveCoupon("新生立减 50 元")
	s.giveCoupon("全场九折券")
	s.giveCoupon("满 1000 减 200")
	modelstest.FillCart(s.t, s.db, s.buyer, s.offer("Go 并发编程实战", 90), s.offer("Vue 组件化开发", 30), s.offer("Django 商城项目", 30),
		s.offer("Python 从零到能用", 90))
	idle := s.offer("MySQL 事务与锁", 30)
	item := models.CartItem{UserID: s.buyer.ID, CourseID: idle.CourseID, Expire: idle.Expire}
	if err := s.db.PutInCart(s.t.Context(), item); err != nil {
		s.t.Fatal(err)
	}
}
