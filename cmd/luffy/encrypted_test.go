package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"luffy/models/modelstest"
)

// TestEncryptedDatabase: every command reaches a database whose server lets nobody in who does not
// encrypt, and whose CA the machine trusts.
func TestEncryptedDatabase(t *testing.T) {
	t.Parallel()
	server := modelstest.EncryptedMariaDB(t)
	luffy := filepath.Join(build(t), "luffy")
	environ := append(goodSettings(t), "SSL_CERT_FILE="+server.CA, "LUFFY_DATABASE_URL="+server.URL)
	if said, err := tool(t, luffy, environ, "migrate", "up"); err == nil || !strings.Contains(said, "Access denied") {
		t.Errorf("luffy migrate up, not encrypted: got %v, want an error\n%s", err, said)
	}
	environ = append(environ, "LUFFY_DATABASE_URL="+server.URL+"?tls=true")
	for _, command := range []string{
		"config", "migrate up", "migrate status", "course import ../demo/catalogue.json", "user add nami",
		"coupon give nami 全场九折券", "refund requests", "audit",
	} {
		if said, err := tool(t, luffy, environ, strings.Fields(command)...); err != nil {
			t.Errorf("luffy %s: %v\n%s", command, err, said)
		}
	}
	front := modelstest.NewFront(t)
	shop := startBehind(t, front, luffy, environ)
	response, err := (&http.Client{}).Get(front.URL)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("/: got %d, want %d", response.StatusCode, http.StatusOK)
	}
	shop.terminate()
}
