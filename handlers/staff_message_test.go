package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
)

// messages are the addresses of the messages that an order's page lists, oldest first.
func (b *browser) messages(number string) []string {
	b.t.Helper()
	return b.open(staffPath(number)).attrs(`a[href^="/staff/messages/"]`, "href")
}

// From an order's list each message leads to what it says: every parameter decoded on a line of its
// own, the text as it came, and whether Alipay signed it.
func TestStaffMessage(t *testing.T) {
	eachWorld(t, func(w *world) {
		b, ann := w.student("ann")
		number := w.boughtTwo(b, ann)
		boss := w.shopkeeper("boss")
		boss.submit(boss.open(staffPath(number)), staffPath(number)+"/ask")
		trade, _ := w.alipay.Trade(number)
		seen := map[string]bool{}
		for _, address := range boss.messages(number) {
			p := boss.open(address)
			if got := p.header.Get("Cache-Control"); got != "no-store" {
				w.t.Errorf("%s: got Cache-Control %q, want no-store", address, got)
			}
			p.wantText("#fields", "out_trade_no", number, "trade_no", trade.TradeNo, "total_amount", "350.99")
			p.wantText("#raw", number)
			source := strings.Fields(p.text("#message-title"))[0]
			seen[source] = true
			want := "有效（按现在的支付宝公钥）"
			if source == "本店查询" {
				want = "收到时核对过，没有保存"
			}
			p.wantText(".facts", want)
			if back := p.attrs(".facts a", "href"); len(back) != 1 {
				w.t.Errorf("%s: got ways back %q, want the order", address, back)
			} else {
				boss.get(back[0]).wantTo(staffPath(number))
			}
		}
		if !seen["支付宝通知"] || !seen["本店查询"] {
			w.t.Errorf("got messages from %v, want a notify and an answer among them", seen)
		}
		boss.get("/staff/messages/99999").want(http.StatusNotFound)
		boss.get("/staff/messages/x").want(http.StatusNotFound)
	})
}

// Anybody can send messages. What is shown of one is text, however strange, and bounded.
func TestStaffMessageOfAStranger(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	order := modelstest.Order(t, w.db, modelstest.Student(t, w.db, "ann"), w.stock.Plain.For(30))
	boss := w.shopkeeper("boss")
	forged := url.Values{
		"out_trade_no": {order.OrderNumber}, "subject": {"<script>alert(1)</script>"},
		"body": {"\u202e\x00反"}, "gbk": {"\xb0\xa1"},
		"<b>": {"x"}, "sign": {"x"}, "sign_type": {"RSA2"}, "long": {strings.Repeat("长", 3000)},
	}.Encode()
	for _, raw := range []string{forged, "%zz", strings.Repeat("x", 60<<10), "", "{}"} {
		event := models.PaymentEvent{
			ReceivedAt: w.db.Now(), Source: models.SourceNotify, OutTradeNo: order.OrderNumber, Verdict: models.VerdictRefused,
			Reason: "signature", Raw: []byte(raw),
		}
		if err := w.db.RecordEvent(t.Context(), event); err != nil {
			t.Fatal(err)
		}
	}
	addresses := boss.messages(order.OrderNumber)
	first := boss.open(addresses[0])
	first.wantText(".note", "任何人都可能发来")
	first.wantText(".facts", "无效：签名")
	first.wantText("#fields", "<script>alert(1)</script>", "\ufffd\ufffd反", "<b>")
	if n := first.Find("#fields script, #fields b, #raw script").Length(); n != 0 || strings.Contains(first.body, "\x00") {
		t.Errorf("got %d elements out of a message, want text alone", n)
	}
	if n := strings.Count(first.text("#fields"), "长"); n != 2000 {
		t.Errorf("got %d characters of a long value, want the first 2000", n)
	}
	boss.open(addresses[1]).wantText("#fields", "不是支付宝的格式")
	long := boss.open(addresses[2])
	long.wantText("#raw", "共 61440 字节，这里是前 16384 字节", "luffy message")
	if n := strings.Count(long.text("#raw .raw"), "x"); n != 16<<10 {
		t.Errorf("got %d bytes of a long message, want the first 16384", n)
	}
	boss.open(addresses[3]).wantText("#fields", "没有内容")
}
