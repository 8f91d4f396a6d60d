package alipay

import (
	"crypto/rsa"
	"errors"
	"strings"
	"testing"
)

func TestNewClientNamesEveryFaultAtOnce(t *testing.T) {
	t.Parallel()
	_, err := NewClient(Config{Gateway: "openapi.alipay.com", AppID: "app", SellerID: "me@example.com"})
	if err == nil {
		t.Fatal("NewClient took an empty profile")
	}
	for _, want := range []string{"gateway", "app id", "seller id", "app private key", "alipay public key"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not name the %s", err, want)
		}
	}
}

func TestNewClientRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*Config)
		want   string
	}{
		"own public key": {func(c *Config) { c.AlipayPublicKeys = []*rsa.PublicKey{&appKey().PublicKey} }, "应用公钥"},
		"own key as second": {
			func(c *Config) { c.AlipayPublicKeys = append(c.AlipayPublicKeys, &appKey().PublicKey) }, "应用公钥",
		},
		"nil public key": {func(c *Config) { c.AlipayPublicKeys = []*rsa.PublicKey{nil} }, "nil"},
		"weak public key": {
			func(c *Config) { c.AlipayPublicKeys = []*rsa.PublicKey{&weakKey().PublicKey} }, "too short",
		},
		"weak private key":   {func(c *Config) { c.AppPrivateKey = weakKey() }, "too short"},
		"gateway with query": {func(c *Config) { c.Gateway += "?charset=utf-8" }, "without user, query"},
		"gateway with user": {
			func(c *Config) { c.Gateway = "https://user:pw@openapi.alipay.com/gateway.do" }, "without user, query",
		},
		"gateway of ftp":       {func(c *Config) { c.Gateway = "ftp://openapi.alipay.com/gateway.do" }, "absolute http"},
		"gateway in the clear": {func(c *Config) { c.Gateway = "http://openapi.alipay.com/gateway.do" }, "https"},
		"sandbox in the clear": {
			func(c *Config) { c.Gateway = "http://openapi-sandbox.dl.ALIPAYDEV.com:80/gateway.do" }, "https",
		},
		"gateway without its path": {
			func(c *Config) { c.Gateway = "https://openapi.alipay.com" }, "ends in /gateway.do",
		},
		"email as seller":     {func(c *Config) { c.SellerID = "seller@example.com" }, "PID"},
		"app id as seller":    {func(c *Config) { c.SellerID = c.AppID }, "PID"},
		"app id with a space": {func(c *Config) { c.AppID += " " }, "digits"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := testConfig()
			tt.change(&cfg)
			if _, err := NewClient(cfg); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("NewClient: %v, want an error that says %q", err, tt.want)
			}
		})
	}
}

func TestMinKeyBits(t *testing.T) {
	t.Parallel()
	cfg := testConfig()
	cfg.AppPrivateKey, cfg.MinKeyBits = weakKey(), 1024
	if _, err := NewClient(cfg); err != nil {
		t.Errorf("a key of 1024 bits where 1024 are enough: %v", err)
	}
	cfg.MinKeyBits = 1025
	if _, err := NewClient(cfg); !errors.Is(err, ErrWeakKey) {
		t.Errorf("a key of 1024 bits where 1025 are needed: %v, want ErrWeakKey", err)
	}
}

func TestCheckReceiver(t *testing.T) {
	t.Parallel()
	c := testClient(t)
	tests := []struct {
		appID, sellerID, want string
	}{
		{"2016091600523592", "2088102175868026", ""},
		{"2016091600523593", "2088102175868026", "app_id"},
		{"2016091600523592", "2088102175868027", "seller_id"},
		{"2016091600523592", "", "seller_id"},
		{"", "2088102175868026", "app_id"},
	}
	for _, tt := range tests {
		if got := Reason(c.CheckReceiver(tt.appID, tt.sellerID)); got != tt.want {
			t.Errorf("CheckReceiver(%q, %q): reason %q, want %q", tt.appID, tt.sellerID, got, tt.want)
		}
	}
}
