package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"luffy/models/alipay"
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
	if k.app, err = loadKey(k.appFile); err != nil {
		return k, err
	}
	if k.alipay, err = loadKey(filepath.Join(folder, "alipay_private_key.pem")); err != nil {
		return k, err
	}
	der, err := x509.MarshalPKIXPublicKey(&k.alipay.PublicKey)
	if err != nil {
		return k, err
	}
	return k, os.WriteFile(k.alipayPublicFile, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), 0o600)
}

func loadKey(file string) (*rsa.PrivateKey, error) {
	text, err := os.ReadFile(file)
	if err == nil {
		return alipay.ParsePrivateKey(text)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return key, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600)
}
