package alipay

import (
	"encoding/json"
	"os"
	"testing"
)

// realCase is one message that Alipay really signed, or a variant of one; see testdata/alipay_real.json.
type realCase struct {
	ID        string `json:"id"`
	Kind      string `json:"kind"`
	Raw       string `json:"raw"`
	PublicKey string `json:"public_key_pem"`
	SignType  string `json:"sign_type"`
	Expect    string `json:"expect"`
	Why       string `json:"why"`
}

func realCases(t testing.TB) []realCase {
	t.Helper()
	text, err := os.ReadFile("testdata/alipay_real.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []realCase
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

func (c realCase) verify() error {
	key, err := ParsePublicKey([]byte(c.PublicKey))
	if err != nil {
		return err
	}
	if c.Kind == "response" {
		_, err := VerifyResponse([]byte(c.Raw), "", key)
		return err
	}
	m, err := ParseMessage(c.Raw)
	if err != nil {
		return err
	}
	return VerifyMessage(m, key)
}

func TestRealMessages(t *testing.T) {
	t.Parallel()
	cases := realCases(t)
	if got, want := len(cases), 124; got != want {
		t.Errorf("number of cases = %d, want %d", got, want)
	}
	for _, c := range cases {
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			// Genuine, but SHA-1 under a key of 1024 bits: the shop speaks RSA2 only.
			wantValid := c.Expect == "valid" && c.SignType == "RSA2"
			err := c.verify()
			if gotValid := err == nil; gotValid != wantValid {
				t.Errorf("valid = %t (%v), want %t: %s", gotValid, err, wantValid, c.Why)
			}
		})
	}
}
