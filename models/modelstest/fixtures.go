package modelstest

import (
	"crypto/rand"
	_ "embed"
	"fmt"
	mathrand "math/rand/v2"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest/logwatch"
)

//go:embed shop.json
var catalogue []byte

// Fixture is the shop of shop.json: one course for each price rule, all of them for 30, 60 and 90 days
// and for ever.
type Fixture struct {
	Plain Course // 310.00 without a discount; the one with chapters
	Free  Course // 限时免费
	Rate  Course // 限时折扣 *0.88 of odd prices
	Off   Course // 限时减免 -100, above the price of its shortest term
	Step  Course // 满减, with prices below, between and exactly at the steps
}

// The kinds of coupon in the fixture, for models.DB.GiveCoupon.
const (
	CouponOff  = "新人立减" // -50 from 100.00
	CouponRate = "九折券"  // *0.9
)

// Password is the password of every Student.
const Password = "correct " + logwatch.Marker

// TTL is how long a fixture's order may stay unpaid.
const TTL = 15 * time.Minute

// Course is a course with its offers, at the prices of when the fixture was made.
type Course struct{ models.Listing }

// For returns the offer for that many days, 0 = for ever. It panics if the fixture has no such term.
func (c Course) For(days int) models.Offer {
	for _, offer := range c.Offers {
		if offer.ExpireDays == days {
			return offer
		}
	}
	panic(fmt.Sprintf("no term of %d days in the fixture", days))
}

// Shop imports the fixture.
func Shop(t testing.TB, db *models.DB) Fixture {
	t.Helper()
	read, err := models.ReadCatalogue(catalogue)
	if err != nil {
		t.Fatalf("read shop.json: %v", err)
	}
	if err := db.Import(t.Context(), read); err != nil {
		t.Fatalf("import shop.json: %v", err)
	}
	list, err := db.Courses(t.Context(), models.CourseFilter{})
	if err != nil || len(list.Courses) != 5 {
		t.Fatalf("courses of shop.json: got %d, %v; want 5", len(list.Courses), err)
	}
	all := list.Courses
	return Fixture{Course{all[0]}, Course{all[1]}, Course{all[2]}, Course{all[3]}, Course{all[4]}}
}

// Student adds a student with 1,000 points, worth 100.00.
func Student(t testing.TB, db *models.DB, name string) models.User {
	t.Helper()
	user, err := db.AddUser(t.Context(), models.NewUser{Username: name, Password: Password, Credit: 1000})
	if err != nil {
		t.Fatalf("add %s: %v", name, err)
	}
	return user
}

// FillCart puts offers into the student's cart, selected.
func FillCart(t testing.TB, db *models.DB, user models.User, offers ...models.Offer) {
	t.Helper()
	for _, offer := range offers {
		item := models.CartItem{UserID: user.ID, CourseID: offer.CourseID, Expire: offer.Expire, Selected: true}
		if err := db.PutInCart(t.Context(), item); err != nil {
			t.Fatalf("put %s into the cart: %v", offer.CourseName, err)
		}
	}
}

// PlaceOrder orders what is selected in the student's cart.
func PlaceOrder(t testing.TB, db *models.DB, user models.User, choice models.Choice) models.Order {
	t.Helper()
	quote, err := db.Checkout(t.Context(), user.ID, choice)
	if err != nil {
		t.Fatalf("checkout: %v", err)
	}
	order, err := db.PlaceOrder(t.Context(), models.NewOrder{
		Choice: choice, UserID: user.ID, Seal: quote.Seal(), Token: rand.Text(), TTL: TTL,
	})
	if err != nil {
		t.Fatalf("place order: %v", err)
	}
	return order
}

// Order places an order of the offers without coupon and points.
func Order(t testing.TB, db *models.DB, user models.User, offers ...models.Offer) models.Order {
	t.Helper()
	FillCart(t, db, user, offers...)
	return PlaceOrder(t, db, user, models.Choice{})
}

// AppID is the app of every Attempt.
const AppID = "2021000000000001"

// Attempt opens an attempt to pay the order.
func Attempt(t testing.TB, db *models.DB, order models.Order) models.Payment {
	t.Helper()
	payment, err := db.OpenAttempt(t.Context(), models.Attempt{
		UserID: order.UserID, OrderNumber: order.OrderNumber, AppID: AppID,
		Subject: func(o models.Order) string { return o.OrderTitle },
	})
	if err != nil {
		t.Fatalf("open attempt for %s: %v", order.OrderNumber, err)
	}
	return payment
}

// Trade is the trade that pays the attempt in full, now, under a trade_no of its own.
func Trade(db *models.DB, payment models.Payment) models.PaidTrade {
	now := db.Now()
	tradeNo := fmt.Sprintf("%s%020d", now.In(models.Beijing).Format("20060102"), mathrand.Uint64())
	return models.PaidTrade{OutTradeNo: payment.OutTradeNo, TradeNo: tradeNo, Amount: payment.Amount, PaidAt: now}
}

// Paid places an order of the offers and pays it. It returns the order and the trade that paid it.
func Paid(t testing.TB, db *models.DB, user models.User, offers ...models.Offer) (models.Order, models.PaidTrade) {
	t.Helper()
	order := Order(t, db, user, offers...)
	trade := Trade(db, Attempt(t, db, order))
	event := models.PaymentEvent{
		ReceivedAt: db.Now(), Source: models.SourceNotify, OutTradeNo: trade.OutTradeNo, TradeNo: trade.TradeNo,
	}
	outcome, err := db.Confirm(t.Context(), trade, event)
	if err != nil || outcome != models.Fulfilled {
		t.Fatalf("confirm %s: got %q, %v; want %q", trade.OutTradeNo, outcome, err, models.Fulfilled)
	}
	view, err := db.Order(t.Context(), user.ID, order.OrderNumber)
	if err != nil {
		t.Fatalf("read order %s: %v", order.OrderNumber, err)
	}
	return view.Order, trade
}
