package models

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The argon2id cost of new passwords: OWASP's second choice, about 40 ms of one core.
const (
	argonMemory  = 19 * 1024
	argonTime    = 2
	argonThreads = 1
	argonSize    = 32
)

// hashPassword gives the PHC text that ly_user.password stores.
func hashPassword(password string) string {
	salt := make([]byte, 16)
	rand.Read(salt)
	return phcText(salt, argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, argonSize))
}

func phcText(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// nobodysPassword is compared with when there is no such user, to take the time that a real comparison takes. No password has this
// key.
var nobodysPassword = phcText(make([]byte, 16), make([]byte, argonSize))

// passwordMatches compares in constant time. Text that is not of hashPassword's form matches nothing.
func passwordMatches(stored, password string) bool {
	parts := strings.Split(stored, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	var memory, rounds uint32
	var threads uint8
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &rounds, &threads); err != nil {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) == 0 {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, rounds, memory, threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1
}
