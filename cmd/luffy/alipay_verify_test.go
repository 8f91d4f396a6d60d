package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"strings"
	"testing"
)

type realCase struct {
	ID        string `json:"id"`
	Kind      string `json:"kind"`
	Raw       string `json:"raw"`
	PublicKey string `json:"public_key_pem"`
	SignType  string `json:"sign_type"`
	Charset   string `json:"charset"`
	Expect    string `json:"expect"`
}

func realCases(t *testing.T) map[string]realCase {
	t.Helper()
	text, err := os.ReadFile("../../models/alipay/testdata/alipay_real.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []realCase
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	cases := make(map[string]realCase, len(list))
	for _, c := range list {
		cases[c.ID] = c
	}
	return cases
}

// runVerify returns the exit code and what was printed.
func runVerify(stdin string, args ...string) (code int, stdout, stderr string) {
	var out, errOut strings.Builder
	code = alipayVerify(args, strings.NewReader(stdin), &out, &errOut)
	return code, out.String(), errOut.String()
}

func TestAlipayVerifyJudgesRealMessages(t *testing.T) {
	t.Parallel()
	for id, c := range realCases(t) {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			key := writeKey(t, c.PublicKey)
			code, stdout, stderr := runVerify(c.Raw+"\n", "--kind", c.Kind, "--public-key", key, "--charset", c.Charset)
			wantCode, wantStart := 1, "invalid: "
			if c.Expect == "valid" && c.SignType == "RSA2" {
				wantCode, wantStart = 0, "valid\n"
			}
			if code != wantCode || !strings.HasPrefix(stdout, wantStart) || strings.Count(stdout, "\n") != 1 || stderr != "" {
				t.Errorf("exit %d, stdout %q, stderr %q; want exit %d, one line %q", code, stdout, stderr, wantCode, wantStart)
			}
		})
	}
}

func TestAlipayVerifyReadsAddressesAndLines(t *testing.T) {
	t.Parallel()
	c := realCases(t)["ret-seed-as-signed"]
	key := writeKey(t, c.PublicKey)
	tests := map[string]struct {
		input string
		want  int
	}{
		"query":            {c.Raw, 0},
		"unix line":        {c.Raw + "\n", 0},
		"windows line":     {c.Raw + "\r\n", 0},
		"two newlines":     {c.Raw + "\n\n", 1},
		"whole address":    {"http://www.luffycity.cn/payments/result?" + c.Raw, 0},
		"path and query":   {"/payments/result?" + c.Raw, 0},
		"question mark":    {"?" + c.Raw, 0},
		"address fragment": {"https://shop.example/payments/result?" + c.Raw + "#top", 0},
		"own parameter":    {"https://shop.example/payments/result?from=pc&" + c.Raw, 1},
		"nothing":          {"", 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := runVerify(tt.input, "--kind", "return", "--public-key", key)
			if code != tt.want {
				t.Errorf("exit %d (%q, %q), want %d", code, stdout, stderr, tt.want)
			}
		})
	}
}

func TestAlipayVerifyMethod(t *testing.T) {
	t.Parallel()
	c := realCases(t)["rsp-zongji-refund"]
	key := writeKey(t, c.PublicKey)
	for method, want := range map[string]int{"": 0, "alipay.trade.refund": 0, "alipay.trade.query": 1} {
		code, stdout, _ := runVerify(c.Raw, "--kind", "response", "--public-key", key, "--method", method)
		if code != want {
			t.Errorf("--method %q: exit %d (%q), want %d", method, code, stdout, want)
		}
	}
}

func TestAlipayVerifyVerbose(t *testing.T) {
	t.Parallel()
	cases := realCases(t)
	tests := map[string]struct{ id, want string }{
		"valid": {
			"ret-seed-as-signed",
			"signed text: app_id=2016091600523592&auth_app_id=2016091600523592&charset=utf-8&method=",
		},
		"charset":       {"ret-seed-as-printed", "cause: charset was rewritten; it verifies with utf-8\n"},
		"plus lost":     {"ret-seed-as-signed--sign-plus-as-space", "cause: the + of sign were lost"},
		"double":        {"ret-seed-as-signed--double-encoded", "cause: encoded twice"},
		"other key":     {"ret-seed-as-signed--key-of-another-app", "应用公钥"},
		"response node": {"rsp-zongji-refund--node-whitespace", "cause: the node was parsed and written again"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := cases[tt.id]
			_, stdout, _ := runVerify(c.Raw, "--kind", c.Kind, "--public-key", writeKey(t, c.PublicKey), "-v")
			if !strings.Contains(stdout, tt.want) {
				t.Errorf("stdout = %q, want %q in it", stdout, tt.want)
			}
		})
	}
}

func TestAlipayVerifyUsageErrors(t *testing.T) {
	t.Parallel()
	good := writeKey(t, realCases(t)["ret-seed-as-signed"].PublicKey)
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(private)}
	privateFile := writeKey(t, string(pem.EncodeToMemory(block)))
	tests := map[string]struct {
		args []string
		want string
	}{
		"no kind":       {[]string{"--public-key", good}, "--kind"},
		"wrong kind":    {[]string{"--kind", "refund", "--public-key", good}, `"refund"`},
		"no key":        {[]string{"--kind", "return"}, "--public-key is missing"},
		"missing file":  {[]string{"--kind", "return", "--public-key", good + ".none"}, "no such file"},
		"a private key": {[]string{"--kind", "return", "--public-key", privateFile}, "this is a private key"},
		"not a key":     {[]string{"--kind", "return", "--public-key", writeKey(t, "hello world")}, "public key:"},
		"wrong charset": {[]string{"--kind", "return", "--public-key", good, "--charset", "latin1"}, "--charset"},
		"method of notify": {
			[]string{"--kind", "notify", "--public-key", good, "--method", "alipay.trade.query"}, "--method",
		},
		"argument":     {[]string{"--kind", "return", "--public-key", good, "message.txt"}, "stdin"},
		"unknown flag": {[]string{"--sandbox"}, "-sandbox"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := runVerify("", tt.args...)
			if code != 2 || stdout != "" || !strings.Contains(stderr, tt.want) {
				t.Errorf("exit %d, stdout %q, stderr %q; want exit 2, only stderr, %q in it", code, stdout, stderr, tt.want)
			}
		})
	}
}
