package handlers_test

import (
	"strings"
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
)

// The page of a day leads to its payments and refunds one by one, each with its order.
func TestStaffMovements(t *testing.T) {
	eachTimedWorld(t, func(w *world, now *handClock) {
		b, _ := w.student("ann")
		boss := w.shopkeeper("boss")
		number, _ := w.askedFor(b)
		w.refund(models.NewRefund{OrderNumber: number, Amount: 9_00, Reason: "<b>补差价</b>"})
		now.advance(nextDay)
		link := boss.open("/staff/bills?date="+soldOn).attrs(`#day a[href^="/staff/movements"]`, "href")
		if len(link) != 1 {
			w.t.Fatalf("got links %q, want one to the day's movements", link)
		}
		p := boss.open(link[0])
		var rows []string
		for _, row := range p.Find("#movements tbody tr").EachIter() {
			rows = append(rows, strings.Join(strings.Fields(row.Text()), " "))
		}
		if len(rows) != 2 || !strings.Contains(rows[0], "annGo 语言实战¥99.00收款：已付款") ||
			!strings.Contains(rows[1], "-¥9.00退款：<b>补差价</b> 由 staff 发起于 2026-11-22 22:30 付款于 2026-11-22 22:30") || !strings.Contains(rows[1], number) {
			w.t.Errorf("got %q, want the payment and the refund of %s", rows, number)
		}
		boss.open("/staff/movements?date=2026-01-05").wantText("main", "2026-01-05 没有收款，也没有退款。")
		for _, date := range []string{"", "2026-11", "2099-01-01", "gestern"} {
			boss.get("/staff/movements?date=" + date).wantTo("/staff/bills")
		}
	})
}

// A busy day is read in pages.
func TestStaffMovementsArePaged(t *testing.T) {
	now := newHandClock()
	w := newWorld(t, modelstest.SQLite(t, modelstest.At(now.now)), func(s *setup) { s.now = now.now })
	ann := modelstest.Student(t, w.db, "ann")
	for range 51 {
		modelstest.Paid(t, w.db, ann, w.stock.Plain.For(30))
	}
	now.advance(nextDay)
	boss := w.shopkeeper("boss")
	for page, want := range map[string]int{"": 50, "&page=2": 1, "&page=99": 1} {
		p := boss.open("/staff/movements?date=" + soldOn + page)
		if n := p.Find("#movements tbody tr").Length(); n != want {
			t.Errorf("page %q: got %d rows, want %d", page, n, want)
		}
		p.wantText(".paging", "共 2 页（51 笔）")
	}
}
