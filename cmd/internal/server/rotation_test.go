package server

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"luffy/cmd/internal/settings"
	"luffy/models"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
	"luffy/models/payment"
)

var nextKey = sync.OnceValue(newKey)

// TestKeyRotation: a link that was made before Alipay changed its key is paid after it. With both
// keys the shop believes either, with the new one alone no longer the old.
func TestKeyRotation(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s settings.Settings, db *models.DB) {
		front := modelstest.NewFront(t)
		s.Jobs, s.BaseURL = "off", front.URL
		before, s := startAlipay(t, s, alipayKey(), 0)
		after, changed := startAlipay(t, s, nextKey(), 0)
		stock, student := modelstest.Shop(t, db), modelstest.Student(t, db, "nami")

		var orders []models.Order
		var links []string
		shop := newShop(t, s)
		for _, course := range []modelstest.Course{stock.Plain, stock.Rate, stock.Off, stock.Step} {
			made := modelstest.Order(t, db, student, course.For(0))
			link, err := shop.payments.Start(t.Context(), student.ID, made.OrderNumber, payment.Desktop)
			if err != nil {
				t.Fatal(err)
			}
			orders, links = append(orders, made), append(links, link)
		}
		shop.db.Close()
		for i, c := range []struct {
			keys   []*rsa.PrivateKey
			alipay *sandbox.Sandbox
			want   models.OrderStatus
		}{
			{[]*rsa.PrivateKey{alipayKey(), nextKey()}, before, models.OrderPaid},
			{[]*rsa.PrivateKey{alipayKey(), nextKey()}, after, models.OrderPaid},
			{[]*rsa.PrivateKey{nextKey()}, after, models.OrderPaid},
			{[]*rsa.PrivateKey{nextKey()}, before, models.OrderUnpaid},
		} {
			changed.AlipayKeyFile = keyFile(t, c.keys...)
			stop := serveBehind(t, front, changed)
			if err := c.alipay.Pay(links[i], ""); err != nil {
				t.Fatal(err)
			}
			until(t, "the notify to be answered", func() bool { return len(c.alipay.Deliveries(orders[i].OrderNumber)) > 0 })
			stop()
			if got := order(t, db, orders[i]).OrderStatus; got != c.want {
				t.Errorf("%d: a notify of a shop with %d keys: got %v, want %v", i, len(c.keys), got, c.want)
			}
			accepted := func(d sandbox.Delivery) bool { return d.Accepted }
			got := slices.ContainsFunc(c.alipay.Deliveries(orders[i].OrderNumber), accepted)
			if got != (c.want == models.OrderPaid) {
				t.Errorf("%d: got accepted %t, want the opposite", i, got)
			}
		}
	})
}

// serveBehind runs the shop behind its address until stop is called.
func serveBehind(t *testing.T, front *modelstest.Front, s settings.Settings) (stop func()) {
	t.Helper()
	r := serve(t, newShop(t, s))
	front.LeadTo(r.address)
	return func() {
		r.stop()
		if err := <-r.ended; err != nil {
			t.Errorf("Serve: %v", err)
		}
	}
}

func keyFile(t *testing.T, keys ...*rsa.PrivateKey) string {
	t.Helper()
	var text []byte
	for _, key := range keys {
		der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})...)
	}
	name := filepath.Join(t.TempDir(), "alipay.pem")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
