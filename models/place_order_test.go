package models_test

import (
	"errors"
	"slices"
	"testing"
	"testing/cryptotest"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

// An order keeps what the student saw, whatever happens to the course later.
func TestOrderIsASnapshot(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.fill(t, s.Rate.For(30))
		s.clock.forward(time.Second)
		s.fill(t, s.Plain.For(0))
		order := modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{})
		exec(t, s.DB, "UPDATE ly_course SET name = CONCAT('new ', name), course_img = '', price = 1")
		exec(t, s.DB, "DELETE FROM ly_course_expire")
		exec(t, s.DB, "DELETE FROM ly_discount")
		view, err := s.Order(t.Context(), s.ann.ID, order.OrderNumber)
		if err != nil {
			t.Fatal(err)
		}
		want := []models.OrderDetail{{
			CourseID: s.Plain.ID, Position: 1, ExpireText: "永久有效", CourseName: "Go 语言实战", CourseImg: "go.svg",
			Price: 310_00, SalePrice: 310_00, RealPrice: 310_00,
		}, {
			CourseID: s.Rate.ID, Position: 2, Expire: s.Rate.For(30).Expire, ExpireText: "一个月有效", ExpireDays: 30,
			CourseName: "Django 项目实战", CourseImg: "django.svg",
			Price: 133_33, DiscountName: "限时折扣", SalePrice: 117_33, RealPrice: 117_33,
		}}
		if len(view.Lines) != len(want) {
			t.Fatalf("got %d lines, want %d", len(view.Lines), len(want))
		}
		for i, line := range view.Lines {
			got := line.OrderDetail
			got.ID, got.OrderID = 0, 0
			if got != want[i] {
				t.Errorf("line %d: got %+v, want %+v", i+1, got, want[i])
			}
			if line.Granted || line.Revoked || line.OutTime != nil {
				t.Errorf("line %d is granted before it is paid: %+v", i+1, line)
			}
		}
	})
}

func TestNewOrder(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		coupon := s.give(t, modelstest.CouponOff)
		s.fill(t, s.Plain.For(0), s.Rate.For(30), s.Free.For(0))
		choice := models.Choice{Coupon: coupon.ID, Points: 333}
		made := modelstest.PlaceOrder(t, s.DB, s.ann, choice)
		view, err := s.Order(t.Context(), s.ann.ID, made.OrderNumber)
		if err != nil {
			t.Fatal(err)
		}
		o := view.Order
		if o.TotalPrice != 571_33 || o.DiscountAmount != 144_00 || o.CouponAmount != 50_00 ||
			o.CreditAmount != 33_30 || o.RealPrice != 344_03 {
			t.Errorf("got %v - %v - %v - %v = %v, want 571.33 - 144.00 - 50.00 - 33.30 = 344.03",
				o.TotalPrice, o.DiscountAmount, o.CouponAmount, o.CreditAmount, o.RealPrice)
		}
		if o.OrderStatus != models.OrderUnpaid || o.PayType != models.PayNone || o.PayTime != nil || o.ClosedAt != nil {
			t.Errorf("got status %v, pay type %v, paid %v, closed %v; want an unpaid order",
				o.OrderStatus, o.PayType, o.PayTime, o.ClosedAt)
		}
		if !o.CreatedAt.Equal(noon) || !o.ExpiresAt.Equal(noon.Add(modelstest.TTL)) {
			t.Errorf("got made %v, deadline %v; want %v and %v later", o.CreatedAt, o.ExpiresAt, noon, modelstest.TTL)
		}
		if o.UserID != s.ann.ID || o.OrderTitle != "Go 语言实战 等3门课程" || view.CouponName != modelstest.CouponOff {
			t.Errorf("got user %d, title %q, coupon %q", o.UserID, o.OrderTitle, view.CouponName)
		}
		var lines models.Fen
		for _, line := range view.Lines {
			lines += line.RealPrice
		}
		if lines != o.RealPrice {
			t.Errorf("the lines add up to %v, want %v", lines, o.RealPrice)
		}
	})
}

func TestOrderHoldsCouponAndPoints(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		coupon := s.give(t, modelstest.CouponOff)
		s.fill(t, s.Plain.For(0))
		order := modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{Coupon: coupon.ID, Points: 300})
		held := rows[models.UserCoupon](t, s.DB, "id = ?", coupon.ID)[0]
		if held.OrderID == nil || *held.OrderID != order.ID || held.UsedAt != nil {
			t.Errorf("coupon: got order %v, used %v; want held by %d, not used", held.OrderID, held.UsedAt, order.ID)
		}
		if credit, held := s.points(t); credit != 1000 || held != 300 {
			t.Errorf("points: got %d, %d held; want 1000, 300 held", credit, held)
		}
		if ledger := rows[models.Credit](t, s.DB, "order_id = ?", order.ID); len(ledger) != 0 {
			t.Errorf("got %d ledger rows before payment, want none", len(ledger))
		}
		if got := s.inCart(t); !slices.Equal(got, []int64{s.Plain.ID}) {
			t.Errorf("cart: got %v, want it untouched until payment", got)
		}
	})
}

