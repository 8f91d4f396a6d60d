package main

import (
	"crypto"
	"crypto/rsa"
	"encoding/binary"
	"io"
	"math/big"
	"math/bits"
	mathrand "math/rand/v2"
	"slices"
)

// quickKey is an RSA key of eight primes, each of which fits into a machine word. It signs in a tenth
// of the time, and its signatures are verified like any others, with the exponent for which that is
// quickest. It is not secure.
type quickKey struct {
	rsa.PublicKey
	parts []part
}

// part is one prime, with its exponent and its factor for the Chinese remainder theorem.
type part struct {
	prime, exponent uint64
	factor          *big.Int
}

const (
	keyBits = 505 // at least; SHA-256 with its padding needs 496
	primes  = 8
)

func newQuickKey(rng *mathrand.Rand) *quickKey {
	k := &quickKey{PublicKey: rsa.PublicKey{N: big.NewInt(1), E: 3}}
	for len(k.parts) < primes {
		prime := rng.Uint64() | 7<<61 | 1
		p := new(big.Int).SetUint64(prime)
		exponent := new(big.Int).ModInverse(big.NewInt(int64(k.E)), new(big.Int).SetUint64(prime-1))
		if exponent == nil || !p.ProbablyPrime(20) {
			continue
		}
		k.parts = append(k.parts, part{prime: prime, exponent: exponent.Uint64()})
		k.N.Mul(k.N, p)
	}
	for i := range k.parts {
		p := new(big.Int).SetUint64(k.parts[i].prime)
		others := new(big.Int).Div(k.N, p)
		k.parts[i].factor = new(big.Int).Mul(others, new(big.Int).ModInverse(others, p))
	}
	return k
}

// private is as much of the key as a configuration reads.
func (k *quickKey) private() *rsa.PrivateKey { return &rsa.PrivateKey{PublicKey: k.PublicKey} }

// Public returns the public half.
func (k *quickKey) Public() crypto.PublicKey { return &k.PublicKey }

// sha256Prefix is the DER of a DigestInfo up to the digest, RFC 8017 section 9.2.
var sha256Prefix = []byte{
	0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
}

// Sign signs a digest of SHA-256 by PKCS #1 v1.5.
func (k *quickKey) Sign(_ io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	padded := make([]byte, k.Size())
	end := len(padded) - len(digest)
	copy(padded[end:], digest)
	start := end - len(sha256Prefix)
	copy(padded[start:], sha256Prefix)
	for i := 2; i < start-1; i++ {
		padded[i] = 0xff
	}
	padded[1] = 1
	signature, term := new(big.Int), new(big.Int)
	for _, p := range k.parts {
		rest := power(remainder(padded, p.prime), p.exponent, p.prime)
		signature.Add(signature, term.Mul(term.SetUint64(rest), p.factor))
	}
	return signature.Mod(signature, k.N).FillBytes(padded), nil
}

// remainder is that of a number in big-endian bytes, a multiple of eight of them.
func remainder(number []byte, prime uint64) (rest uint64) {
	for word := range slices.Chunk(number, 8) {
		_, rest = bits.Div64(rest, binary.BigEndian.Uint64(word), prime)
	}
	return rest
}

// power is base to the exponent, modulo a prime above base.
func power(base, exponent, prime uint64) uint64 {
	result := uint64(1)
	for ; exponent > 0; exponent >>= 1 {
		if exponent&1 == 1 {
			result = product(result, base, prime)
		}
		base = product(base, base, prime)
	}
	return result
}

func product(a, b, prime uint64) uint64 {
	high, low := bits.Mul64(a, b)
	_, rest := bits.Div64(high, low, prime)
	return rest
}
