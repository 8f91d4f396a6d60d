package server

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"luffy/cmd/internal/settings"
	"luffy/models"
	"luffy/models/modelstest"
)

// TestNotifiesDuringTheStop: whatever moment the stop comes at, an order is booked in full or not
// at all, and booked where Alipay was told so.
func TestNotifiesDuringTheStop(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s settings.Settings, db *models.DB) {
		fixture, student := modelstest.Shop(t, db), modelstest.Student(t, db, "nami")
		attempts := make([]models.Payment, 24)
		for i := range attempts {
			made := modelstest.Order(t, db, student, fixture.Plain.For(30), fixture.Rate.For(60))
			attempts[i] = modelstest.Attempt(t, db, made)
		}
		r := serve(t, newShop(t, s))
		success := make([]bool, len(attempts))
		var answers atomic.Int64
		var sending sync.WaitGroup
		for i, attempt := range attempts {
			sending.Go(func() {
				success[i] = notify("http://"+r.address+"/payments/notify", attempt)
				if answers.Add(1) == 4 {
					r.stop()
				}
			})
		}
		sending.Wait()
		if err := <-r.ended; err != nil {
			t.Errorf("Serve: %v", err)
		}
		for i, attempt := range attempts {
			paid := wantWhole(t, db, attempt)
			if success[i] && !paid {
				t.Errorf("attempt %d: Alipay was told success, but the order is not paid", i)
			}
		}
		if !slices.Contains(success, true) {
			t.Error("no notify was answered with success before the stop")
		}
	})
}

// wantWhole wants all rows that a fulfilment writes, or none, and reports which.
func wantWhole(t *testing.T, db *models.DB, attempt models.Payment) (paid bool) {
	t.Helper()
	type rows struct {
		order         models.OrderStatus
		payment       models.PaymentState
		rights, noted int
	}
	var got rows
	err := db.SQL().QueryRowContext(t.Context(), `
		SELECT o.order_status, p.state,
			(SELECT COUNT(*) FROM ly_user_course c JOIN ly_order_detail d ON d.id = c.order_detail_id WHERE d.order_id = o.id),
			(SELECT COUNT(*) FROM ly_payment_event e WHERE e.out_trade_no = p.out_trade_no)
		FROM ly_payment p JOIN ly_order o ON o.id = p.order_id WHERE p.id = ?`, attempt.ID).Scan(
		&got.order, &got.payment, &got.rights, &got.noted)
	if err != nil {
		t.Fatal(err)
	}
	whole := rows{models.OrderPaid, models.PaymentPaid, 2, 1}
	nothing := rows{order: models.OrderUnpaid, payment: models.PaymentOpen}
	if got != whole && got != nothing {
		t.Errorf("%s: got %+v; want %+v or %+v", attempt.OutTradeNo, got, whole, nothing)
	}
	return got == whole
}

// notify sends what Alipay would and reports whether the shop took it.
func notify(address string, p models.Payment) bool {
	body := signed(map[string]string{
		"notify_id": "n-" + p.OutTradeNo, "notify_type": "trade_status_sync", "notify_time": "2026-11-22 22:30:01",
		"app_id": modelstest.AppID, "seller_id": sellerID, "charset": "utf-8", "version": "1.0", "sign_type": "RSA2",
		"out_trade_no": p.OutTradeNo, "trade_no": "20261122220014" + p.OutTradeNo[12:], "trade_status": "TRADE_SUCCESS",
		"total_amount": p.Amount.String(), "gmt_payment": "2026-11-22 22:30:00",
	})
	response, err := client.Post(address, "application/x-www-form-urlencoded; charset=utf-8", strings.NewReader(body))
	if err != nil {
		return false
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return err == nil && string(answer) == "success"
}

func signed(fields map[string]string) string {
	var pairs []string
	form := url.Values{}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		form.Set(name, fields[name])
		if name != "sign_type" {
			pairs = append(pairs, name+"="+fields[name])
		}
	}
	digest := sha256.Sum256([]byte(strings.Join(pairs, "&")))
	signature, err := rsa.SignPKCS1v15(nil, alipayKey(), crypto.SHA256, digest[:])
	if err != nil {
		panic(err)
	}
	form.Set("sign", base64.StdEncoding.EncodeToString(signature))
	return form.Encode()
}
