package models_test

import (
	"crypto/tls"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	mysqldriver "github.com/go-sql-driver/mysql"

	"luffy/models"
	"luffy/models/modelstest"
)

// encrypted tells whether a new connection to the address is encrypted.
func encrypted(t *testing.T, address string) (bool, error) {
	t.Helper()
	db, err := models.Open(t.Context(), models.Options{URL: address})
	if err != nil {
		return false, err
	}
	defer db.Close()
	var name, cipher string
	if err := db.SQL().QueryRowContext(t.Context(), "SHOW STATUS LIKE 'Ssl_cipher'").Scan(&name, &cipher); err != nil {
		t.Fatal(err)
	}
	return cipher != "", nil
}

// TestEncrypted: if encryption is asked for, the connection is encrypted, and the server must prove
// that it is the host of the address.
func TestEncrypted(t *testing.T) {
	server := modelstest.EncryptedMariaDB(t)
	named := strings.Replace(server.Address(), "127.0.0.1", "localhost", 1)
	byName := strings.Replace(server.URL, server.Address(), named, 1)
	either := strings.Replace(server.URL, server.Address(), named+","+server.Address(), 1)
	unproved := func(err error) bool {
		_, ok := errors.AsType[*tls.CertificateVerificationError](err)
		return ok && models.Unavailable(err)
	}
	for name, c := range map[string]struct {
		address string
		refused func(error) bool // nil = it is encrypted
	}{
		"CA of a file":              {server.URL + "?tls-ca=" + server.CA, nil},
		"both parameters":           {server.URL + "?tls=true&tls-ca=" + server.CA, nil},
		"a host that proves itself": {either + "?tls-ca=" + server.CA, nil},
		"another CA":                {server.URL + "?tls-ca=" + server.OtherCA, unproved},
		"CA unknown here":           {server.URL + "?tls=true", unproved},
		"another host":              {byName + "?tls-ca=" + server.CA, unproved},
		"account that is refused": {
			server.URL, func(err error) bool { return strings.Contains(err.Error(), "Access denied") },
		},
	} {
		got, err := encrypted(t, c.address)
		switch {
		case c.refused == nil && (err != nil || !got):
			t.Errorf("%s: got encrypted %v, %v; want true", name, got, err)
		case c.refused != nil && (err == nil || !c.refused(err)):
			t.Errorf("%s: got %v, want another error", name, err)
		case err != nil && strings.Contains(err.Error(), "horse"):
			t.Errorf("%s: the error tells the password: %v", name, err)
		}
	}
	if got, err := encrypted(t, "mysql://root@"+server.Address()+"/luffy"); err != nil || got {
		t.Errorf("nothing asked for: got encrypted %v, %v; want false", got, err)
	}

	server.Kill()
	if err := server.Start("--skip-ssl"); err != nil {
		t.Fatal(err)
	}
	_, err := encrypted(t, server.URL+"?tls-ca="+server.CA)
	if !errors.Is(err, mysqldriver.ErrNoTLS) || !models.Unavailable(err) {
		t.Errorf("server without TLS: got %v, want %v", err, mysqldriver.ErrNoTLS)
	}
}

// An unknown parameter behind the name is never ignored: it may have been meant to encrypt the
// connection.
func TestCheckURL(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for behind, want := range map[string]string{
		"":                                "",
		"?":                               "",
		"?tls=true":                       "",
		"?tls=false":                      "?tls=true",
		"?tls=preferred":                  "?tls=true",
		"?tls=skip-verify":                "has to prove who it is",
		"?tls=":                           "?tls=true",
		"?tls":                            "?tls=true",
		"?tls=true&tls=true":              "?tls=true",
		"?TLS=true":                       "?tls=true",
		"?ssl=true":                       "?tls=true",
		"?tls=true&charset=utf8":          "?tls=true",
		"?tls=true;tls=false":             "?tls=true",
		"?tls-ca=":                        "?tls-ca=FILE",
		"?tls=skip-verify&tls-ca=" + file: "?tls=true",
		"?tls-ca=" + file:                 file + " holds no certificate",
		"?tls-ca=nowhere.pem":             "nowhere.pem",
		"#?tls=true":                      "mysql://",
	} {
		err := models.CheckURL("mysql://luffy:secret@db/luffy" + behind)
		switch {
		case (err == nil) != (want == ""):
			t.Errorf("%s: got %v, want an error that says %q", behind, err, want)
		case err != nil && (!strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret")):
			t.Errorf("%s: got %v, want an error that says %q, and no password", behind, err, want)
		}
	}
	err := models.CheckURL("mysql://luffy:secret@db/luffy?tls-ca=nowhere.pem")
	if !errors.Is(err, fs.ErrNotExist) || errors.Is(err, models.ErrDatabaseURL) {
		t.Errorf("got %v, want %v", err, fs.ErrNotExist)
	}
	if err := models.CheckURL("sqlite:luffy.db"); err != nil {
		t.Errorf("sqlite: %v", err)
	}
}
