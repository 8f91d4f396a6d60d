package payment_test

import (
	"net/http"
	"net/url"
	"strings"

	"luffy/models"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
	"luffy/models/payment"
)

// order makes an unpaid order of ann's for the offers, by default for the plain course at 99.00.
func (w *world) order(offers ...models.Offer) models.Order {
	w.t.Helper()
	if len(offers) == 0 {
		offers = []models.Offer{w.stock.Plain.For(30)}
	}
	return modelstest.Order(w.t, w.db, w.ann, offers...)
}

// start returns the link with which ann pays the order.
func (w *world) start(o models.Order) string {
	w.t.Helper()
	link, err := w.Start(w.t.Context(), o.UserID, o.OrderNumber, payment.Desktop)
	w.must(err)
	return link
}

// pay pays at the cashier and waits until Alipay has told the shop, unless a fault prevents that.
func (w *world) pay(link string) {
	w.t.Helper()
	w.must(w.alipay.Pay(link, ""))
	w.delivered()
}

// paid makes an order of ann's and pays it.
func (w *world) paid(offers ...models.Offer) models.Order {
	w.t.Helper()
	o := w.order(offers...)
	w.pay(w.start(o))
	w.wantStatus(o, models.OrderPaid)
	return o
}

// browse goes through the cashier as a browser does, and returns the query with which Alipay sends the
// browser back to the shop.
func (w *world) browse(link string) string {
	w.t.Helper()
	cashier := w.location(http.MethodGet, link, nil)
	form := url.Values{"buyer": {sandbox.BuyerRich}, "password": {sandbox.Password}}
	if !strings.Contains(cashier, "/wap/") {
		w.location(http.MethodPost, cashier+"/login", form)
	}
	w.location(http.MethodPost, cashier+"/pay", form)
	_, query, _ := strings.Cut(w.location(http.MethodGet, cashier+"/return", nil), "?")
	return query
}

// location makes a request and returns the address to which the answer redirects.
func (w *world) location(method, address string, form url.Values) string {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, address, strings.NewReader(form.Encode()))
	w.must(err)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	w.must(err)
	defer response.Body.Close()
	location := response.Header.Get("Location")
	if location == "" {
		w.t.Fatalf("%s %s: got status %d, want a redirect", method, address, response.StatusCode)
	}
	return location
}
