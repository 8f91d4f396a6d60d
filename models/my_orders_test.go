package models_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gorm.io/gorm"

	"luffy/models"
	"luffy/models/modelstest"
)

// pile gives a student so many orders of three lines each, the states in turn. The n-th order's
// number ends in n.
func pile(t testing.TB, s *scene, user models.User, n int) []models.Order {
	t.Helper()
	orders := make([]models.Order, n)
	for i := range orders {
		orders[i] = models.Order{
			OrderNumber: fmt.Sprintf("%020d%06d", user.ID, i+1), UserID: user.ID, OrderTitle: "order",
			TotalPrice: 3_00, RealPrice: 3_00,
			OrderStatus: models.OrderStatus(i % 5), CreatedAt: noon, ExpiresAt: noon.Add(modelstest.TTL),
		}
	}
	err := s.InTx(t.Context(), func(g *gorm.DB) error {
		if err := g.CreateInBatches(orders, 500).Error; err != nil {
			return err
		}
		var lines []models.OrderDetail
		for _, o := range orders {
			for j, course := range []modelstest.Course{s.Plain, s.Rate, s.Step} {
				lines = append(lines, models.OrderDetail{
					OrderID: o.ID, CourseID: course.ID, Position: j + 1, ExpireText: "一个月有效",
					CourseName: course.Name, Price: 1_00, RealPrice: 1_00,
				})
			}
		}
		return g.CreateInBatches(lines, 500).Error
	})
	if err != nil {
		t.Fatalf("pile: %v", err)
	}
	return orders
}

// list reads a page of ann's orders.
func (s *scene) list(t testing.TB, f models.OrderFilter) models.OrderList {
	t.Helper()
	f.UserID = s.ann.ID
	list, err := s.MyOrders(t.Context(), f)
	if err != nil {
		t.Fatalf("my orders %+v: %v", f, err)
	}
	return list
}

func numbers(list models.OrderList) []string {
	var all []string
	for _, o := range list.Orders {
		all = append(all, o.OrderNumber)
	}
	return all
}

func TestMyOrdersOfNobody(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		got := s.list(t, models.OrderFilter{Tab: models.TabAll, Page: 3})
		if len(got.Orders) != 0 || got.Matches != 0 || got.Page != 1 || got.Pages != 1 || got.Counts[models.TabAll] != 0 {
			t.Errorf("got %+v, want an empty first page of one", got)
		}
	})
}

func TestMyOrdersTabs(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		pile(t, s, s.ann, 6) // 未支付 已支付 已取消 超时取消 已退款 未支付
		exec(t, s.DB, "UPDATE ly_order SET refunded_amount = 100 WHERE order_status = ?", models.OrderPaid)
		all := []models.OrderStatus{
			models.OrderUnpaid, models.OrderRefunded, models.OrderTimedOut, models.OrderCancelled,
			models.OrderPaid, models.OrderUnpaid,
		}
		counts := map[models.OrderTab]int{
			models.TabAll: 6, models.TabUnpaid: 2, models.TabPaid: 1, models.TabClosed: 2, models.TabRefund: 2,
		}
		for tab, want := range map[models.OrderTab][]models.OrderStatus{
			models.TabAll:    all,
			"":               all,
			models.TabUnpaid: {models.OrderUnpaid, models.OrderUnpaid},
			models.TabPaid:   {models.OrderPaid},
			models.TabClosed: {models.OrderTimedOut, models.OrderCancelled},
			models.TabRefund: {models.OrderRefunded, models.OrderPaid},
		} {
			list := s.list(t, models.OrderFilter{Tab: tab})
			var got []models.OrderStatus
			for _, o := range list.Orders {
				got = append(got, o.OrderStatus)
			}
			if !slices.Equal(got, want) || list.Matches != len(want) {
				t.Errorf("%q: got %v of %d, want %v", tab, got, list.Matches, want)
			}
			for each, n := range counts {
				if list.Counts[each] != n {
					t.Errorf("%q: got count %d of %q, want %d whatever the tab", tab, list.Counts[each], each, n)
				}
			}
		}
	})
}

func TestParseOrderTab(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]models.OrderTab{
		"all": models.TabAll, "unpaid": models.TabUnpaid, "paid": models.TabPaid,
		"closed": models.TabClosed, "refund": models.TabRefund,
		"": models.TabAll, "PAID": models.TabAll, "1": models.TabAll, "' OR 1=1": models.TabAll,
	} {
		if got := models.ParseOrderTab(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestMyOrdersPages(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		orders := pile(t, s, s.ann, 23)
		for _, c := range []struct{ page, want, newest, length int }{
			{0, 1, 23, 10}, {-1, 1, 23, 10}, {math.MinInt, 1, 23, 10}, {1, 1, 23, 10}, {2, 2, 13, 10},
			{3, 3, 3, 3}, {4, 3, 3, 3}, {1_000_000_000, 3, 3, 3}, {math.MaxInt, 3, 3, 3},
		} {
			list := s.list(t, models.OrderFilter{Tab: models.TabAll, Page: c.page})
			var want []string
			for n := c.newest; n > c.newest-c.length; n-- {
				want = append(want, orders[n-1].OrderNumber)
			}
			if got := numbers(list); !slices.Equal(got, want) || list.Page != c.want || list.Pages != 3 || list.Matches != 23 {
				t.Errorf("page %d: got page %d of %d with %v, want page %d of 3 with %v",
					c.page, list.Page, list.Pages, got, c.want, want)
			}
		}
	})
}

