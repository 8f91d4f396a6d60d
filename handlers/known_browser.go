package handlers

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/gorilla/securecookie"
	"github.com/gorilla/sessions"

	"luffy/models"
)

// knownCookie marks a browser that has logged in before. It holds a signed hash of the username and
// gives no access: it only gives the owner of the name guesses of their own, which strangers who
// guess the password cannot use up.
const knownCookie = "luffy_known"

func (s *sessionStore) rememberName(w http.ResponseWriter, username string) error {
	value, err := securecookie.EncodeMulti(knownCookie, []byte(nameHash(username)), s.codecs...)
	if err != nil {
		return err
	}
	http.SetCookie(w, sessions.NewCookie(knownCookie, value, &sessions.Options{
		Path: "/", MaxAge: int(sessionLife / time.Second), HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
	}))
	return nil
}

func (s *sessionStore) knowsName(r *http.Request, username string) bool {
	hash, ok := s.signedID(r, knownCookie)
	return ok && hash == nameHash(username)
}

func nameHash(username string) string {
	sum := sha256.Sum256([]byte(models.FoldName(username)))
	return hex.EncodeToString(sum[:])
}
