package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
)

func requestPath(request int64, deed string) string {
	return "/staff/requests/" + id(request) + "/" + deed
}

// askedFor is an order of ann's, paid at the simulator, of which she has asked for the refund of the first line.
func (w *world) askedFor(b *browser) (number string, request int64) {
	w.t.Helper()
	b.addToCart(w.stock.Plain.For(30))
	link, returnURL := b.buy()
	b.get(returnURL)
	b.requestRefund(link.number, "1").wantTo(orderPath(link.number))
	return link.number, w.requestOf(1)
}

// A request is approved from the desk: the money goes back at once, however often the button is
// pressed, in the name of who pressed it.
func TestStaffApprove(t *testing.T) {
	eachWorld(t, func(w *world) {
		ann, _ := w.student("ann")
		number, request := w.askedFor(ann)
		boss := w.shopkeeper("boss")
		desk := boss.open("/staff")
		desk.wantText("#requests", "退款申请，共 1项", "Go 语言实战", "学员 ann", "已打开 0 / 3 课时", "买错了课程", number, "同意退款 ¥99.00")
		approve := requestPath(request, "approve")
		press := func() { boss.submit(desk, approve).wantTo("/staff") }
		atOnce(press, press) // each may be answered while the other is still asking Alipay
		press()
		boss.open("/staff").wantText(".flash", "退款 ¥99.00 已原路退回。")
		if n := w.count("SELECT COUNT(*) FROM ly_refund WHERE requested_by = 'boss' AND state = 'done'"); n != 1 {
			w.t.Errorf("got %d refunds of boss, want one", n)
		}
		if trade, _ := w.alipay.Trade(number); trade.Refunded != 99_00 {
			w.t.Errorf("got %d fen back at Alipay, want 9900", trade.Refunded)
		}
		boss.open("/staff").wantText("#quiet", "现在没有要处理的事")
		ann.wantRequest(number, "已退款")
	})
}

// The student reads why a request was refused; without a reason it is not.
func TestStaffReject(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	ann, _ := w.student("ann")
	number, request := w.askedFor(ann)
	boss := w.shopkeeper("boss")
	reject := requestPath(request, "reject")
	page := boss.open(staffPath(number))
	for _, reason := range []string{"", " \t", strings.Repeat("长", 201)} {
		boss.follow(boss.submit(page, reject, "reason", reason)).wantText(".flash-error", "没有拒绝：请写明理由")
	}
	for range 2 { // pressed twice
		got := boss.submit(page, reject, "reason", "课程\n已学完")
		got.wantTo(staffPath(number))
		boss.follow(got).wantText(".flash:not(.flash-error)", "已拒绝 ann 的退款申请，学员会看到：课程 已学完")
	}
	ann.wantRequest(number, "已拒绝 客服回复：课程 已学完")
	ann.open(orderPath(number)).wantNoText("main", "boss")
}

func staffPath(number string) string { return "/staff/orders/" + number }

// Of two of the staff one decides; the other is told who did, and how.
func TestStaffDecideAtOnce(t *testing.T) {
	eachWorld(t, func(w *world) {
		ann, _ := w.student("ann")
		number, request := w.askedFor(ann)
		boss, lily := w.shopkeeper("boss"), w.shopkeeper("lily")
		desk, lilys := boss.open("/staff"), lily.open("/staff")
		var approved, rejected *page
		atOnce(
			func() { approved = boss.submit(desk, requestPath(request, "approve")) },
			func() { rejected = lily.submit(lilys, requestPath(request, "reject"), "reason", "已学完") },
		)
		first, second := boss.follow(approved), lily.follow(rejected)
		if w.count("SELECT COUNT(*) FROM ly_refund") == 1 {
			first.wantText(".flash:not(.flash-error)", "已原路退回")
			second.wantText(".flash-error", "boss 已经同意了这个申请。")
			ann.wantRequest(number, "已退款")
			return
		}
		first.wantText(".flash-error", "lily 已经拒绝了这个申请，学员看到的理由是：已学完")
		second.wantText(".flash:not(.flash-error)", "已拒绝 ann 的退款申请")
		ann.wantRequest(number, "已拒绝 客服回复：已学完")
	})
}

