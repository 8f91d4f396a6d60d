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

// The argon2id cost of new passwords, OWASP's second recommendation: about 40 ms of one core. Memory
// is in KiB, size in bytes.
const (
	argonMemory  = 19 * 1024
	argonTime    = 2
	argonThreads = 1
	argonSize    = 32
)

// hashing has one place for each password that this process may hash at the same time. Each hash takes
// 19 MB: without a bound, a crowd at the login would use up the memory, and nobody would get in sooner.
var hashing = make(chan struct{}, 4)

// takeTurn waits for a place and returns a function that frees it. The error is the context's, if it
// ends first.
func takeTurn(ctx context.Context) (leave func(), err error) {
	select {
	case hashing <- struct{}{}:
		return func() { <-hashing }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
}

// hashPassword returns the PHC string that ly_user.password stores. The error is the context's, if it
// ends while others are hashed.
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

// nobodysPassword is compared with if the user does not exist, so that the answer takes as long as for
// one who does. No password has this key.
var nobodysPassword = phcText(make([]byte, 16), make([]byte, argonSize))

// phc is a stored password, parsed.
type phc struct {
	memory, rounds uint32
	threads        uint8
	salt, key      []byte
}

// readPHC parses what hashPassword made, even if the cost was another then.
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

// passwordMatches compares a password with a stored one in constant time. A stored text of another
// form matches nothing, and a password that is too long is not hashed at all. The error is the
// context's, if it ends while others are hashed.
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