func TestMyOrdersSearch(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		exec(t, s.DB, `UPDATE ly_course SET name = ? WHERE id = ?`, `100%_Go!\'"入门`, s.Off.ID)
		special := s.order(t, s.Off.For(60))
		exec(t, s.DB, "DELETE FROM ly_cart_item")
		plain := s.order(t, s.Plain.For(30), s.Rate.For(30))
		s.clock.forward(1)
		bobs := modelstest.Order(t, s.DB, student(t, s.DB, "bob"), s.Plain.For(30))
		for search, want := range map[string][]string{
			"":                     {plain.OrderNumber, special.OrderNumber},
			plain.OrderNumber:      {plain.OrderNumber},
			plain.OrderNumber[18:]: {plain.OrderNumber},
			"20260301":             {plain.OrderNumber, special.OrderNumber},
			"语言":                   {plain.OrderNumber},
			"django 项目":            {plain.OrderNumber}, // any line's name, in any case
			"入门":                   {special.OrderNumber},
			"%":                    {special.OrderNumber},
			"_":                    {special.OrderNumber},
			"!":                    {special.OrderNumber},
			`\`:                    {special.OrderNumber},
			"'":                    {special.OrderNumber},
			`%_Go!\'"`:             {special.OrderNumber},
			"G_":                   nil,
			"2%6":                  nil,
			"' OR '1'='1":          nil,
			bobs.OrderNumber:       nil,
			"no such thing":        nil,
		} {
			list := s.list(t, models.OrderFilter{Tab: models.TabAll, Search: search})
			if got := numbers(list); !slices.Equal(got, want) || list.Matches != len(want) || list.Counts[models.TabAll] != 2 {
				t.Errorf("%q: got %v of %d matches, want %v", search, got, list.Matches, want)
			}
		}
	})
}

func TestMyOrdersSearchWithinTab(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		pile(t, s, s.ann, 60)
		list := s.list(t, models.OrderFilter{Tab: models.TabClosed, Search: "MySQL", Page: 9})
		if len(list.Orders) != 4 || list.Matches != 24 || list.Page != 3 || list.Pages != 3 {
			t.Errorf("got %d orders of %d on page %d of %d; want 4 of 24 on 3 of 3",
				len(list.Orders), list.Matches, list.Page, list.Pages)
		}
		for _, o := range list.Orders {
			if o.OrderStatus != models.OrderCancelled && o.OrderStatus != models.OrderTimedOut {
				t.Errorf("got an order that is %v", o.OrderStatus)
			}
		}
	})
}

func TestMyOrdersLines(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		modelstest.Paid(t, s.DB, s.ann, s.Plain.For(30), s.Rate.For(0), s.Step.For(30))
		exec(t, s.DB, "UPDATE ly_user_course SET revoked_at = ? WHERE course_id = ?", noon, s.Step.ID)
		s.order(t, s.Off.For(60))
		list := s.list(t, models.OrderFilter{Tab: models.TabAll})
		unpaid, paid := list.Orders[0], list.Orders[1]
		if len(unpaid.Lines) != 1 || unpaid.Lines[0].Granted ||
			unpaid.Lines[0].RealPrice != 48_00 || unpaid.Lines[0].DiscountName != "限时减免" {
			t.Errorf("unpaid: got %+v", unpaid.Lines)
		}
		byCourse := map[int64]models.LineView{}
		var real models.Fen
		for _, line := range paid.Lines {
			byCourse[line.CourseID] = line
			real += line.RealPrice
		}
		if len(paid.Lines) != 3 || real != paid.RealPrice {
			t.Errorf("paid: got %d lines of %v together, want 3 of %v", len(paid.Lines), real, paid.RealPrice)
		}
		l := byCourse[s.Plain.ID]
		if !l.Granted || l.Revoked || l.OutTime == nil || !l.OutTime.Equal(noon.AddDate(0, 0, 30)) {
			t.Errorf("for 30 days: got %+v", l)
		}
		if l := byCourse[s.Rate.ID]; !l.Granted || l.Revoked || l.OutTime != nil {
			t.Errorf("for ever: got %+v", l)
		}
		if l := byCourse[s.Step.ID]; l.Granted || !l.Revoked {
			t.Errorf("revoked: got %+v", l)
		}
	})
}

// The page must not cost more the more a student has bought. Whoever sees all their orders on one
// page has them counted there.
func TestMyOrdersStatements(t *testing.T) {
	s := newScene(t, modelstest.MariaDB, func(o *models.Options) { o.MaxConns = 1 })
	bob, cat := student(t, s.DB, "bob"), student(t, s.DB, "cat")
	pile(t, s, s.ann, 10)
	pile(t, s, bob, 11)
	pile(t, s, cat, 2000)
	statements := func(user models.User, search string) int64 {
		before := modelstest.Questions(t, s.DB)
		list, err := s.MyOrders(t.Context(), models.OrderFilter{UserID: user.ID, Tab: models.TabAll, Search: search})
		if err != nil || len(list.Orders) != models.OrdersPerPage {
			t.Fatalf("got %d orders, %v", len(list.Orders), err)
		}
		return modelstest.Questions(t, s.DB) - before - 1
	}
	for _, c := range []struct {
		user      models.User
		all, some int64
	}{{s.ann, 1, 3}, {bob, 2, 3}, {cat, 2, 3}} {
		if got := statements(c.user, ""); got != c.all {
			t.Errorf("%s: got %d statements, want %d", c.user.Username, got, c.all)
		}
		if got := statements(c.user, "Go"); got != c.some {
			t.Errorf("%s, searching: got %d statements, want %d", c.user.Username, got, c.some)
		}
	}
}
