package settings

import (
	"strings"
	"testing"
	"time"

	"luffy/models"
)

func TestDefaults(t *testing.T) {
	t.Parallel()
	got, want := Read(nil), Settings{
		Addr: "127.0.0.1:8080", BaseURL: "http://127.0.0.1:8080",
		DatabaseURL: "sqlite:luffy.db", SessionKeyFile: "luffy-session.key",
		OrderTTL: 15 * time.Minute, RefundDays: "7", RefundWatched: "30", Jobs: "on",
		Proxies: "127.0.0.0/8,::1", // a proxy on the same machine is the usual one, and nobody else has these addresses
	}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if err := got.Check(); err != nil {
		t.Errorf("the defaults are refused: %v", err)
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	got := Read([]string{
		"LUFFY_ADDR=:80", "LUFFY_BASE_URL=https://shop.example",
		"LUFFY_DATABASE_URL=mysql://a:b@c/d", "LUFFY_SESSION_KEY_FILE=s",
		"LUFFY_ALIPAY_GATEWAY=https://g", "LUFFY_ALIPAY_APP_ID=1",
		"LUFFY_ALIPAY_SELLER_ID=2", "LUFFY_ALIPAY_APP_PRIVATE_KEY_FILE=a",
		"LUFFY_ALIPAY_PUBLIC_KEY_FILE=p", "LUFFY_ORDER_TTL=1h30m", "LUFFY_JOBS=off", "LUFFY_METRICS_ADDR=:9",
		"LUFFY_REFUND_DAYS=14", "LUFFY_REFUND_WATCHED=50", "LUFFY_TRUSTED_PROXIES=10.0.0.1",
		"LUFFY_CONTACT=kefu@example.com", "HOME=/home/nami", "LUFFY_UNKNOWN=x",
	})
	want := Settings{
		Addr: ":80", BaseURL: "https://shop.example", DatabaseURL: "mysql://a:b@c/d",
		SessionKeyFile: "s", Gateway: "https://g",
		AppID: "1", SellerID: "2", AppKeyFile: "a", AlipayKeyFile: "p",
		OrderTTL: 90 * time.Minute, RefundDays: "14", RefundWatched: "50", Contact: "kefu@example.com", Jobs: "off",
		MetricsAddr: ":9", Proxies: "10.0.0.1",
	}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		environ []string
		faulty  string // the settings that are named, in order
	}{
		{[]string{"LUFFY_ADDR=8080"}, "LUFFY_ADDR"},
		{[]string{"LUFFY_ADDR=:65535"}, ""},
		{[]string{"LUFFY_ADDR=:65536", "LUFFY_METRICS_ADDR=:9l00"}, "LUFFY_ADDR LUFFY_METRICS_ADDR"},
		{[]string{"LUFFY_BASE_URL=shop.example"}, "LUFFY_BASE_URL"},
		{[]string{"LUFFY_BASE_URL=ftp://shop.example"}, "LUFFY_BASE_URL"},
		{[]string{"LUFFY_BASE_URL=https://shop.example/?a=b"}, "LUFFY_BASE_URL"},
		{[]string{"LUFFY_BASE_URL=https://shop.example/luffy"}, "LUFFY_BASE_URL"},
		{[]string{"LUFFY_BASE_URL=https://shop.example/"}, ""},
		{[]string{"LUFFY_BASE_URL=https://me@shop.example"}, "LUFFY_BASE_URL"},
		{[]string{"LUFFY_BASE_URL=https://shop.example#top"}, "LUFFY_BASE_URL"},
		{[]string{"LUFFY_ORDER_TTL=15"}, "LUFFY_ORDER_TTL"},
		{[]string{"LUFFY_ORDER_TTL=0s"}, "LUFFY_ORDER_TTL"},
		{[]string{"LUFFY_ORDER_TTL=-15m"}, "LUFFY_ORDER_TTL"},
		{[]string{"LUFFY_ORDER_TTL=119s"}, "LUFFY_ORDER_TTL"},
		{[]string{"LUFFY_ORDER_TTL=2m"}, ""},
		{[]string{"LUFFY_ORDER_TTL=1s", "LUFFY_ALIPAY_GATEWAY=http://127.0.0.1:8081/gateway.do"}, ""},
		{[]string{"LUFFY_ORDER_TTL=361h"}, "LUFFY_ORDER_TTL"},
		{[]string{"LUFFY_ORDER_TTL=360h"}, ""},
		{[]string{"LUFFY_REFUND_DAYS=0", "LUFFY_REFUND_WATCHED=1"}, ""},
		{[]string{"LUFFY_REFUND_DAYS=365", "LUFFY_REFUND_WATCHED=100"}, ""},
		{[]string{"LUFFY_REFUND_DAYS=-1"}, "LUFFY_REFUND_DAYS"},
		{[]string{"LUFFY_REFUND_DAYS=366", "LUFFY_REFUND_WATCHED=101"}, "LUFFY_REFUND_DAYS LUFFY_REFUND_WATCHED"},
		{[]string{"LUFFY_REFUND_DAYS=7d", "LUFFY_REFUND_WATCHED=30%"}, "LUFFY_REFUND_DAYS LUFFY_REFUND_WATCHED"},
		{[]string{"LUFFY_REFUND_WATCHED=0"}, "LUFFY_REFUND_WATCHED"},
		{[]string{"LUFFY_CONTACT=客服电话 400-000-0000（9:00–18:00）"}, ""},
		{[]string{"LUFFY_CONTACT="}, ""},
		{[]string{"LUFFY_CONTACT=" + strings.Repeat("问", 100)}, ""},
		{[]string{"LUFFY_CONTACT=" + strings.Repeat("问", 101)}, "LUFFY_CONTACT"},
		{[]string{"LUFFY_CONTACT=one\ntwo"}, "LUFFY_CONTACT"},
		{[]string{"LUFFY_CONTACT=\u202eturned"}, "LUFFY_CONTACT"},
		{[]string{"LUFFY_CONTACT=\xff"}, "LUFFY_CONTACT"},
		{[]string{"LUFFY_JOBS=yes"}, "LUFFY_JOBS"},
		{[]string{"LUFFY_METRICS_ADDR=9100"}, "LUFFY_METRICS_ADDR"},
		{[]string{"LUFFY_METRICS_ADDR=127.0.0.1:9100"}, ""},
		{[]string{"LUFFY_METRICS_ADDR="}, ""},
		{[]string{"LUFFY_TRUSTED_PROXIES=10.0.0.0/8, 2001:db8::1"}, ""},
		{[]string{"LUFFY_TRUSTED_PROXIES=10.0.0.0/33"}, "LUFFY_TRUSTED_PROXIES"},
		{[]string{"LUFFY_TRUSTED_PROXIES=balancer"}, "LUFFY_TRUSTED_PROXIES"},
		{
			[]string{
				"LUFFY_ADDR=x", "LUFFY_METRICS_ADDR=x", "LUFFY_BASE_URL=x", "LUFFY_ORDER_TTL=x",
				"LUFFY_JOBS=x", "LUFFY_REFUND_DAYS=x",
			},
			"LUFFY_ADDR LUFFY_METRICS_ADDR LUFFY_BASE_URL LUFFY_ORDER_TTL LUFFY_REFUND_DAYS LUFFY_JOBS",
		},
	} {
		var named []string
		if err := Read(c.environ).Check(); err != nil {
			for line := range strings.Lines(err.Error()) {
				name, _, _ := strings.Cut(line, " ")
				named = append(named, strings.TrimSuffix(name, ":"))
			}
		}
		if got := strings.Join(named, " "); got != c.faulty {
			t.Errorf("%q: got faults of %q, want of %q", c.environ, got, c.faulty)
		}
	}
}

