package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"luffy/models/modelstest/logwatch"
)

func shopKey(t *testing.T) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "app_public_key.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// start runs the program on a free port and gives what it printed and how to stop it.
func start(t *testing.T, keyDir, appKey string) (facts map[string]string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{
			"--addr", "127.0.0.1:0", "--app-id", "2016091600523592", "--seller-id", "2088102175868026",
			"--app-public-key", appKey, "--key-dir", keyDir,
		}, in, logwatch.Writer(t, io.Discard))
	}()
	buffer := make([]byte, 1024)
	n, err := out.Read(buffer)
	if err != nil {
		t.Fatal(err)
	}
	facts = map[string]string{}
	for _, found := range regexp.MustCompile(`(?m)^(.+?)  +(.+)$`).FindAllStringSubmatch(string(buffer[:n]), -1) {
		facts[found[1]] = found[2]
	}
	return facts, func() error {
		cancel()
		return <-ended
	}
}

// TestStartStop: the printed addresses answer, the key is made once and kept private, and the
// program ends cleanly.
func TestStartStop(t *testing.T) {
	t.Parallel()
	dir, appKey := filepath.Join(t.TempDir(), "keys"), shopKey(t)
	facts, stop := start(t, dir, appKey)
	if strings.HasSuffix(facts["gateway"], ":0/gateway.do") || !strings.HasPrefix(facts["gateway"], "http://127.0.0.1:") {
		t.Errorf("gateway: got %q, want the real port", facts["gateway"])
	}
	client := http.Client{Timeout: time.Minute}
	response, err := client.Get(facts["gateway"])
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil || !bytes.Contains(body, []byte("isv.missing-method")) {
		t.Errorf("gateway answers %q, %v; want isv.missing-method", body, err)
	}
	if err := stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	private, err := os.Stat(filepath.Join(dir, privateKeyFile))
	if err != nil || private.Mode().Perm() != 0o600 {
		t.Errorf("private key: %v, %v; want mode 0600", private.Mode(), err)
	}
	first, err := os.ReadFile(facts["public key"])
	if err != nil || !bytes.HasPrefix(first, []byte("-----BEGIN PUBLIC KEY-----")) {
		t.Errorf("public key: got %q, %v", first, err)
	}

	facts, stop = start(t, dir, appKey)
	second, err := os.ReadFile(facts["public key"])
	if err != nil || !bytes.Equal(first, second) {
		t.Error("the second start has another key")
	}
	if err := stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
}

func TestBadFlags(t *testing.T) {
	t.Parallel()
	appKey := shopKey(t)
	good := []string{"--app-id", "1", "--seller-id", "2", "--app-public-key", appKey, "--key-dir", t.TempDir()}
	for _, c := range []struct {
		name string
		args []string
		want []string
	}{
		{"nothing given", nil, []string{"--app-id", "--seller-id", "--app-public-key", "--key-dir"}},
		{"several faults", []string{"--addr", "0.0.0.0:9090", "--clock", "fast", "--app-public-key", "nowhere.pem"},
			[]string{"--app-id", "--addr", "--clock", "nowhere.pem"}},
		{"all addresses", append([]string{"--addr", ":9090"}, good...), []string{"--any-address"}},
		{"a host name", append([]string{"--addr", "example.com:9090"}, good...), []string{"--any-address"}},
		{"no port", append([]string{"--addr", "127.0.0.1"}, good...), []string{"--addr"}},
		{"an argument", append(good, "serve"), []string{`"serve"`}},
		{"an unknown flag", []string{"--port", "1"}, []string{"-port"}},
	} {
		err := run(t.Context(), c.args, io.Discard, logwatch.Writer(t, io.Discard))
		if _, usage := errors.AsType[usageError](err); !usage {
			t.Errorf("%s: got %v, want a usage error", c.name, err)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q does not name %s", c.name, err, want)
			}
		}
	}
}
