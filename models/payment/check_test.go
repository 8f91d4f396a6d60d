package payment_test

import (
	"crypto/rsa"
	"io"
	"strings"
	"testing"

	"luffy/models"
	"luffy/models/alipay"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
	"luffy/models/modelstest/logwatch"
	"luffy/models/payment"
)

// What is wrong with a setting is said before a student meets it at the cashier.
func TestCheckOfTheSettings(t *testing.T) {
	for name, c := range map[string]struct {
		change func(w *world, c *alipay.Config)
		want   string
	}{
		"all right": {func(*world, *alipay.Config) {}, ""},
		"no gateway": {
			func(w *world, c *alipay.Config) {
				c.Gateway = strings.Replace(w.gateway, "/gateway", "/old/gateway", 1)
			}, "HTTP 404",
		},
		"nobody there":    {func(_ *world, c *alipay.Config) { c.Gateway = "http://127.0.0.1:1/gateway.do" }, "refused"},
		"no such app":     {func(_ *world, c *alipay.Config) { c.AppID = "2021000000000009" }, "invalid-app-id"},
		"another app key": {func(_ *world, c *alipay.Config) { c.AppPrivateKey = newKey() }, "invalid-signature"},
		"another Alipay's key": {
			func(_ *world, c *alipay.Config) { c.AlipayPublicKeys = []*rsa.PublicKey{&newKey().PublicKey} },
			"signature",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, modelstest.SQLite)
			config := alipay.Config{
				Gateway: w.gateway, AppID: modelstest.AppID, SellerID: sellerID, AppPrivateKey: appKey(),
				AlipayPublicKeys: []*rsa.PublicKey{&alipayKey().PublicKey}, Now: w.alipay.Now,
			}
			c.change(w, &config)
			client, err := alipay.NewClient(config)
			w.must(err)
			err = payment.New(payment.Config{
				DB: w.db, Alipay: client, AppID: config.AppID, Log: logwatch.New(t, io.Discard),
			}).Check(t.Context())
			if (err != nil) != (c.want != "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// An attempt to pay and a refund that were begun under another app are named with it, until they ended.
func TestCheckOfTheApps(t *testing.T) {
	onEach(t, func(w *world) {
		const old = "2021000000000009"
		exec := func(query string, args ...any) {
			w.t.Helper()
			_, err := w.db.SQL().ExecContext(w.t.Context(), query, args...)
			w.must(err)
		}
		want := func(when, text string) {
			w.t.Helper()
			err := w.Check(w.t.Context())
			if (err != nil) != (text != "") || err != nil && !strings.Contains(err.Error(), text) {
				w.t.Errorf("%s: got %v, want %q", when, err, text)
			}
		}
		sold := w.paid()
		w.fault(sandbox.Fault{Name: sandbox.SellerBalance})
		w.refund(models.NewRefund{OrderNumber: sold.OrderNumber, Amount: 1})
		w.start(w.order())
		want("under one app", "")
		exec("UPDATE ly_payment SET app_id = ''")
		want("from an older shop", "")
		exec("UPDATE ly_payment SET app_id = ?", old)
		want("under another", "1 attempts to pay are open and 1 refunds wait under app "+old)
		exec("UPDATE ly_refund SET state = ?", models.RefundDone)
		exec("UPDATE ly_payment SET state = ?, ask_at = NULL", models.PaymentClosed)
		want("when all has ended", "")
	})
}
