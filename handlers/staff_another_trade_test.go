package handlers_test

import (
	"testing"

	"luffy/models/modelstest"
)

// Money that no row can hold waits on the desk and on the page of its order, with what to do about it,
// until somebody says that it was done.
func TestStaffSeesAnotherTrade(t *testing.T) {
	eachWorld(t, func(w *world) {
		payment := w.attempt(modelstest.Student(w.t, w.db, "ann"))
		body := notifyOf(payment)
		w.notify(body.signed()).wantAnswer(w.t, true)
		other := "2026112222001439889999999999"
		w.notify(body.with("notify_id", "n5", "trade_no", other).signed()).wantAnswer(w.t, true)
		boss, order := w.shopkeeper("boss"), staffPath(payment.OutTradeNo)
		words := []string{"同一次付款的第二笔交易", "支付宝 " + payment.Amount.Yuan(), "在支付宝后台按下面的交易号退回", other}
		boss.open("/staff").wantText("#differences", words...)
		p := boss.open(order)
		p.wantText("#waiting", words...)
		p.wantText("main", "没有自动退回，等待处理 another_trade")
		p.wantNoText("main", "这笔退回")
		settle := p.attrs(`#waiting form[action^="/staff/differences/"]`, "action")[0]
		boss.follow(boss.submit(p, settle, "note", "支付宝后台已退回")).wantText("#acts", "关闭账单差异", "支付宝后台已退回")
		if n := boss.open(order).Find("#waiting").Length(); n != 0 {
			w.t.Errorf("got %d lists of work, want none", n)
		}
	})
}
