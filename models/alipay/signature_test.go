package alipay

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"net/url"
	"os"
	"strings"
	"testing"
)

// vectorText and vectorSign were made with OpenSSL: openssl dgst -sha256 -sign
// testdata/vector_private_key.pem | base64.
const (
	vectorText = `app_id=2016091600523592&biz_content={"out_trade_no":"20190929151453000001000020",` +
		`"total_amount":"310.00","subject":"路飞学城-Python 课程"}&charset=utf-8&format=JSON&method=alipay.trade.page.pay` +
		`&notify_url=https://shop.example/payments/notify&sign_type=RSA2&timestamp=2019-09-29 15:14:53&version=1.0`
	vectorSign = "lW2JVdCxBh4CY6mZ7f90cKeExD6sC3B8Tea/W8xfDNPV546cNOVHavfm0ovmXn7IKDaMv5939Qqfq0wAtezIrb5/" +
		"12SkJtVn8ehJCbBV1u7BVsTxwCPleRs820Doh+nEhrRoVgLrBiXgg7w6CHxvg+Lrr7+Yv9wRfQEsX0w/a3SzptDo" +
		"OPQJhOAjtWNAsfCnqunSODPotzy+CF6X9CkELnBfELWr48ie0iqexHxSfJ+fw+gCPgbMVQR28aepI28PGX3Y9CUH" +
		"5MzPw8iMylLM6MzwL56okDLEinYJkdmzu4kPVVErK1ifLNBNLUrofILiW17I3uTgoPx+B17VL1KpzQ=="
)

func vectorKeys(t *testing.T) (*rsa.PrivateKey, *rsa.PublicKey) {
	t.Helper()
	read := func(name string) []byte {
		text, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	private, err := ParsePrivateKey(read("vector_private_key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	public, err := ParsePublicKey(read("vector_public_key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	return private, public
}

func TestSignatureIsOpenSSLs(t *testing.T) {
	t.Parallel()
	private, public := vectorKeys(t)
	if got := mustSign(t, vectorText, private); got != vectorSign {
		t.Errorf("sign = %q, want %q", got, vectorSign)
	}
	if err := verify([]byte(vectorText), vectorSign, []*rsa.PublicKey{public}); err != nil {
		t.Errorf("verify: %v, want nil", err)
	}
}

func TestRequestTextIsTheVectors(t *testing.T) {
	t.Parallel()
	params := url.Values{}
	for part := range strings.SplitSeq(vectorText, "&") {
		name, value, _ := strings.Cut(part, "=")
		params.Set(name, value)
	}
	if got := string(requestText(params)); got != vectorText {
		t.Errorf("requestText = %q, want %q", got, vectorText)
	}
}

func TestVerifyMessageReasons(t *testing.T) {
	t.Parallel()
	text := "out_trade_no=1&subject=a b"
	good := mustSign(t, text, alipayKey())
	form := func(sign, signType string) string {
		values := url.Values{"out_trade_no": {"1"}, "subject": {"a b"}, "sign": {sign}}
		if signType != "" {
			values.Set("sign_type", signType)
		}
		return values.Encode()
	}
	tests := map[string]struct {
		raw  string
		want error
	}{
		"good":              {form(good, "RSA2"), nil},
		"without sign_type": {form(good, ""), nil},
		"no sign":           {form("", "RSA2"), ErrNoSign},
		"RSA":               {form(good, "RSA"), ErrSignType},
		"lower case":        {form(good, "rsa2"), ErrSignType},
		"empty sign_type":   {form(good, "") + "&sign_type=", ErrSignType},
		"no padding":        {form(strings.TrimRight(good, "="), "RSA2"), ErrSignEncoding},
		"line break":        {form(good[:64]+"\n"+good[64:], "RSA2"), ErrSignEncoding},
		"space in front":    {form(" "+good, "RSA2"), ErrSignEncoding},
		"loose last bits":   {form(good[:len(good)-3]+nextLetter(good[len(good)-3])+"==", "RSA2"), ErrSignEncoding},
		"cut off":           {form(good[:172], "RSA2"), ErrSignature},
		"signed by the app": {form(mustSign(t, text, appKey()), "RSA2"), ErrSignature},
		"signed with SHA-1": {form(sha1Sign(t, text), "RSA2"), ErrSignature},
		"sign_type signed in": {
			form(mustSign(t, "out_trade_no=1&sign_type=RSA2&subject=a b", alipayKey()), "RSA2"), ErrSignature,
		},
		"one more pair": {form(good, "RSA2") + "&x=1", ErrSignature},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := ParseMessage(tt.raw)
			if err != nil {
				t.Fatal(err)
			}
			if err := VerifyMessage(m, &alipayKey().PublicKey); !errors.Is(err, tt.want) {
				t.Errorf("VerifyMessage: %v, want %v", err, tt.want)
			}
		})
	}
}

func TestVerifyMessageTakesAnyOfItsKeys(t *testing.T) {
	t.Parallel()
	m, err := ParseMessage(signedForm(t, map[string]string{"a": "1"}))
	if err != nil {
		t.Fatal(err)
	}
	if err := VerifyMessage(m, &appKey().PublicKey, &alipayKey().PublicKey); err != nil {
		t.Errorf("second key is the right one: %v, want nil", err)
	}
	if err := VerifyMessage(m, &appKey().PublicKey); Reason(err) != "signature" {
		t.Errorf("wrong key: %v, want the reason signature", err)
	}
	if err := VerifyMessage(m); !errors.Is(err, ErrSignature) {
		t.Errorf("no key: %v, want ErrSignature", err)
	}
}

// nextLetter returns a base64 letter that differs from c only in the bits that the padding makes meaningless.
func nextLetter(c byte) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	return alphabet[strings.IndexByte(alphabet, c)+1:][:1]
}

func sha1Sign(t *testing.T, text string) string {
	t.Helper()
	digest := sha1.Sum([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, alipayKey(), crypto.SHA1, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(signature)
}

func BenchmarkVerifyNotify(b *testing.B) {
	var notify realCase
	for _, c := range realCases(b) {
		if c.ID == "ntf-alipay-sdk-node" {
			notify = c
		}
	}
	key, err := ParsePublicKey([]byte(notify.PublicKey))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		m, err := ParseMessage(notify.Raw)
		if err != nil {
			b.Fatal(err)
		}
		if err := VerifyMessage(m, key); err != nil {
			b.Fatal(err)
		}
	}
}
