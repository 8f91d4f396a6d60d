package handlers_test

import (
	"strconv"
	"sync"
	"testing"

	"luffy/models"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
)

// atOnce runs all of them together and waits for the last.
func atOnce(all ...func()) {
	var running, ready sync.WaitGroup
	ready.Add(1)
	for _, f := range all {
		running.Go(func() { ready.Wait(); f() })
	}
	ready.Done()
	running.Wait()
}

// wantOnce checks every effect of the one fulfilment of an order of one course with coupon and points.
func (w *world) wantOnce(user models.User, number string) {
	w.t.Helper()
	w.wantPaid(number, true)
	for what, query := range map[string]string{
		"fulfilments":   "SELECT COUNT(*) FROM ly_payment_event WHERE verdict = 'accepted'",
		"paid attempts": "SELECT COUNT(*) FROM ly_payment WHERE state = 'paid' AND trade_no IS NOT NULL",
		"points spent":  "SELECT COUNT(*) FROM ly_credit WHERE opera = 2 AND number = -100",
		"used coupons":  "SELECT COUNT(*) FROM ly_user_coupon WHERE used_at IS NOT NULL",
		"counted":       "SELECT COUNT(*) FROM ly_student_delta",
		"students won":  "SELECT SUM(delta) FROM ly_student_delta",
		"balanced ledger": `SELECT COUNT(*) FROM ly_user
			WHERE credit = 900 AND credit_held = 0 AND (SELECT SUM(number) FROM ly_credit) = 900`,
	} {
		if got := w.count(query); got != 1 {
			w.t.Errorf("%s of student %d: got %d, want 1", what, user.ID, got)
		}
	}
}

// orderWithAll places an order of 310.00 with a coupon and 100 points.
func (w *world) orderWithAll(user models.User) models.Order {
	w.t.Helper()
	coupon, err := w.db.GiveCoupon(w.t.Context(), user.ID, modelstest.CouponOff)
	if err != nil {
		w.t.Fatal(err)
	}
	modelstest.FillCart(w.t, w.db, user, w.stock.Plain.For(0))
	return modelstest.PlaceOrder(w.t, w.db, user, models.Choice{Coupon: coupon.ID, Points: 100})
}

func TestFiftyNotifiesAtOnce(t *testing.T) {
	w := newWorld(t, modelstest.MariaDB(t))
	ann := modelstest.Student(t, w.db, "ann")
	payment := modelstest.Attempt(t, w.db, w.orderWithAll(ann))
	body := notifyOf(payment).signed()
	posts := make([]func(), 50)
	for i := range posts {
		posts[i] = func() { w.notify(body).wantAnswer(t, true) }
	}
	atOnce(posts...)
	w.wantOnce(ann, payment.OutTradeNo)
	if n := w.count("SELECT COUNT(*) FROM ly_payment_event WHERE verdict = 'duplicate'"); n != 49 {
		t.Errorf("got %d duplicates, want 49", n)
	}
}

// The simulator's notify, three copies of it, the return in two browsers and the result page's
// questions, all at once, make one fulfilment.
func TestNotifyReturnAndQueryAtOnce(t *testing.T) {
	for round := range 5 {
		t.Run(strconv.Itoa(round), func(t *testing.T) {
			w := newWorld(t, modelstest.MariaDB(t))
			w.fault(sandbox.Fault{Name: sandbox.NotifyDrop})
			b, ann := w.student("ann")
			order := w.orderWithAll(ann)
			returnURL := b.payAt(b.submit(b.open("/myorder/"), "/orders/"+order.OrderNumber+"/pay").payLink())
			trade, _ := w.alipay.Trade(order.OrderNumber)
			attempt := models.Payment{OutTradeNo: order.OrderNumber, Amount: order.RealPrice}
			notify := notifyOf(attempt).with("trade_no", trade.TradeNo).signed()
			post := func() { w.notify(notify).wantAnswer(t, true) }
			visit := func() { w.browser().get(returnURL).wantTo(resultPath(order.OrderNumber)) }
			look := func() { b.open(resultPath(order.OrderNumber)) }
			send := func() {
				if err := w.alipay.Resend(w.alipay.Events()[0].NotifyID); err != nil {
					t.Error(err)
				}
			}
			atOnce(post, visit, look, send, post, visit, look, post)
			w.asked()
			w.delivery(order.OrderNumber, 1)
			w.wantOnce(ann, order.OrderNumber)
		})
	}
}

// Orders of the same courses, chosen in different sequence, can be paid at once, and none makes another
// fail.
func TestManyOrdersOfTheSameCoursesAtOnce(t *testing.T) {
	w := newWorld(t, modelstest.MariaDB(t))
	ann := modelstest.Student(t, w.db, "ann")
	posts := make([]func(), 30)
	for i := range posts {
		offers := []models.Offer{w.stock.Plain.For(30), w.stock.Rate.For(30), w.stock.Step.For(30)}
		offers[0], offers[i%3] = offers[i%3], offers[0]
		body := notifyOf(modelstest.Attempt(t, w.db, modelstest.Order(t, w.db, ann, offers...))).signed()
		posts[i] = func() { w.notify(body).wantAnswer(t, true) }
	}
	atOnce(posts...)
	if got := w.count("SELECT COUNT(*) FROM ly_user_course"); got != 90 {
		t.Errorf("got %d purchase records, want 90", got)
	}
	// Each purchase lengthens the right by its own 30 days: none may start from an end that another
	// has moved.
	got := w.count("SELECT COUNT(DISTINCT out_time) FROM ly_user_course WHERE course_id = ?", w.stock.Plain.ID)
	if got != 30 {
		t.Errorf("got %d different ends of one right, want 30", got)
	}
	if got := w.count("SELECT SUM(delta) FROM ly_student_delta"); got != 3 {
		t.Errorf("got %d new students, want one for each course", got)
	}
}
