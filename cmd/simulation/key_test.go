package main

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	mathrand "math/rand/v2"
	"testing"
)

// The standard library verifies what the quick key signs, and nothing else.
func TestQuickKey(t *testing.T) {
	for seed := range uint64(5) {
		key := newQuickKey(mathrand.New(mathrand.NewPCG(seed, seed)))
		if bits := key.N.BitLen(); bits < keyBits {
			t.Errorf("seed %d: got %d bits, want %d at least", seed, bits, keyBits)
		}
		digest, other := sha256.Sum256([]byte("支付")), sha256.Sum256([]byte("退款"))
		signature, err := key.Sign(nil, digest[:], crypto.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		if err := rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, digest[:], signature); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
		if err := rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, other[:], signature); err == nil {
			t.Errorf("seed %d: the signature verifies for another text", seed)
		}
	}
}

func BenchmarkQuickKey(b *testing.B) {
	key := newQuickKey(mathrand.New(mathrand.NewPCG(1, 1)))
	digest := sha256.Sum256(nil)
	for b.Loop() {
		if _, err := key.Sign(nil, digest[:], crypto.SHA256); err != nil {
			b.Fatal(err)
		}
	}
}
