package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"luffy/models/modelstest/logwatch"
)

// TestServe: the shop says where it listens, answers there, and ends with 0 when it is told to stop.
func TestServe(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	lines, stderr := io.Pipe()
	ended := make(chan int, 1)
	p := program{
		environ: goodSettings(t), stdin: strings.NewReader(""), stdout: io.Discard, stderr: logwatch.Writer(t, stderr),
	}
	go func() {
		ended <- p.run(ctx, []string{"serve"})
		stderr.Close()
	}()
	address := "http://" + servingAt(t, lines)
	client := http.Client{Timeout: time.Minute}
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/": 200, "/nowhere": 404} {
		response, err := client.Get(address + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%s: got %d, want %d", path, response.StatusCode, want)
		}
	}
	stop()
	if code := <-ended; code != 0 {
		t.Errorf("after the stop: got exit %d, want 0", code)
	}
}

// servingAt reads the log up to the line that tells the address, and then drops what follows.
func servingAt(t *testing.T, log io.Reader) string {
	t.Helper()
	scanner := bufio.NewScanner(log)
	var said []string
	for scanner.Scan() {
		var line struct{ Msg, Addr string }
		if json.Unmarshal(scanner.Bytes(), &line) == nil && line.Msg == "serving" {
			go io.Copy(io.Discard, log)
			return line.Addr
		}
		said = append(said, scanner.Text())
	}
	t.Fatalf("the shop does not serve:\n%s", strings.Join(said, "\n"))
	return ""
}

// TestServeRefuses: with settings that cannot work the shop says all that is wrong, in one message,
// and opens no port.
func TestServeRefuses(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	good := goodSettings(t)
	addr := "LUFFY_ADDR=" + taken.Addr().String()
	app, public := "LUFFY_ALIPAY_APP_PRIVATE_KEY_FILE=", "LUFFY_ALIPAY_PUBLIC_KEY_FILE="
	for _, c := range []struct {
		name    string
		environ []string
		want    []string
	}{
		{"nothing set", []string{"LUFFY_DATABASE_URL=sqlite::memory:", "LUFFY_SESSION_KEY_FILE=" + t.TempDir() + "/key"},
			[]string{"LUFFY_ALIPAY_GATEWAY", "LUFFY_ALIPAY_APP_ID", "LUFFY_ALIPAY_SELLER_ID",
				"APP_PRIVATE_KEY_FILE", "PUBLIC_KEY_FILE"}},
		{"wrong keys", append(good, app+writeKey(t, "no key"), public+writeKey(t, privatePEM(alipayKey()))),
			[]string{"LUFFY_ALIPAY_APP_PRIVATE_KEY_FILE", "LUFFY_ALIPAY_PUBLIC_KEY_FILE"}},
		{"no such key", append(good, app+"nowhere.pem"), []string{"LUFFY_ALIPAY_APP_PRIVATE_KEY_FILE", "nowhere.pem"}},
		{"the app's public key for Alipay's", append(good, public+writeKey(t, publicPEM(t, appKey()))),
			[]string{"LUFFY_ALIPAY_PUBLIC_KEY_FILE", "应用公钥", "支付宝公钥"}},
		{"short keys", append(good, app+writeKey(t, privatePEM(shortKey())), public+writeKey(t, publicPEM(t, shortKey()))),
			[]string{"LUFFY_ALIPAY_APP_PRIVATE_KEY_FILE", "LUFFY_ALIPAY_PUBLIC_KEY_FILE", "1024"}},
		{
			"no database", append(good, "LUFFY_DATABASE_URL=mysql://root:horse@127.0.0.1:1/luffy"),
			[]string{"LUFFY_DATABASE_URL"},
		},
		{
			"old schema", append(good, "LUFFY_DATABASE_URL=sqlite::memory:"),
			[]string{"LUFFY_DATABASE_URL", "run: luffy migrate up"},
		},
		{
			"everything at once",
			append(good, "LUFFY_BASE_URL=shop", "LUFFY_ORDER_TTL=soon", "LUFFY_JOBS=maybe", "LUFFY_ALIPAY_SELLER_ID=me",
				app+"nowhere.pem", public+writeKey(t, publicPEM(t, shortKey())), "LUFFY_DATABASE_URL=sqlite::memory:",
				"LUFFY_SESSION_KEY_FILE="+writeKey(t, "short")),
			[]string{
				"LUFFY_BASE_URL", "LUFFY_ORDER_TTL", "LUFFY_JOBS", "LUFFY_ALIPAY_SELLER_ID",
				"LUFFY_ALIPAY_APP_PRIVATE_KEY_FILE", "LUFFY_ALIPAY_PUBLIC_KEY_FILE",
				"LUFFY_DATABASE_URL", "LUFFY_SESSION_KEY_FILE",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			code, _, stderr := run(t, append(c.environ, addr), "", "serve")
			if code != exitUsage || strings.Count(stderr, "luffy: ") != 1 {
				t.Errorf("got exit %d and %q, want %d and one message", code, stderr, exitUsage)
			}
			for _, want := range c.want {
				if !strings.Contains(stderr, want) {
					t.Errorf("%q does not name %s", stderr, want)
				}
			}
			if strings.Contains(stderr, "in use") {
				t.Error("the port was asked for before the settings were checked")
			}
		})
	}
	metrics := "LUFFY_METRICS_ADDR=" + taken.Addr().String()
	wantRun(t, append(good, addr, metrics), "", []string{"serve"}, exitUsage,
		"LUFFY_ADDR: ", "LUFFY_METRICS_ADDR: ", "in use")
}
