package modelstest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"luffy/models/modelstest/logwatch"
	"luffy/models/modelstest/mariadbd"
)

// Encrypted is a private MariaDB with a certificate for 127.0.0.1 and no other host. It is signed by a
// CA that no machine trusts.
type Encrypted struct {
	*mariadbd.Server
	// URL names an empty database and an account that the server lets in over TLS only.
	URL         string
	CA, OtherCA string // files with the CA that signed the certificate, and with another CA
}

// EncryptedMariaDB starts such a server, which ends with the test. Without MariaDB on the machine the
// test is skipped, and with CI set it fails.
func EncryptedMariaDB(t testing.TB) Encrypted {
	t.Helper()
	programs, err := mariadbd.Find(mariadbd.Sbin)
	if errors.Is(err, mariadbd.ErrNotInstalled) && os.Getenv("CI") == "" {
		t.Skip("SKIPPED: this needs a MariaDB with a certificate:", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	folder := publicFolder(t)
	e := Encrypted{CA: filepath.Join(folder, "ca.pem"), OtherCA: filepath.Join(folder, "other.pem")}
	ca := newAuthority(t, e.CA)
	newAuthority(t, e.OtherCA)
	cert, key := filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	ca.certify(t, cert, key)
	e.Server, err = programs.NewServer(append(mariadbd.Hasty(), "--ssl-cert="+cert, "--ssl-key="+key)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Remove(); err != nil {
			t.Error(err)
		}
	})
	const password = logwatch.Marker
	root := testServer{"mysql://root@" + e.Address()}
	root.run(t, createDatabase("luffy"))
	root.run(t, "CREATE USER luffy IDENTIFIED BY '"+password+"' REQUIRE SSL")
	root.run(t, "GRANT ALL ON luffy.* TO luffy")
	e.URL = "mysql://luffy:" + password + "@" + e.Address() + "/luffy"
	return e
}

// publicFolder makes a folder that every account can read. If root runs the tests, the server runs
// under another account, which cannot read t.TempDir.
func publicFolder(t testing.TB) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "luffy-tls-") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	return folder
}

// authority is a CA.
type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
}

func newAuthority(t testing.TB, file string) authority {
	t.Helper()
	ca := authority{key: newKey(t), cert: &x509.Certificate{
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}}
	der := ca.sign(t, ca.cert, ca.key)
	writePEM(t, file, "CERTIFICATE", der)
	var err error
	if ca.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return ca
}

// certify makes the server's certificate.
func (ca authority) certify(t testing.TB, certFile, keyFile string) {
	t.Helper()
	key := newKey(t)
	writePEM(t, certFile, "CERTIFICATE", ca.sign(t, &x509.Certificate{
		NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, key))
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, keyFile, "PRIVATE KEY", der)
}

func (ca authority) sign(t testing.TB, cert *x509.Certificate, key crypto.Signer) []byte {
	t.Helper()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	cert.SerialNumber, cert.NotBefore = serial, time.Now().Add(-time.Hour)
	der, err := x509.CreateCertificate(rand.Reader, cert, ca.cert, key.Public(), ca.key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func newKey(t testing.TB) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// writePEM writes a file that everybody can read, even a key: these keys protect nothing.
func writePEM(t testing.TB, file, kind string, der []byte) {
	t.Helper()
	text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
}
