package main

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"luffy/cmd/internal/keyfile"
	"luffy/models/modelstest"
)

// workshop is what all worlds of a run share: the program, built as for production, the keys, and the
// database server.
type workshop struct {
	folder            string
	luffy             string // the program
	server            string // host:port of MariaDB
	appKey, alipayKey *rsa.PrivateKey
	addresses         sync.Map // addresses that worlds already have
}

func newWorkshop(ctx context.Context) (*workshop, error) {
	server, err := databaseServer()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "luffy-proof-")
	if err != nil {
		return nil, err
	}
	w := &workshop{folder: folder, luffy: filepath.Join(folder, "luffy"), server: server}
	build := exec.CommandContext(ctx, "go", "build", "-o", w.luffy, "luffy/cmd/luffy")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("go build: %w\n%s", err, out), w.close())
	}
	if err := w.makeKeys(); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

func (w *workshop) close() error { return os.RemoveAll(w.folder) }

// appKeyFile and alipayKeyFile are the files with the keys, as the program's settings name them.
func (w *workshop) appKeyFile() string    { return filepath.Join(w.folder, "app_private_key.pem") }
func (w *workshop) alipayKeyFile() string { return filepath.Join(w.folder, "alipay_public_key.pem") }

func (w *workshop) makeKeys() error {
	var appFault, alipayFault error
	w.appKey, appFault = keyfile.Load(w.appKeyFile())
	w.alipayKey, alipayFault = keyfile.Load(filepath.Join(w.folder, "alipay_private_key.pem"))
	if err := errors.Join(appFault, alipayFault); err != nil {
		return err
	}
	der, err := x509.MarshalPKIXPublicKey(&w.alipayKey.PublicKey)
	if err != nil {
		return err
	}
	return os.WriteFile(w.alipayKeyFile(), pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), 0o600)
}

// databaseServer is the address of the MariaDB on which worlds create and drop their databases.
func databaseServer() (string, error) {
	address := os.Getenv(modelstest.MariaDBVariable)
	var host string
	if _, err := fmt.Sscanf(address, "mysql://root@%s", &host); err != nil {
		return "", fmt.Errorf("%s is %q, want mysql://root@host:port; run make proof", modelstest.MariaDBVariable, address)
	}
	return host, nil
}
