package models_test

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"gorm.io/gorm"

	"luffy/models"
)

const sessionLife = time.Hour

// save begins the session with that ID, or changes it if it exists.
func (s *scene) save(t testing.TB, id string, user int64, data string) {
	t.Helper()
	store := s.UpdateSession
	if _, err := s.Visitor(t.Context(), id); errors.Is(err, models.ErrNotFound) {
		store = s.AddSession
	}
	if err := store(t.Context(), id, models.SessionState{UserID: user, Data: data, Life: sessionLife}); err != nil {
		t.Fatalf("save session %q: %v", id, err)
	}
}

func (s *scene) wantNoSession(t testing.TB, id string) {
	t.Helper()
	if v, err := s.Visitor(t.Context(), id); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("session %q: got %+v, %v; want ErrNotFound", id, v, err)
	}
}

func TestSession(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.wantNoSession(t, "one")
		s.save(t, "one", 0, "hello")
		v, err := s.Visitor(t.Context(), "one")
		if err != nil || v.UserID != nil || v.Username != "" || v.Data != "hello" || v.CartCount != 0 {
			t.Errorf("nobody: got %+v, %v", v, err)
		}
		s.fill(t, s.Plain.For(30), s.Rate.For(30))
		s.save(t, "one", s.ann.ID, "")
		v, err = s.Visitor(t.Context(), "one")
		if err != nil || v.UserID == nil || *v.UserID != s.ann.ID || v.Username != "ann" || v.Data != "" || v.CartCount != 2 {
			t.Errorf("ann: got %+v, %v", v, err)
		}
		s.wantNoSession(t, "two")
		s.wantNoSession(t, "")
	})
}

func TestSessionSavedTwiceUnchanged(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.save(t, "one", s.ann.ID, "hello")
		s.save(t, "one", s.ann.ID, "hello")
	})
}

func TestEndedSessionStaysEnded(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.save(t, "one", s.ann.ID, "")
		if err := s.DropSession(t.Context(), "one"); err != nil {
			t.Fatal(err)
		}
		if err := s.UpdateSession(t.Context(), "one", models.SessionState{UserID: s.ann.ID, Life: sessionLife}); err != nil {
			t.Errorf("a page that was late: %v", err)
		}
		s.wantNoSession(t, "one")
	})
}

func TestSessionExpires(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.save(t, "one", s.ann.ID, "")
		s.clock.now = noon.Add(sessionLife - time.Microsecond)
		if _, err := s.Visitor(t.Context(), "one"); err != nil {
			t.Errorf("just before its end: %v", err)
		}
		s.clock.now = noon.Add(sessionLife)
		s.wantNoSession(t, "one")
	})
}

func TestSavingKeepsSessionAlive(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.save(t, "one", s.ann.ID, "")
		s.clock.forward(sessionLife - time.Minute)
		s.save(t, "one", s.ann.ID, "")
		s.clock.forward(sessionLife - time.Minute)
		v, err := s.Visitor(t.Context(), "one")
		if err != nil || !v.CreatedAt.Equal(noon) {
			t.Errorf("got a session of %v, %v; want that of %v", v.CreatedAt, err, noon)
		}
	})
}

func TestDropSession(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.save(t, "one", s.ann.ID, "")
		s.save(t, "two", s.ann.ID, "")
		for range 2 { // a second time is no error
			if err := s.DropSession(t.Context(), "one"); err != nil {
				t.Errorf("drop: %v", err)
			}
		}
		s.wantNoSession(t, "one")
		if _, err := s.Visitor(t.Context(), "two"); err != nil {
			t.Errorf("another browser's session: %v", err)
		}
	})
}

// Nobody can log in with a copy of the table.
func TestSessionTableHoldsNoID(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.save(t, "secret", s.ann.ID, "")
		var stored string
		if err := s.SQL().QueryRowContext(t.Context(), "SELECT id_hash FROM ly_session").Scan(&stored); err != nil {
			t.Fatal(err)
		}
		if stored == "secret" {
			t.Error("the table holds the session's id")
		}
		s.wantNoSession(t, stored)
	})
}

// More sessions than one statement deletes are deleted all the same.
func TestDropThousandsOfExpiredSessions(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		old := make([]models.Session, 2500)
		for i := range old {
			old[i] = models.Session{IDHash: strconv.Itoa(i), CreatedAt: noon, ExpiresAt: noon}
		}
		err := s.InTx(t.Context(), func(g *gorm.DB) error { return g.CreateInBatches(old, 500).Error })
		if err != nil {
			t.Fatal(err)
		}
		s.clock.forward(time.Hour)
		if err := s.DropExpiredSessions(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := sum(t, s.DB, "SELECT COUNT(*) FROM ly_session"); n != 0 {
			t.Errorf("got %d sessions, want none", n)
		}
	})
}

func TestDropExpiredSessions(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		if err := s.DropExpiredSessions(t.Context()); err != nil {
			t.Errorf("nothing to drop: %v", err)
		}
		s.save(t, "old", s.ann.ID, "")
		s.clock.forward(2 * sessionLife)
		s.save(t, "new", s.ann.ID, "")
		if err := s.DropExpiredSessions(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := sum(t, s.DB, "SELECT COUNT(*) FROM ly_session"); n != 1 {
			t.Errorf("got %d sessions, want 1", n)
		}
		if _, err := s.Visitor(t.Context(), "new"); err != nil {
			t.Errorf("the living session: %v", err)
		}
	})
}

func TestEndSessions(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		bob := student(t, s.DB, "bob")
		s.save(t, "one", s.ann.ID, "")
		s.save(t, "two", s.ann.ID, "")
		s.save(t, "bob's", bob.ID, "")
		s.save(t, "nobody's", 0, "")
		if err := s.EndSessions(t.Context(), s.ann.ID); err != nil {
			t.Fatal(err)
		}
		s.wantNoSession(t, "one")
		s.wantNoSession(t, "two")
		for _, id := range []string{"bob's", "nobody's"} {
			if _, err := s.Visitor(t.Context(), id); err != nil {
				t.Errorf("%s: %v", id, err)
			}
		}
	})
}
