package payment_test

import (
	"io"
	"net/http"

	"luffy/models/modelstest"
	"luffy/models/modelstest/logwatch"
	"luffy/models/payment"
)

// answered is the shop, where something happens as soon as it has read an answer of Alipay's and before
// it works on that.
func (w *world) answered(happens func()) *payment.Service {
	w.t.Helper()
	return payment.New(payment.Config{
		DB: w.db, Alipay: w.newClient(&http.Client{Transport: answers{happens}}),
		AppID: modelstest.AppID, BaseURL: "https://shop.example",
		Log: logwatch.New(w.t, io.Discard),
	})
}

// answers is a transport that tells when an answer was read.
type answers struct{ read func() }

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := http.DefaultTransport.RoundTrip(r)
	if err == nil {
		response.Body = answerBody{response.Body, a.read}
	}
	return response, err
}

type answerBody struct {
	io.ReadCloser
	read func()
}

func (b answerBody) Close() error {
	defer b.read()
	return b.ReadCloser.Close()
}
