package main

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"

	"luffy/cmd/internal/keyfile"
)

// keyPairs are those of the shop's app and of the simulated Alipay, made on the first start.
type keyPairs struct {
	app              *rsa.PrivateKey
	appFile          string
	alipay           *rsa.PrivateKey
	alipayPublicFile string
}

func loadKeys(folder string) (keyPairs, error) {
	k := keyPairs{
		appFile:          filepath.Join(folder, "app_private_key.pem"),
		alipayPublicFile: filepath.Join(folder, "alipay_public_key.pem"),
	}
	var err error
	if k.app, err = keyfile.Load(k.appFile); err != nil {
		return k, err
	}
	if k.alipay, err = keyfile.Load(filepath.Join(folder, "alipay_private_key.pem")); err != nil {
		return k, err
	}
	der, err := x509.MarshalPKIXPublicKey(&k.alipay.PublicKey)
	if err != nil {
		return k, err
	}
	return k, os.WriteFile(k.alipayPublicFile, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), 0o600)
}
