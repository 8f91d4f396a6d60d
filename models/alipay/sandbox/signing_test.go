package sandbox_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The shop's side of the protocol, as short as can be and independent of both packages under it.

func signed(params map[string]string) url.Values {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if params[name] != "" {
			pairs = append(pairs, name+"="+params[name])
		}
	}
	digest := sha256.Sum256([]byte(strings.Join(pairs, "&")))
	signature, err := rsa.SignPKCS1v15(nil, appKey(), crypto.SHA256, digest[:])
	if err != nil {
		panic(err)
	}
	form := url.Values{"sign": {base64.StdEncoding.EncodeToString(signature)}}
	for name, value := range params {
		form.Set(name, value)
	}
	return form
}

// genuine says whether Alipay's key signed the text.
func genuine(w *world, text, signature string) bool {
	block, _ := pem.Decode(w.s.PublicKeyPEM())
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		w.t.Fatal(err)
	}
	raw, err := base64.StdEncoding.DecodeString(signature)
	digest := sha256.Sum256([]byte(text))
	return err == nil && rsa.VerifyPKCS1v15(key.(*rsa.PublicKey), crypto.SHA256, digest[:], raw) == nil
}

// genuineForm checks a return or a notify.
func genuineForm(w *world, form url.Values) bool {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(form)) {
		if name != "sign" && name != "sign_type" {
			pairs = append(pairs, name+"="+form.Get(name))
		}
	}
	return genuine(w, strings.Join(pairs, "&"), form.Get("sign"))
}

// common returns the parameters of a request, biz being a JSON object's text or a value to encode.
func (w *world) common(method string, biz any) map[string]string {
	w.t.Helper()
	content, isText := biz.(string)
	if !isText {
		raw, err := json.Marshal(biz)
		if err != nil {
			w.t.Fatal(err)
		}
		content = string(raw)
	}
	return map[string]string{
		"app_id": appID, "method": method, "format": "JSON", "charset": "utf-8", "sign_type": "RSA2", "version": "1.0",
		"timestamp": beijing(w.now()), "biz_content": content,
		"return_url": w.shop.server.URL + "/result", "notify_url": w.shop.server.URL + "/notify",
	}
}

func beijing(t time.Time) string {
	return t.In(time.FixedZone("", 8*60*60)).Format("2006-01-02 15:04:05")
}
