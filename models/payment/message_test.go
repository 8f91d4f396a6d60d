package payment_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/url"
	"slices"
	"strings"

	"luffy/models"
	"luffy/models/modelstest"
)

// fields are a message of Alipay before it is signed.
type fields map[string]string

// notifyOf is the notify of a payment in full, made half a minute before noon in Beijing.
func notifyOf(p models.Payment) fields {
	return fields{
		"notify_id": "n1", "app_id": modelstest.AppID, "seller_id": sellerID, "charset": "utf-8", "sign_type": "RSA2",
		"out_trade_no": p.OutTradeNo, "trade_no": "2026112122001439881000120282", "trade_status": "TRADE_SUCCESS",
		"total_amount": p.Amount.String(), "gmt_payment": "2026-11-21 11:59:30",
	}
}

// returnOf is the return of a payment in full.
func returnOf(p models.Payment) fields {
	return fields{
		"app_id": modelstest.AppID, "seller_id": sellerID, "charset": "utf-8", "sign_type": "RSA2",
		"out_trade_no": p.OutTradeNo, "trade_no": "2026112122001439881000120282", "total_amount": p.Amount.String(),
	}
}

// signed writes the message as Alipay does. changes are names and their new values in turn; the value
// "-" removes the name.
func (f fields) signed(changes ...string) string {
	f = maps.Clone(f)
	for i := 0; i < len(changes); i += 2 {
		if f[changes[i]] = changes[i+1]; changes[i+1] == "-" {
			delete(f, changes[i])
		}
	}
	var pairs []string
	form := url.Values{}
	for _, name := range slices.Sorted(maps.Keys(f)) {
		form.Set(name, f[name])
		if name != "sign_type" {
			pairs = append(pairs, name+"="+f[name])
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
