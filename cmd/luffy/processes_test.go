package main

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
)

// TestTwoProcesses sets up a shop on MariaDB as its operator does, beside a simulator of its own, and buys two courses there.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	database := modelstest.MariaDBURL(t)
	programs := build(t)

	simulator := start(t, filepath.Join(programs, "alipay-sandbox"), nil, "--addr", "127.0.0.1:0", "--app-id", "2016091600523592",
		"--seller-id", "2088102175868026", "--app-public-key", writeKey(t, publicPEM(t, appKey())), "--key-dir", t.TempDir())
	gateway, alipayKeyFile := simulator.fact("gateway"), simulator.fact("public key")

	address := freeAddress(t)
	environ := append(goodSettings(t), "LUFFY_ADDR="+address, "LUFFY_BASE_URL=http://"+address, "LUFFY_DATABASE_URL="+database,
		"LUFFY_ALIPAY_GATEWAY="+gateway, "LUFFY_ALIPAY_PUBLIC_KEY_FILE="+alipayKeyFile)
	luffy := filepath.Join(programs, "luffy")
	for _, command := range []string{
		"migrate up", "course import ../demo/catalogue.json", "user add nami --points 500", "coupon give nami 全场九折券",
	} {
		tool := exec.Command(luffy, strings.Fields(command)...)
		tool.Env, tool.Stdin = environ, strings.NewReader("correct horse\n")
		if out, err := tool.CombinedOutput(); err != nil {
			t.Fatalf("luffy %s: %v\n%s", command, err, out)
		}
	}
	shop := start(t, luffy, environ, "serve")
	shop.fact(`"serving"`)

	buy(t, "http://"+address)
	wantNotifyTaken(t, strings.TrimSuffix(gateway, "/gateway.do"))
	shop.terminate()
	simulator.terminate()
}

func buy(t *testing.T, shop string) {
	t.Helper()
	v := newVisitor(t)
	v.open(shop + "/login?next=/courses/1")
	v.send(`form[action="/login"]`, map[string]string{"username": "nami", "password": "correct horse"})
	v.send(`form[action="/cart/items"]`, map[string]string{"expire": "0"}) // 310.00
	v.open(shop + "/courses/5")
	v.send(`form[action="/cart/items"]`, map[string]string{"expire": "0"}) // 199.00
	v.follow("#checkout")
	coupon := v.page.Find(`input[name="coupon"]:not([value="0"])`).AttrOr("value", "") // a tenth: 50.90
	v.send("form.checkout", map[string]string{"coupon": coupon, "points": "500"})      // 50.00
	v.send(`form[action$="/login"]`, nil)
	v.send(`form[action$="/pay"]`, map[string]string{"password": sandbox.Password})
	v.follow("#back-to-shop")
	if h1, sum := v.text("h1"), v.text(".lead .sum"); h1 != "支付成功" || sum != "¥408.10" {
		t.Errorf("%s: got %q and %q, want 支付成功 and ¥408.10", v.at, h1, sum)
	}
	v.open(shop + "/myorder/?status=paid")
	if got := v.page.Find("[data-order]").Length(); got != 1 {
		t.Errorf("My Orders: got %d paid orders, want 1", got)
	}
	v.open(shop + "/learn/5")
	if v.text(".lesson") == "" {
		t.Error("the course that was paid for has no lesson")
	}
}

// wantNotifyTaken waits until the shop has answered the simulator's notify with success.
func wantNotifyTaken(t *testing.T, simulator string) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	v := newVisitor(t)
	for v.open(simulator + "/admin/api/deliveries"); !strings.Contains(v.text("body"), `"accepted":true`); v.open(v.at.String()) {
		select {
		case <-deadline:
			t.Fatalf("no notify was taken: %s", v.text("body"))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// build makes the two programs as `make build` does.
func build(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", folder, ".", "../alipay-sandbox").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return folder
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// process is one of the two programs, running.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	lines chan string
}

func start(t *testing.T, program string, environ []string, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(program, args...), lines: make(chan string, 1000)}
	p.cmd.Env = environ
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stdout, p.cmd.Stderr = in, in
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in.Close()
	t.Cleanup(func() { p.cmd.Process.Kill(); out.Close() })
	go func() {
		defer close(p.lines)
		for scanner := bufio.NewScanner(out); scanner.Scan(); {
			p.lines <- scanner.Text()
		}
	}()
	return p
}

// fact waits for the line that has the name and gives what follows there.
func (p *process) fact(name string) string {
	p.t.Helper()
	for line := range p.lines {
		if _, rest, ok := strings.Cut(line, name); ok {
			return strings.TrimSpace(rest)
		}
	}
	p.t.Fatalf("%s ended before it said %q", p.cmd.Path, name)
	return ""
}

// terminate ends the process as a service manager does and wants exit code 0.
func (p *process) terminate() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	for line := range p.lines {
		_ = line // a full pipe would keep it from ending
	}
	if err := p.cmd.Wait(); err != nil {
		p.t.Errorf("%s after SIGTERM: %v", p.cmd.Path, err)
	}
}
