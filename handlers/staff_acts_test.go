package handlers_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"luffy/models"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
)

// acts are the rows of the list of acts on a page, newest first.
func (p *page) acts() []string {
	var rows []string
	for _, row := range p.Find(".acts tbody tr").EachIter() {
		rows = append(rows, strings.Join(strings.Fields(row.Text()), " "))
	}
	return rows
}

// wantActs checks that every row of the page's list has its words, in their order.
func (p *page) wantActs(want ...[]string) {
	p.t.Helper()
	got := p.acts()
	if len(got) != len(want) {
		p.t.Fatalf("got acts %q, want %d like %q", got, len(want), want)
	}
	for i, words := range want {
		rest := got[i]
		for _, word := range words {
			_, after, found := strings.Cut(rest, word)
			if !found {
				p.t.Errorf("act %d: got %q, want %q in this order", i, got[i], words)
				break
			}
			rest = after
		}
	}
}

// Who did what is on the page of the order, on that of the day, and on the list of all acts; what a
// student does is on none.
func TestStaffActs(t *testing.T) {
	eachTimedWorld(t, func(w *world, now *handClock) {
		b, _ := w.student("ann")
		boss, lily := w.shopkeeper("boss"), w.shopkeeper("lily")
		boss.open("/staff/acts").wantText("main", "还没有人操作过")
		number, request := w.askedFor(b)
		boss.submit(boss.open(staffPath(number)), staffPath(number)+"/ask").wantTo(staffPath(number))
		reject := "/staff/requests/" + id(request) + "/reject"
		lily.submit(lily.open(staffPath(number)), reject, "reason", "课程已学完").wantTo(staffPath(number))
		form := boss.giveBack(number, "?amount=9.00")
		boss.submit(form, staffPath(number)+"/refund", "reason", "补差价").wantTo(staffPath(number))
		boss.submit(form, staffPath(number)+"/refund", "reason", "补差价").wantTo(staffPath(number)) // again from the history
		ofOrder := [][]string{
			{"boss", "退款", "¥9.00", number, "补差价"},
			{"lily", "拒绝退款申请", number, "课程已学完"},
			{"boss", "向支付宝查询", number},
		}
		boss.open(staffPath(number)).wantActs(ofOrder...)

		now.advance(nextDay)
		w.fault(sandbox.Fault{Name: sandbox.BillTradeMissing, OutTradeNo: number})
		boss.compare(soldOn)
		day := boss.open("/staff/bills?date=" + soldOn)
		settle := day.attrs("#day-differences form", "action")[0]
		lily.submit(lily.open("/staff/bills?date="+soldOn), settle, "note", "次日补上")
		boss.open("/staff/export?period=" + soldOn)
		boss.open("/staff/export?period=2026-11")
		ofDay := [][]string{
			{"boss", "导出收款和退款", soldOn},
			{"lily", "关闭账单差异", number, soldOn, "次日补上"},
			{"boss", "核对账单", soldOn},
		}
		boss.open("/staff/bills?date=" + soldOn).wantActs(ofDay...)
		boss.open(staffPath(number)).wantActs(slices.Concat(ofDay[1:2], ofOrder)...)
		month := [][]string{{"boss", "导出收款和退款", "2026-11", "—"}}
		lily.open("/staff/acts").wantActs(slices.Concat(month, ofDay, ofOrder)...)
	})
}

// What is refused before anything is done leaves no act.
func TestStaffActsOfNothing(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	boss := w.shopkeeper("boss")
	boss.compare("2099-01-01").want(http.StatusUnprocessableEntity)
	boss.get("/staff/export?period=never").want(http.StatusUnprocessableEntity)
	unknown := staffPath("20190929151453000001000020")
	boss.post(unknown+"/ask", boss.withToken(url.Values{})).want(http.StatusNotFound)
	boss.open("/staff/acts").wantActs()
}

// The list is bounded, and leads on to the older ones and back.
func TestStaffActsArePaged(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	boss := w.shopkeeper("boss")
	for i := range 120 {
		act := models.StaffAct{
			DoneBy: "<b>boss</b>", Act: models.ActCompare, Period: "2026-01-05", Note: "act " + id(int64(i)),
		}
		if err := w.db.NoteAct(t.Context(), act); err != nil {
			t.Fatal(err)
		}
	}
	var notes []string
	p := boss.open("/staff/acts")
	for {
		for _, row := range p.acts() {
			notes = append(notes, row[strings.Index(row, "act "):])
		}
		if p.Find(".acts b").Length() != 0 {
			t.Error("a name became markup")
		}
		next := p.attrs("a[rel=next]", "href")
		if len(next) == 0 {
			break
		}
		p = boss.open(next[0])
	}
	if len(notes) != 120 || notes[0] != "act 119" || notes[119] != "act 0" || len(slices.Compact(notes)) != 120 {
		t.Errorf("got %d: %q, want each of 120 once, the newest first", len(notes), notes)
	}
	p.wantText(".paging", "最新的操作")
	boss.open("/staff/acts?before=1").wantText("main", "没有更早的操作了")
	for _, before := range []string{"-1", "x", "0", "99999999999999999999"} {
		if n := len(boss.open("/staff/acts?before=" + before).acts()); n != 50 {
			t.Errorf("before=%s: got %d, want the latest 50", before, n)
		}
	}
	if n := len(boss.open("/staff/bills?date=2026-01-05").acts()); n != 50 {
		t.Errorf("got %d on the page of the day, want 50", n)
	}
}

// Each question is a call to Alipay and rows of messages, so pressing again and again asks a few times
// only. What Alipay has said stays on the page, another order can be asked about, and a while later
// the same one again.
func TestStaffAskTooOften(t *testing.T) {
	eachTimedWorld(t, func(w *world, now *handClock) {
		b, _ := w.student("ann")
		boss, lily := w.shopkeeper("boss"), w.shopkeeper("lily")
		b.addToCart(w.stock.Plain.For(30))
		number := b.order().payLink().number
		ask := func(b *browser, class, text string) {
			w.t.Helper()
			b.follow(b.submit(b.open(staffPath(number)), staffPath(number)+"/ask")).wantText(class, text)
		}
		asked := func() int64 { return w.count("SELECT COUNT(*) FROM ly_payment_event WHERE source = 'query'") }
		for range 5 {
			ask(boss, ".flash:not(.flash-error)", "没有这笔交易")
		}
		before := asked()
		ask(boss, ".flash-error", "这次没有再问支付宝，什么也没有改变。支付宝最近的答复在付款记录里；请约 20 秒后再查询。")
		ask(lily, ".flash-error", "请约 20 秒后再查询")
		if got := asked(); got != before {
			w.t.Errorf("got %d more messages, want none", got-before)
		}
		if n := len(boss.open(staffPath(number)).acts()); n != 5 {
			w.t.Errorf("got %d acts, want the five questions", n)
		}
		b.addToCart(w.stock.Rate.For(30))
		other := b.order().payLink().number
		boss.follow(boss.submit(boss.open(staffPath(other)), staffPath(other)+"/ask")).wantText(".flash", "没有这笔交易")
		now.advance(20 * 1e9)
		ask(lily, ".flash:not(.flash-error)", "没有这笔交易")
	})
}