// Whoever comes second with the same decision reads whose it was.
func TestStaffDecidedBefore(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	ann, _ := w.student("ann")
	boss, lily := w.shopkeeper("boss"), w.shopkeeper("lily")
	_, request := w.askedFor(ann)
	bosss, lilys := boss.open("/staff"), lily.open("/staff")
	boss.submit(bosss, requestPath(request, "approve"))
	lily.follow(lily.submit(lilys, requestPath(request, "approve"))).
		wantText(".flash", "boss 已经同意了这个申请。退款 ¥99.00 已原路退回。")

	w.exec("UPDATE ly_refund_request SET state = 'open', decided_by = '', refund_id = NULL")
	boss.submit(bosss, requestPath(request, "reject"), "reason", "甲")
	lily.follow(lily.submit(lilys, requestPath(request, "reject"), "reason", "乙")).
		wantText(".flash-error", "boss 已经拒绝了这个申请，学员看到的理由是：甲")

	w.exec("UPDATE ly_refund_request SET state = 'withdrawn', decided_by = ''")
	lily.follow(lily.submit(lilys, requestPath(request, "approve"))).wantText(".flash-error", "学员已经撤回了这个申请。")
	for _, deed := range []string{"approve", "reject"} {
		form := boss.withToken(url.Values{"reason": {"x"}})
		for _, unknown := range []string{"/staff/requests/999/", "/staff/requests/x/", "/staff/requests/-1/"} {
			boss.post(unknown+deed, form).want(http.StatusNotFound)
		}
	}
}

// What Alipay refuses for good waits at the desk until somebody has paid it otherwise, and is booked once.
func TestStaffSettleRefund(t *testing.T) {
	eachWorld(t, func(w *world) {
		ann, _ := w.student("ann")
		number, request := w.askedFor(ann)
		boss, lily := w.shopkeeper("boss"), w.shopkeeper("lily")
		w.fault(sandbox.Fault{Name: sandbox.TradeFrozen})
		told := boss.submit(boss.open("/staff"), requestPath(request, "approve"))
		desk := boss.follow(told)
		desk.wantText(".flash-error", "支付宝拒绝了这笔 ¥99.00 的退款", "交易已被冻结")
		desk.wantText("#owed", "支付宝拒绝的退款，共 1项", "Go 语言实战", "¥99.00", "学员 ann", number)
		settle := "/staff/refunds/" + id(w.count("SELECT MAX(id) FROM ly_refund")) + "/settle"
		lilys := lily.open(staffPath(number))
		boss.follow(boss.submit(desk, settle, "note", " ")).wantText(".flash-error", "没有登记：请写明怎样退的")
		for range 2 {
			boss.follow(boss.submit(desk, settle, "note", "银行转账")).
				wantText(".flash:not(.flash-error)", "已登记：¥99.00 用其他方式退还（银行转账）。")
		}
		second := lily.submit(lilys, settle, "note", "现金")
		second.wantTo(staffPath(number))
		lily.follow(second).wantText(".flash-error", "boss 已经登记了这笔退款：银行转账")
		boss.open("/staff").wantText("#quiet", "没有要处理的事")
		boss.open(staffPath(number)).wantText("main", "已用其他方式退款（boss：银行转账）", "已收回")
		ann.open(orderPath(number)).wantText("main", "已由客服以其他方式退回")
		if n := w.count(`SELECT COUNT(*) FROM ly_refund
			WHERE settled_by = 'boss' AND note = '银行转账' AND state = 'done'`); n != 1 {
			w.t.Errorf("got %d settled refunds, want one of boss", n)
		}
	})
}

