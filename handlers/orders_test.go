package handlers_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
)

// numbers are the orders on a page of My Orders, as they stand.
func (p *page) numbers() []string {
	var all []string
	for _, order := range p.Find("tbody[data-order]").EachIter() {
		all = append(all, order.AttrOr("data-order", ""))
	}
	return all
}

// O1, O2, O3, O8.
func TestMyOrders(t *testing.T) {
	modelstest.OnEach(t, func(t *testing.T, db *models.DB) {
		w := newWorld(t, db)
		b, ann := w.student("ann")
		b.open("/myorder/").wantText("main", "您还没有订单")
		var numbers []string
		for status := range 5 {
			order := modelstest.Order(t, db, ann, w.stock.Plain.For(30), w.stock.Step.For(60))
			w.exec("UPDATE ly_order SET order_status = ? WHERE id = ?", status, order.ID)
			numbers = append(numbers, order.OrderNumber)
		}
		eves := modelstest.Order(t, db, modelstest.Student(t, db, "eve"), w.stock.Plain.For(30))
		w.exec("UPDATE ly_course SET name = '新名字', price = 1, published = 0 WHERE id = 1")

		unpaid, paid, cancelled, timedOut, refunded := numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]
		all := []string{refunded, timedOut, cancelled, paid, unpaid}
		for query, want := range map[string][]string{
			"":                                       all,
			"?status=all":                            all,
			"?status=unpaid":                         {unpaid},
			"?status=paid":                           {paid},
			"?status=closed":                         {timedOut, cancelled},
			"?status=refund":                         {refunded},
			"?status=nonsense":                       all,
			"?status=paid'--":                        all,
			"?page=0":                                all,
			"?page=-1":                               all,
			"?page=x":                                all,
			"?page=1000000000":                       all,
			"?page=99999999999999999999":             all,
			"?q=" + paid:                             {paid},
			"?q=" + paid[:8] + "%20" + paid[8:]:      {paid},
			"?q=２" + paid[1:]:                        {paid},
			"?q=mysql":                               all,
			"?q=%20%20":                              all,
			"?q=Go+语言":                               all,
			"?q=新名字":                                 nil,
			"?q=%25":                                 nil,
			"?q=_":                                   nil,
			"?q=%ff%fe":                              all,
			"?q=🎓":                                   nil,
			"?q=<script>alert(1)</script>":           nil,
			"?q=" + eves.OrderNumber:                 nil,
			"?q='+OR+1=1+--+":                        nil,
			"?q=" + strings.Repeat("长", 2000):        nil,
			"?q=" + paid + "&status=unpaid":          nil,
			"?q=" + paid + "&status=paid&page=7&x=1": {paid},
		} {
			p := b.open("/myorder/" + query)
			if got := p.numbers(); !slices.Equal(got, want) {
				t.Errorf("%.60s: got %v, want %v", query, got, want)
			}
			p.wantText(".tabs", "全部 5", "待付款 1", "已完成 1", "已取消 2", "退款 1")
			if want == nil {
				p.wantText("main", "没有符合条件的订单")
			}
		}
		for number, words := range map[string][2]string{
			unpaid: {"未支付", "去付款"}, paid: {"已支付", ""}, cancelled: {"已取消", ""}, timedOut: {"超时取消", ""}, refunded: {"已退款", ""},
		} {
			row := b.open("/myorder/")
			row.wantText("#order-"+number, words[0], words[1], "Go 语言实战", "一个月有效", "¥99.00", "MySQL 进阶", "满减", "¥239.00")
			if offered := strings.Contains(row.text("#order-"+number), "去付款"); offered != (number == unpaid) {
				t.Errorf("order %s: got 去付款 offered %v", words[0], offered)
			}
		}
		b.open("/orders/"+paid).wantText("main", paid, "Go 语言实战", "¥239.00", "提交订单")
		b.get("/myorder").wantTo("/myorder/")
		b.get("/orders/" + eves.OrderNumber).want(http.StatusNotFound)
	})
}

// O4.
func TestMyOrdersPages(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, ann := w.student("ann")
	w.manyOrders(ann, 23, 1)
	seen := map[string]bool{}
	p := b.open("/myorder/?q=course")
	for n := 1; ; n++ {
		for _, number := range p.numbers() {
			seen[number] = true
		}
		p.wantText(".paging", fmt.Sprintf("第 %d 页，共 3 页（23 个订单）", n))
		next, more := p.Find(`a[rel="next"]`).Attr("href")
		if !more {
			break
		}
		p = b.open(next)
	}
	if len(seen) != 23 {
		t.Errorf("got %d orders over all pages, want 23", len(seen))
	}
}

// manyOrders writes paid orders with so many lines each.
func (w *world) manyOrders(user models.User, orders, lines int) {
	w.t.Helper()
	first := int(w.count("SELECT COALESCE(MAX(id), 0) + 1 FROM ly_order"))
	var order, detail, record []string
	for i := first; i < first+orders; i++ {
		order = append(order, fmt.Sprintf(
			"(%d, '%026d', %d, 'o', %d, %d, 1, '2026-01-01 00:00:00', '2026-01-01 00:15:00', '2026-01-01 00:01:00')",
			i, i, user.ID, lines*100, lines*100))
		for j := range lines {
			id := i*10 + j
			detail = append(detail, fmt.Sprintf("(%d, %d, %d, %d, 'month', 'course', 100, 100, 100)", id, i, j+1, j+1))
			record = append(record, fmt.Sprintf("(%d, %d, %d, 1, '2026-01-01 00:01:00', '2026-01-01 00:01:00')",
				user.ID, j+1, id))
		}
	}
	w.exec(`
		INSERT INTO ly_order (id, order_number, user_id, order_title, total_price, real_price, order_status,
		                      created_at, expires_at, pay_time)
		VALUES ` + strings.Join(order, ","))
	w.exec(`
		INSERT INTO ly_order_detail (id, order_id, course_id, position, expire_text, course_name,
		                              price, sale_price, real_price)
		VALUES ` + strings.Join(detail, ","))
	w.exec("INSERT INTO ly_user_course (user_id, course_id, order_detail_id, buy_type, pay_time, created_at) VALUES " +
		strings.Join(record, ","))
}

// O22: The number of statements of a page, session and counts included, does not grow with the
// orders. All statements go over one connection, whose server counts them.
func TestMyOrdersStatements(t *testing.T) {
	w := newWorld(t, modelstest.MariaDB(t, func(o *models.Options) { o.MaxConns = 1 }))
	b, ann := w.student("ann")
	statements := func(address string, orders int) int64 {
		before := modelstest.Questions(t, w.db)
		p := b.open(address)
		if got := len(p.numbers()); got != orders {
			t.Fatalf("%s: got %d orders on the page, want %d", address, got, orders)
		}
		return modelstest.Questions(t, w.db) - before - 1 // the question itself
	}
	few, many := map[string]int64{}, map[string]int64{}
	addresses := []string{
		"/myorder/", "/myorder/?q=course", "/myorder/?status=paid", "/myorder/?page=2&q=course&status=paid",
	}
	w.manyOrders(ann, 20, 3)
	for _, address := range addresses {
		few[address] = statements(address, models.OrdersPerPage)
	}
	w.manyOrders(ann, 980, 3)
	for _, address := range addresses {
		many[address] = statements(address, models.OrdersPerPage)
		if few[address] != many[address] || many[address] > 5 || many[address] == 0 {
			t.Errorf("%s: got %d statements for 20 orders, %d for 1000; want the same, at most 5",
				address, few[address], many[address])
		}
	}
}
