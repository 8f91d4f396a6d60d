package handlers_test

import (
	"testing"
)

// O15: 删除 asks for confirmation and takes the order out of My Orders; its own page stays.
func TestHide(t *testing.T) {
	eachWorld(t, func(w *world) {
		b, ann := w.student("ann")
		number := w.closed(ann, w.stock.Plain.For(30))
		path := "/orders/" + number
		if b.open("/myorder/").Find("a[href='"+path+"/hide']").Length() != 1 {
			w.t.Fatal("My Orders has no link 删除")
		}
		ask := b.open(path + "/hide")
		ask.wantText("h1", "要删除这个订单吗")
		done := b.submit(ask, path+"/hide")
		done.wantTo("/myorder/")
		orders := b.follow(done)
		orders.wantText(".flash", number, "已从我的订单中删除")
		orders.wantText("main", "您还没有订单")
		b.open(path).wantText("main", number, "您已从我的订单中删除这个订单")
		if b.open(path).Find("a[href$='/hide']").Length() != 0 {
			w.t.Error("a deleted order offers to be deleted")
		}
		b.get(path + "/hide").wantTo(path)
		if n := w.count("SELECT COUNT(*) FROM ly_order WHERE hidden_at IS NOT NULL"); n != 1 {
			w.t.Errorf("got %d hidden rows, want the order still there", n)
		}
	})
}