// A difference is closed with what was done; who comes second is told so.
func TestStaffSettleDifference(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	boss, lily := w.shopkeeper("boss"), w.shopkeeper("lily")
	const date = "2026-01-05"
	lone := models.BillDifference{
		Kind: models.MissingHere, OutTradeNo: "A1", TradeNo: "T1", AlipayAmount: new(models.Fen(31_00)),
	}
	found, err := w.db.SaveBillDifferences(t.Context(), date, []models.BillDifference{lone})
	if err != nil {
		t.Fatal(err)
	}
	desk, lilys := boss.open("/staff"), lily.open("/staff/bills?date="+date)
	desk.wantText("#differences", "账单差异，共 1项", "支付宝已收款，本店没有", "2026-01-05 的账单", "支付宝 ¥31.00", "本店 没有", "A1", "T1")
	settle := "/staff/differences/" + id(found[0].ID) + "/settle"
	boss.follow(boss.submit(desk, settle, "note", "")).wantText(".flash-error", "没有关闭：请写明做了什么")
	boss.follow(boss.submit(desk, settle, "note", "线下收款")).wantText(".flash:not(.flash-error)", "已关闭这个差异：线下收款")
	second := lily.submit(lilys, settle, "note", "不知道")
	second.wantTo("/staff/bills?date=" + date)
	lily.follow(second).wantText(".flash-error", "boss 已经关闭了这个差异：线下收款")
	lily.open("/staff/bills?date="+date).wantText("#day-differences", "已关闭的差异（1）", "boss：线下收款")
	w.exec("UPDATE ly_bill_difference SET settled_by = ''")
	lily.follow(lily.submit(lilys, settle, "note", "x")).wantText(".flash-error", "这个差异已经消失")
	boss.post("/staff/differences/99/settle", boss.withToken(url.Values{"note": {"x"}})).want(http.StatusNotFound)
}

// Every list of the desk is bounded and says how much it leaves out.
func TestStaffDeskIsBounded(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	boss := w.shopkeeper("boss")
	var many []models.BillDifference
	for i := range 25 {
		many = append(many, models.BillDifference{
			Kind: models.MissingHere, OutTradeNo: id(int64(i)), AlipayAmount: new(models.Fen(1)),
		})
	}
	if _, err := w.db.SaveBillDifferences(t.Context(), "2026-01-05", many); err != nil {
		t.Fatal(err)
	}
	desk := boss.open("/staff")
	desk.wantText("#differences", "账单差异，共 25项", "共 25 项，这里是等得最久的 20 项")
	if n := desk.Find("#differences .tasks > li").Length(); n != 20 {
		t.Errorf("got %d of 25, want the 20 that wait longest", n)
	}
	if title := desk.title(); !strings.HasPrefix(title, "工作台：25 项待处理") {
		t.Errorf("got title %q, want it to say how much waits", title)
	}
}

// Days whose bill was not compared wait, too, and lead to the page where they are.
func TestStaffMissingBills(t *testing.T) {
	now := newHandClock()
	w := newWorld(t, modelstest.SQLite(t, modelstest.At(now.now)), func(s *setup) { s.now = now.now })
	modelstest.Paid(t, w.db, modelstest.Student(t, w.db, "ann"), w.stock.Plain.For(30))
	now.advance(9 * 24 * time.Hour)
	boss := w.shopkeeper("boss")
	desk := boss.open("/staff")
	desk.wantText("#missing", "还没有核对的账单，共 9项", "共 9 天，这里是最近的 7 天")
	if got := desk.attrs("#missing a", "href"); len(got) != 7 || got[0] != "/staff/bills?date=2026-11-30" {
		t.Errorf("got days %q, want seven from 2026-11-30", got)
	}
}

// The way back after a decision stays among the shopkeeper's pages.
func TestStaffWayBack(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	boss := w.shopkeeper("boss")
	for i, next := range []string{
		"", "/", "//evil.example", "https://evil.example/staff", "/myorder/", "/\\evil.example",
	} {
		found, err := w.db.SaveBillDifferences(t.Context(), "2026-01-05",
			[]models.BillDifference{{Kind: models.MissingHere, OutTradeNo: id(int64(i))}})
		if err != nil {
			t.Fatal(err)
		}
		open := found[len(found)-1].ID
		form := boss.withToken(url.Values{"note": {"x"}, "next": {next}})
		boss.post("/staff/differences/"+id(open)+"/settle", form).wantTo("/staff")
	}
}
