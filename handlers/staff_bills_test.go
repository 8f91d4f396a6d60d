package handlers_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
)

// nextDay is the day after a purchase at 22:30, when its bill is there.
const (
	soldOn  = "2026-11-22"
	nextDay = 13 * time.Hour
)

// compare presses 现在核对 for a day.
func (b *browser) compare(date string) *page {
	b.t.Helper()
	return b.post("/staff/bills", b.withToken(url.Values{"date": {date}}))
}

// A day is compared from the page: what the bill and the shop have, and what they disagree about.
func TestStaffCompareBill(t *testing.T) {
	eachTimedWorld(t, func(w *world, now *handClock) {
		b, _ := w.student("ann")
		boss := w.shopkeeper("boss")
		number, _ := w.askedFor(b)
		w.refund(models.NewRefund{OrderNumber: number, Amount: 9_00, Reason: "补差价"})
		now.advance(nextDay)
		boss.open("/staff/bills").wantText("#day", soldOn, "还没有核对", "本店收款1 笔，¥99.00", "本店经支付宝退款1 笔，¥9.00")
		w.fault(sandbox.Fault{Name: sandbox.BillTradeMissing, OutTradeNo: number})
		compare := func(class string, texts ...string) {
			w.t.Helper()
			got := boss.compare(soldOn)
			got.wantTo("/staff/bills?date=" + soldOn)
			boss.follow(got).wantText(class, texts...)
		}
		compare(".flash-error", soldOn+" 的账单：收款 0 笔，¥0.00；退款 1 笔，¥9.00。有 1 个差异等待处理。")
		boss.open("/staff/bills?date="+soldOn).wantText("#day-differences", "本店已收款，账单没有", number, "本店 ¥99.00")
		boss.open("/staff").wantText("#differences", number)
		w.alipay.ClearFaults()
		compare(".flash:not(.flash-error)", "收款 1 笔，¥99.00；退款 1 笔，¥9.00。与本店一致。")
		modelstest.Paid(w.t, w.db, modelstest.Student(w.t, w.db, "bob"), w.stock.Plain.For(30)) // the next day
		boss.open("/staff/bills?date="+soldOn).wantText("#day", "本店收款1 笔，¥99.00")
		boss.open("/staff/bills?date="+soldOn).wantText("#month", "2026-11 的收款和退款", "本店收款2 笔，¥198.00",
			"本店经支付宝退款1 笔，¥9.00", "收款减退款¥189.00")
		boss.open("/staff/bills?date=2026-10-31").wantText("#month", "2026-10 的收款和退款", "收款减退款¥0.00")
		boss.open("/staff/bills?date="+soldOn).wantText("#day", "已对平")
		boss.open("/staff").wantNoText("main", number+"，")
	})
}

// What stands in the way of a comparison is said in words, and nothing is stored.
func TestStaffBillNotCompared(t *testing.T) {
	now := newHandClock()
	w := newWorld(t, modelstest.SQLite(t, modelstest.At(now.now)), func(s *setup) { s.now = now.now })
	b, _ := w.student("ann")
	boss := w.shopkeeper("boss")
	w.askedFor(b)
	now.advance(nextDay)
	for fault, want := range map[string]string{
		sandbox.BillLate:      "支付宝还没有 " + soldOn + " 的账单",
		sandbox.BillCutOff:    "账单没有拿到，或不能使用",
		sandbox.APIBadGateway: "账单没有拿到，或不能使用",
	} {
		w.fault(sandbox.Fault{Name: fault})
		boss.follow(boss.compare(soldOn)).wantText(".flash-error", want)
		w.alipay.ClearFaults()
	}
	for _, date := range []string{
		"2026-11-23", "2026-11-24", "2026-13-01", "2026-2-1", "2026-11", "0000-01-01", "1999-12-31", "gestern",
		"2026-11-22' OR 1=1",
	} {
		refused := boss.compare(date)
		refused.want(http.StatusUnprocessableEntity)
		refused.wantText(".problems", "请选择今天以前的一天。")
		boss.get("/staff/bills?date=" + strings.ReplaceAll(date, " ", "+")).want(http.StatusUnprocessableEntity)
	}
	if n := w.count("SELECT COUNT(*) FROM ly_bill_day"); n != 0 {
		t.Errorf("got %d days stored as compared, want none", n)
	}
}