// Each case changes the shop, or the form, of an order of two courses after the student saw its price.
func TestOrderRefused(t *testing.T) {
	for name, c := range map[string]struct {
		shop string // a statement
		form func(*models.NewOrder)
		want error
	}{
		"empty cart":       {shop: "DELETE FROM ly_cart_item", want: models.ErrEmptyCart},
		"nothing selected": {shop: "UPDATE ly_cart_item SET selected = 0", want: models.ErrEmptyCart},
		"all withdrawn":    {shop: "UPDATE ly_course SET published = 0", want: models.ErrEmptyCart},
		"one course withdrawn": {
			shop: "UPDATE ly_course SET published = 0 WHERE price = 31000", want: models.ErrPriceChanged,
		},
		"one term withdrawn": {shop: "DELETE FROM ly_course_expire WHERE price = 13333", want: models.ErrPriceChanged},
		"price changed": {
			shop: "UPDATE ly_course SET price = 30999 WHERE price = 31000", want: models.ErrPriceChanged,
		},
		"discount ended": {
			shop: "UPDATE ly_activity SET end_time = '2001-01-01 00:00:00'", want: models.ErrPriceChanged,
		},
		"no seal":         {form: func(n *models.NewOrder) { n.Seal = "" }, want: models.ErrPriceChanged},
		"negative points": {form: func(n *models.NewOrder) { n.Points = -10 }, want: models.ErrPoints},
		"too many points": {form: func(n *models.NewOrder) { n.Points = 1001 }, want: models.ErrPoints},
		"no such coupon":  {form: func(n *models.NewOrder) { n.Coupon = 404 }, want: models.ErrCoupon},
		"negative coupon": {form: func(n *models.NewOrder) { n.Coupon = -1 }, want: models.ErrCoupon},
		"another's cart":  {form: func(n *models.NewOrder) { n.UserID++ }, want: models.ErrEmptyCart},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				s.fill(t, s.Plain.For(0), s.Rate.For(30))
				form := s.form(t, "page", models.Choice{})
				if c.form != nil {
					c.form(&form)
				} else {
					exec(t, s.DB, c.shop)
				}
				if _, err := s.PlaceOrder(t.Context(), form); !errors.Is(err, c.want) {
					t.Errorf("got %v, want %v", err, c.want)
				}
				left := sum(t, s.DB, "SELECT (SELECT COUNT(*) FROM ly_order) + (SELECT COUNT(*) FROM ly_order_detail)")
				if credit, held := s.points(t); left != 0 || credit != 1000 || held != 0 {
					t.Errorf("got %d rows, %d points, %d held; want nothing left behind", left, credit, held)
				}
			})
		})
	}
}

func TestOrderOfNothingToPayIsFulfilledAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		offer  func(*scene) models.Offer
		choice models.Choice
	}{
		"free course":    {func(s *scene) models.Offer { return s.Free.For(30) }, models.Choice{}},
		"paid by points": {func(s *scene) models.Offer { return s.Off.For(60) }, models.Choice{Points: 480}},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				offer := c.offer(s)
				s.fill(t, offer)
				order := modelstest.PlaceOrder(t, s.DB, s.ann, c.choice)
				view, err := s.Order(t.Context(), s.ann.ID, order.OrderNumber)
				if err != nil {
					t.Fatal(err)
				}
				if view.OrderStatus != models.OrderPaid || view.PayTime == nil ||
					!view.PayTime.Equal(noon) || view.PayType != models.PayNone {
					t.Errorf("got %v at %v by %v, want paid now by nothing", view.OrderStatus, view.PayTime, view.PayType)
				}
				if order.OrderStatus != models.OrderPaid {
					t.Errorf("returned %v, want it paid", order.OrderStatus)
				}
				if len(view.Payments) != 0 || !view.Lines[0].Granted {
					t.Errorf("got %d payments, granted %v; want none, granted", len(view.Payments), view.Lines[0].Granted)
				}
				record := rows[models.UserCourse](t, s.DB, "user_id = ?", s.ann.ID)[0]
				if record.BuyType != models.BuyFree || record.TradeNo != nil || !record.PayTime.Equal(noon) ||
					!record.OutTime.Equal(noon.AddDate(0, 0, offer.ExpireDays)) {
					t.Errorf("got %+v, want a free record for %d days", record, offer.ExpireDays)
				}
				if credit, held := s.points(t); credit != 1000-c.choice.Points || held != 0 {
					t.Errorf("got %d points, %d held; want %d, 0", credit, held, 1000-c.choice.Points)
				}
				if got := s.inCart(t); len(got) != 0 {
					t.Errorf("cart: got %v, want it empty", got)
				}
			})
		})
	}
}

func TestOrderTitle(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		long := string(slices.Repeat([]rune("长"), 128))
		exec(t, s.DB, "UPDATE ly_course SET name = ? WHERE id = ?", long, s.Plain.ID)
		one := s.order(t, s.Plain.For(0))
		s.clock.forward(-time.Second)
		two := s.order(t, s.Rate.For(0)) // put in earlier, so it is listed after the long one
		short := string(slices.Repeat([]rune("长"), 100))
		if one.OrderTitle != short || two.OrderTitle != short+" 等2门课程" {
			t.Errorf("got %q and %q", one.OrderTitle, two.OrderTitle)
		}
	})
}

// If two orders of one student in the same second happen to draw the same random digits, the second
// draws again.
func TestOrderNumberClash(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.fill(t, s.Plain.For(0))
		var numbers []string
		for _, token := range []string{"one", "two"} {
			form := s.form(t, token, models.Choice{})
			cryptotest.SetGlobalRandom(t, 1)
			order, err := s.PlaceOrder(t.Context(), form)
			if err != nil {
				t.Fatalf("%s: %v", token, err)
			}
			numbers = append(numbers, order.OrderNumber)
		}
		if numbers[0] == numbers[1] {
			t.Errorf("got %s twice", numbers[0])
		}
	})
}