func TestStringHidesThePassword(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"sqlite:luffy.db":                     "sqlite:luffy.db",
		"mysql://shop:geheim@db:3306/luffy":   "mysql://shop:xxxxx@db:3306/luffy",
		"mysql://shop@db/luffy":               "mysql://shop@db/luffy",
		"mysql://shop:geh%zzeim@db/luffy":     "(unreadable)",
		"mysql://shop:ge@h/eim@db:1/luffy":    "(unreadable)",
		"shop:geheim@tcp(db:3306)/luffy":      "(unreadable)",
		"mysql://db/luffy?user=a&password=gh": "(unreadable)",
		"mysql://a:b@db/luffy?password=gh":    "(unreadable)",
		"mysql://a:b@db/luffy?tls=true":       "mysql://a:xxxxx@db/luffy?tls=true",
		"mysql://a:b@db/luffy?tls-ca=no.pem":  "mysql://a:xxxxx@db/luffy?tls-ca=no.pem",
		"mysql://a:b@db:1,db2:2/luffy":        "mysql://a:xxxxx@db:1,db2:2/luffy",
		"mysql://a:b@db:1,db2/luffy":          "mysql://a:xxxxx@db:1,db2/luffy",
		"mysql://a:b:c@d@db/luffy":            "mysql://a:xxxxx@db/luffy",
		"mysql://a@db:1/luffy":                "mysql://a@db:1/luffy",
	} {
		text := Settings{DatabaseURL: address}.String()
		if !strings.Contains(text, "LUFFY_DATABASE_URL="+want+"\n") {
			t.Errorf("%s: got\n%s\nwant LUFFY_DATABASE_URL=%s", address, text, want)
		}
	}
}

func TestCheckDatabase(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"sqlite:luffy.db":                    "",
		"mysql://a:b@db/luffy?tls=true":      "",
		"mysql://a:b@db/luffy?tls=preferred": "LUFFY_DATABASE_URL: ",
		"mysql://a:b@db/luffy?tls-ca=no.pem": "LUFFY_DATABASE_URL: tls-ca: open no.pem",
	} {
		err := Settings{DatabaseURL: address}.CheckDatabase()
		if (err == nil) != (want == "") || err != nil && !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", address, err, want)
		}
	}
}

func TestRefundRule(t *testing.T) {
	t.Parallel()
	got, err := Read([]string{"LUFFY_REFUND_DAYS=14", "LUFFY_REFUND_WATCHED=50"}).RefundRule()
	if want := (models.RefundRule{Days: 14, Watched: 50}); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}
