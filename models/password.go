package models

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// The argon2id cost of new passwords: OWASP's second choice, about 40 ms of one core.
const (
	argonMemory  = 19 * 1024
	argonTime    = 2
	argonThreads = 1
	argonSize    = 32
)

// hashing has a place for each password that may be hashed at once in this process. Each takes 19
// MB: without a bound a crowd at the login would take all the memory there is, and nobody would be
// let in sooner.
var hashing = make(chan struct{}, 4)

// takeTurn waits for a place, and gives back how to leave it. The error is that of a context that ended first.
func takeTurn(ctx context.Context) (leave func(), err error) {
	select {
	case hashing <- struct{}{}:
		return func() { <-hashing }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
}

// hashPassword gives the PHC text that ly_user.password stores. The error is that of a context that
// ended while others were hashed.
func hashPassword(ctx context.Context, password string) (string, error) {
	leave, err := takeTurn(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	salt := make([]byte, 16)
	rand.Read(salt)
	return phcText(salt, argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, argonSize)), nil
}

func phcText(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// nobodysPassword is compared with when there is no such user, to take the time that a real
// comparison takes. No password has this key.
var nobodysPassword = phcText(make([]byte, 16), make([]byte, argonSize))

// phc is a password as it is stored.
type phc struct {
	memory, rounds uint32
	threads        uint8
	salt, key      []byte
}

// readPHC reads what hashPassword made, perhaps with another cost.
func readPHC(stored string) (p phc, ok bool) {
	parts := strings.Split(stored, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return p, false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.rounds, &p.threads); err != nil {
		return p, false
	}
	var saltFault, keyFault error
	p.salt, saltFault = base64.RawStdEncoding.DecodeString(parts[4])
	p.key, keyFault = base64.RawStdEncoding.DecodeString(parts[5])
	return p, saltFault == nil && keyFault == nil && len(p.key) > 0
}

// passwordMatches compares in constant time. Text that is not of hashPassword's form matches
// nothing, and a password that is too long is not hashed. The error is that of a context that ended
// while others were hashed.
func passwordMatches(ctx context.Context, stored, password string) (bool, error) {
	want, ok := readPHC(stored)
	if !ok || utf8.RuneCountInString(password) > PasswordMax {
		return false, nil
	}
	leave, err := takeTurn(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	got := argon2.IDKey([]byte(password), want.salt, want.rounds, want.memory, want.threads, uint32(len(want.key)))
	return subtle.ConstantTimeCompare(got, want.key) == 1, nil
}
