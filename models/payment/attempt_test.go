package payment_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
	"luffy/models/payment"
)

// onEachUntold runs the test on each database, in a world in which Alipay tells the shop nothing by
// itself: the shop learns only what it asks, and what the test writes in Alipay's name.
func onEachUntold(t *testing.T, test func(*world)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(untold(t, modelstest.SQLite)) })
	t.Run("mariadb", func(t *testing.T) { test(untold(t, modelstest.MariaDB)) })
}

func untold(t *testing.T, open opener, options ...func(*models.Options)) *world {
	t.Helper()
	w := newSilentWorld(t, open, options...)
	w.Service = w.service(modelstest.AppID, "https://shop.example/")
	t.Cleanup(w.asked)
	return w
}

// asked waits for the questions that AskSoon began.
func (w *world) asked() {
	w.t.Helper()
	w.must(w.Wait(context.Background()))
}

// advance is forward without the waiting: in an untold world no notify is ever delivered.
func (w *world) advance(d time.Duration) {
	w.t.Helper()
	w.must(w.alipay.Advance(d))
}

// attempt places an order of one course, 99.00, and opens an attempt to pay it.
func (w *world) attempt() models.Payment {
	w.t.Helper()
	return modelstest.Attempt(w.t, w.db, w.order())
}

// payAttempt pays at the cashier, without the shop being told.
func (w *world) payAttempt(p models.Payment) sandbox.Trade {
	w.t.Helper()
	link, err := w.Start(w.t.Context(), w.ann.ID, p.OutTradeNo[:models.OrderNumberLength], payment.Phone)
	w.must(err)
	w.browse(link)
	trade, exists := w.alipay.Trade(p.OutTradeNo)
	if !exists || trade.Status != sandbox.TradeSuccess {
		w.t.Fatalf("paying %s: got trade %v %+v", p.OutTradeNo, exists, trade)
	}
	return trade
}

// orderOf reads the order of an attempt.
func (w *world) orderOf(p models.Payment) models.OrderView {
	w.t.Helper()
	return w.view(models.Order{UserID: w.ann.ID, OrderNumber: p.OutTradeNo[:models.OrderNumberLength]})
}

func (w *world) exec(statement string, args ...any) {
	w.t.Helper()
	_, err := w.db.SQL().ExecContext(w.t.Context(), statement, args...)
	w.must(err)
}

// wantEvents compares the stored messages, each as "source verdict reason", oldest first.
func (w *world) wantEvents(want ...string) {
	w.t.Helper()
	rows, err := w.db.SQL().QueryContext(w.t.Context(), "SELECT source, verdict, reason FROM ly_payment_event ORDER BY id")
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	var got []string
	for rows.Next() {
		var word [3]string
		if err := rows.Scan(&word[0], &word[1], &word[2]); err != nil {
			w.t.Fatal(err)
		}
		got = append(got, strings.Join(word[:], " "))
	}
	if err := rows.Err(); err != nil || !slices.Equal(got, want) {
		w.t.Errorf("got events %q, %v; want %q", got, err, want)
	}
}
