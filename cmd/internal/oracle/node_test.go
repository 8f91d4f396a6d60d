package oracle

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"testing"
	"time"

	"luffy/models/alipay"
	"luffy/models/alipay/sandbox"
)

// TestNodeSDK runs oracle.mjs. `make oracles` installs the SDK with npm first; without it the test is skipped.
func TestNodeSDK(t *testing.T) {
	if _, err := os.Stat("node_modules/alipay-sdk"); err != nil {
		t.Skip("SKIPPED: the SDK for Node is not installed; make oracles does that")
	}
	w := newWorld(t)
	given, err := json.Marshal(map[string]any{
		"gateway": w.gateway, "appId": appID, "subject": subject, "buyer": sandbox.BuyerRich, "password": sandbox.Password,
		"appPrivateKey": privateText(t, w.app), "appPublicKey": publicText(t, &w.app.PublicKey),
		"alipayPublicKey": publicText(t, &w.alipay.PublicKey), "links": w.ourLinks(),
		"day": w.sandbox.Now().In(alipay.Zone).Format(time.DateOnly),
	})
	w.must(err)
	w.must(w.sandbox.Advance(48 * time.Hour)) // so that the day has its bill
	node := exec.CommandContext(t.Context(), "node", "oracle.mjs")
	node.Stdin = bytes.NewReader(given)
	out, err := node.CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("got %v and the faults\n%s", err, out)
	}
}

// ourLinks are those of the shop's client for both cashiers.
func (w *world) ourLinks() []string {
	w.t.Helper()
	pay := alipay.PagePay{
		OutTradeNo: "OURS1", Amount: 1000, Subject: subject, Body: subject, Expires: time.Now().Add(time.Hour),
		ReturnURL: "https://shop.example/return", NotifyURL: "https://shop.example/notify",
		QuitURL: "https://shop.example/quit",
	}
	page, err := w.ours().PagePayURL(pay)
	w.must(err)
	wap, err := w.ours().WapPayURL(pay)
	w.must(err)
	return []string{page, wap}
}
