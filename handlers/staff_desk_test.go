package handlers_test

import (
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

// When no notify arrives, the desk names the address that Alipay should reach, however LUFFY_BASE_URL is
// written.
func TestDeskNamesTheAddressOfNotifies(t *testing.T) {
	now := newHandClock()
	w := newWorld(t, modelstest.SQLite(t, modelstest.At(now.now)), func(s *setup) {
		s.now, s.baseURL = now.now, "http://shop.example/"
	})
	boss, student := w.shopkeeper("boss"), modelstest.Student(t, w.db, "ann")
	for range models.NotifyWatched {
		modelstest.Paid(t, w.db, student, w.stock.Plain.For(30))
	}
	now.advance(time.Hour)
	boss.open("/staff").wantNoText("main", "收不到支付宝的通知")
	w.exec("DELETE FROM ly_payment_event")
	boss.open("/staff").wantText("#unnotified .number", "http://shop.example/payments/notify")
}
