package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"luffy/models/modelstest"
	"luffy/models/modelstest/logwatch"
)

// TestTwoProcesses sets up a shop on MariaDB as its operator does, beside a simulator of its own. A
// student buys two courses there, gives one back, cancels an order, and leaves another unpaid until
// its time is over.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	database := modelstest.MariaDBURL(t)
	programs := build(t)

	simulator := start(t, filepath.Join(programs, "alipay-sandbox"), nil,
		"--addr", "127.0.0.1:0", "--app-id", "2016091600523592",
		"--seller-id", "2088102175868026", "--app-public-key", writeKey(t, publicPEM(t, appKey())), "--key-dir", t.TempDir())
	gateway, alipayKeyFile := simulator.fact("gateway"), simulator.fact("public key")

	front := modelstest.NewFront(t)
	environ := append(goodSettings(t), "LUFFY_ADDR=127.0.0.1:0", "LUFFY_BASE_URL="+front.URL,
		"LUFFY_DATABASE_URL="+database,
		"LUFFY_ALIPAY_GATEWAY="+gateway, "LUFFY_ALIPAY_PUBLIC_KEY_FILE="+alipayKeyFile)
	luffy := filepath.Join(programs, "luffy")
	for _, command := range []string{
		"migrate|up", "course|import|../demo/catalogue.json", "user|add|nami|--points|800", "coupon|give|nami|全场九折券",
		"coupon|give|nami|新生立减 50 元",
	} {
		if said, err := tool(t, luffy, environ, strings.Split(command, "|")...); err != nil {
			t.Fatalf("luffy %s: %v\n%s", command, err, said)
		}
	}
	shop := startBehind(t, front, luffy, environ)

	v := newVisitor(t)
	buy(v, front.URL)
	wantNotifyTaken(t, strings.TrimSuffix(gateway, "/gateway.do"))
	number := requestRefund(v, front.URL)
	said, err := tool(t, luffy, environ, "refund", "approve", number)
	if err != nil || !strings.Contains(said, "R1L2 of ¥") || !strings.Contains(said, ": done") {
		t.Errorf("luffy refund approve: %v\n%s", err, said)
	}
	seeRefunded(v, front.URL, number)
	cancel(v, front.URL)
	shop.terminate()

	shop = startBehind(t, front, luffy, append(environ, "LUFFY_ORDER_TTL=10s"))
	leaveUnpaid(v, front.URL)
	shop.terminate()
	simulator.terminate()
	if said, err := tool(t, luffy, environ, "audit"); err != nil {
		t.Errorf("luffy audit: %v\n%s", err, said)
	}
}

// tool runs a command to its end and gives what it said. Its standard input is a password.
func tool(t *testing.T, program string, environ []string, args ...string) (said string, err error) {
	t.Helper()
	cmd := exec.Command(program, args...)
	var out strings.Builder
	watched := logwatch.Writer(t, &out)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = environ, strings.NewReader(modelstest.Password+"\n"), watched, watched
	err = cmd.Run()
	return out.String(), err
}

// wantNotifyTaken waits until the shop has answered the simulator's notify with success.
func wantNotifyTaken(t *testing.T, simulator string) {
	t.Helper()
	deadline := time.After(time.Minute)
	v := newVisitor(t)
	v.open(simulator + "/admin/api/deliveries")
	for ; !strings.Contains(v.text("body"), `"accepted":true`); v.open(v.at.String()) {
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

// startBehind starts the shop behind its address.
func startBehind(t *testing.T, front *modelstest.Front, luffy string, environ []string) *process {
	t.Helper()
	p := start(t, luffy, environ, "serve")
	address, _, _ := strings.Cut(p.fact(`"serving","addr":"`), `"`)
	front.LeadTo(address)
	return p
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
	watched := logwatch.Writer(t, io.Discard)
	go func() {
		defer close(p.lines)
		for scanner := bufio.NewScanner(io.TeeReader(out, watched)); scanner.Scan(); {
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
