package handlers

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/gorilla/securecookie"
	"github.com/gorilla/sessions"
	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/views"
)

const (
	sessionCookie = "luffy_session"
	sessionLife   = 14 * 24 * time.Hour
)

// The keys of a session's values.
const (
	userKey    = "user"    // int64, absent when nobody is logged in
	flashKey   = "flash"   // views.Flash for the next page
	visitorKey = "visitor" // models.Visitor as it was loaded; never stored
)

// sessionStore is a gorilla store whose sessions live in the shop's database, so that they can be
// revoked. The cookie holds a random id and its signature, nothing else.
type sessionStore struct {
	db     *models.DB
	codecs []securecookie.Codec
	secure bool
}

func newSessionStore(db *models.DB, keys [][]byte, secure bool) *sessionStore {
	s := &sessionStore{db: db, secure: secure}
	for _, key := range keys {
		codec := securecookie.New(key, nil)
		codec.MaxAge(int(sessionLife / time.Second))
		codec.SetSerializer(securecookie.NopEncoder{}) // the id is bytes already
		s.codecs = append(s.codecs, codec)
	}
	return s
}

// Get returns the request's session, which is loaded at most once.
func (s *sessionStore) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

// New loads the session that the request's cookie names. A missing, forged or outdated cookie gives a
// new session; an error comes from the database.
func (s *sessionStore) New(r *http.Request, name string) (*sessions.Session, error) {
	session := sessions.NewSession(s, name)
	session.IsNew = true
	session.Options = &sessions.Options{
		Path: "/", MaxAge: int(sessionLife / time.Second), HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
	}
	id, ok := s.signedID(r, name)
	if !ok {
		return session, nil
	}
	visitor, err := s.db.Visitor(r.Context(), id)
	if errors.Is(err, models.ErrNotFound) {
		return session, nil
	}
	if err != nil {
		return session, err
	}
	session.ID, session.IsNew = id, false
	session.Values[visitorKey] = visitor
	if visitor.UserID != nil {
		session.Values[userKey] = *visitor.UserID
	}
	var flash views.Flash
	if json.Unmarshal([]byte(visitor.Data), &flash) == nil && flash.Text != "" {
		session.Values[flashKey] = flash
	}
	return session, nil
}

// signedID returns the content of the request's cookie of that name; false unless the shop has
// signed it.
func (s *sessionStore) signedID(r *http.Request, name string) (string, bool) {
	cookie, err := r.Cookie(name)
	if err != nil {
		return "", false
	}
	var id []byte
	err = securecookie.DecodeMulti(name, cookie.Value, &id, s.codecs...)
	return string(id), err == nil
}

// Save writes the session and its cookie. A negative MaxAge ends the session.
func (s *sessionStore) Save(r *http.Request, w http.ResponseWriter, session *sessions.Session) error {
	if session.Options.MaxAge < 0 {
		http.SetCookie(w, sessions.NewCookie(session.Name(), "", session.Options))
		return s.db.DropSession(r.Context(), session.ID)
	}
	store := s.db.UpdateSession
	if session.ID == "" {
		session.ID, store = rand.Text()+rand.Text(), s.db.AddSession
	}
	flash, _ := session.Values[flashKey].(views.Flash)
	data, err := json.Marshal(flash)
	if err != nil {
		return err
	}
	user, _ := session.Values[userKey].(int64)
	state := models.SessionState{UserID: user, Data: string(data), Life: sessionLife}
	if err := store(r.Context(), session.ID, state); err != nil {
		return err
	}
	value, err := securecookie.EncodeMulti(session.Name(), []byte(session.ID), s.codecs...)
	if err != nil {
		return err
	}
	http.SetCookie(w, sessions.NewCookie(session.Name(), value, session.Options))
	return nil
}

// load loads the session before the handler runs, so that only one place must handle a database that
// is down.
func (s *sessionStore) load(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		session, err := s.Get(c.Request(), sessionCookie)
		if err != nil {
			return err
		}
		c.Set(sessionCookie, session)
		return next(c)
	}
}

func sessionOf(c echo.Context) *sessions.Session {
	session, _ := c.Get(sessionCookie).(*sessions.Session)
	return session
}

// userID is the logged-in student, or 0.
func userID(c echo.Context) int64 {
	session := sessionOf(c)
	if session == nil {
		return 0
	}
	id, _ := session.Values[userKey].(int64)
	return id
}

// visitorOf is who asks, as the session was loaded with this request; the zero Visitor where there is none.
func visitorOf(c echo.Context) models.Visitor {
	session := sessionOf(c)
	if session == nil {
		return models.Visitor{}
	}
	visitor, _ := session.Values[visitorKey].(models.Visitor)
	return visitor
}

// logIn logs the user in under a new session ID, so that an ID planted before the login is worthless.
// models.ErrNotFound means that the password was changed meanwhile, so that this login does not count.
func (s *shop) logIn(c echo.Context, user models.User) error {
	session := sessionOf(c)
	if session.ID != "" {
		if err := s.db.DropSession(c.Request().Context(), session.ID); err != nil {
			return err
		}
	}
	session.ID = ""
	session.Values[userKey] = user.ID
	if err := session.Save(c.Request(), c.Response()); err != nil {
		return err
	}
	err := s.db.PasswordStands(c.Request().Context(), user)
	if errors.Is(err, models.ErrNotFound) {
		return errors.Join(err, s.logOut(c))
	}
	return err
}

// logOut ends the session and begins one without a user, which can carry a message.
func (s *shop) logOut(c echo.Context) error {
	session := sessionOf(c)
	if err := s.db.DropSession(c.Request().Context(), session.ID); err != nil {
		return err
	}
	session.ID = ""
	delete(session.Values, userKey)
	delete(session.Values, visitorKey)
	return session.Save(c.Request(), c.Response())
}

// flash leaves a message for the next page.
func flash(c echo.Context, f views.Flash) error {
	session := sessionOf(c)
	session.Values[flashKey] = f
	return session.Save(c.Request(), c.Response())
}

// flashTo leads to a page that begins with a message.
func flashTo(c echo.Context, path string, f views.Flash) error {
	if err := flash(c, f); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, path)
}

// takeFlash returns the message that the last request left and removes it, except for HEAD, where
// nobody would read it.
func takeFlash(c echo.Context) (views.Flash, error) {
	session := sessionOf(c)
	f, ok := session.Values[flashKey].(views.Flash)
	if !ok || c.Request().Method == http.MethodHead {
		return f, nil
	}
	delete(session.Values, flashKey)
	return f, session.Save(c.Request(), c.Response())
}