// Each comparison fetches a bill and reads a day: whoever presses again and again is asked to wait.
func TestStaffCompareIsLimited(t *testing.T) {
	eachTimedWorld(t, func(w *world, now *handClock) {
		boss := w.shopkeeper("boss")
		now.advance(nextDay)
		for range 10 {
			boss.compare(soldOn)
		}
		calls := len(w.alipay.Calls())
		boss.follow(boss.compare(soldOn)).wantText(".flash-error", "没有再核对", "约 10 秒后再试")
		if more := len(w.alipay.Calls()) - calls; more != 0 {
			w.t.Errorf("got %d calls of Alipay after that, want none", more)
		}
		if n := w.count("SELECT COUNT(*) FROM ly_staff_act WHERE act = 'compare'"); n != 10 {
			w.t.Errorf("got %d comparisons in the list of acts, want 10", n)
		}
		now.advance(10 * time.Second)
		boss.follow(boss.compare(soldOn)).wantNoText("main", "没有再核对")
	})
}

// The download is the table of luffy export.
func TestStaffExport(t *testing.T) {
	now := newHandClock()
	w := newWorld(t, modelstest.SQLite(t, modelstest.At(now.now)), func(s *setup) { s.now = now.now })
	b, _ := w.student("ann")
	boss := w.shopkeeper("boss")
	number, _ := w.askedFor(b)
	w.refund(models.NewRefund{OrderNumber: number, Amount: 9_00, Reason: "=补差价"})
	for _, period := range []string{"2026-11", soldOn} {
		got := boss.open("/staff/export?period=" + period)
		text, marked := strings.CutPrefix(got.body, "\ufeff")
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil || !marked || len(rows) != 3 {
			t.Fatalf("%s: got %q, %v; want the headings, a payment and a refund", period, rows, err)
		}
		if refund := rows[2]; !slices.Contains(refund, "-9.00") || !slices.Contains(refund, "'=补差价") ||
			!slices.Contains(refund, number+"\t") {
			t.Errorf("%s: got %q, want the refund of 9.00 of %s", period, refund, number)
		}
		for name, want := range map[string]string{
			"Content-Type":        "text/csv; charset=utf-8",
			"Content-Disposition": `attachment; filename="luffy-` + period + `.csv"`,
			"Cache-Control":       "no-store",
		} {
			if value := got.header.Get(name); value != want {
				t.Errorf("%s: got %s %q, want %q", period, name, value, want)
			}
		}
	}
	if rows := strings.Count(boss.open("/staff/export?period=2020-01").body, "\n"); rows != 1 {
		t.Errorf("a month without trade: got %d rows, want the headings alone", rows)
	}
	for _, period := range []string{"", "2026", "2026-13", "2026-11-31", "0000-01", "0001-01-01", "gestern"} {
		refused := boss.get("/staff/export?period=" + period)
		refused.want(http.StatusUnprocessableEntity)
		refused.wantText(".problems", "请把月份写成 2026-11")
	}
}

// A month that is too large for a download is refused, not cut off; its days can still be had.
func TestStaffExportIsBounded(t *testing.T) {
	now := newHandClock()
	w := newWorld(t, modelstest.SQLite(t, modelstest.At(now.now)), func(s *setup) { s.now = now.now })
	modelstest.Paid(t, w.db, modelstest.Student(t, w.db, "ann"), w.stock.Plain.For(30))
	w.exec("UPDATE ly_order SET order_title = ?", strings.Repeat("长", 255))
	w.exec(`
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
		INSERT INTO ly_payment (order_id, out_trade_no, app_id, amount, subject, state, trade_no,
			expires_at, created_at, paid_at)
		SELECT order_id, out_trade_no || i, app_id, amount, subject, 'returned', trade_no || i, expires_at, created_at,
		       datetime(paid_at, '-' || (i % 10) || ' days')
		FROM ly_payment, n`)
	boss := w.shopkeeper("boss")
	refused := boss.get("/staff/export?period=2026-11")
	refused.want(http.StatusUnprocessableEntity)
	refused.wantText(".problems", "这张表太大，不能下载：一个月可以按天下载，一天请管理员运行命令 luffy export 2026-11。")
	if rows := strings.Count(boss.open("/staff/export?period=2026-11-20").body, "\n"); rows != 1001 {
		t.Errorf("got %d rows of a day, want the headings and 1000", rows)
	}
}
