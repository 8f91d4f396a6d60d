package models_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
)

func TestChangePassword(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		bob, eve := modelstest.Student(t, s.DB, "bob"), student(t, s.DB, "eve")
		s.save(t, "here", bob.ID, "")
		s.save(t, "elsewhere", bob.ID, "")
		s.save(t, "eve's", eve.ID, "")
		const fresh = "another horse"
		for _, c := range []struct {
			old, fresh, again string
			want              []error
		}{
			{"wrong", fresh, fresh, []error{models.ErrOldPassword}},
			{strings.Repeat("x", 10_000), fresh, fresh, []error{models.ErrOldPassword}},
			{modelstest.Password, "short", "short", []error{models.ErrPassword}},
			{modelstest.Password, fresh, fresh + "!", []error{models.ErrPasswordsDiffer}},
			{"", "", "x", []error{models.ErrOldPassword, models.ErrPassword, models.ErrPasswordsDiffer}},
		} {
			_, err := s.ChangePassword(t.Context(), models.PasswordChange{
				UserID: bob.ID, Old: c.old, New: c.fresh, Again: c.again,
			})
			for _, fault := range []error{models.ErrOldPassword, models.ErrPassword, models.ErrPasswordsDiffer} {
				if got := errors.Is(err, fault); got != slices.Contains(c.want, fault) {
					t.Errorf("%.10q to %q: got %v, want %v", c.old, c.fresh, err, c.want)
				}
			}
		}
		if _, err := s.Visitor(t.Context(), "elsewhere"); err != nil {
			t.Errorf("a change that was refused ended a session: %v", err)
		}
		changed, err := s.ChangePassword(t.Context(), models.PasswordChange{
			UserID: bob.ID, Old: modelstest.Password, New: fresh, Again: fresh,
		})
		if err != nil {
			t.Fatal(err)
		}
		s.wantNoSession(t, "here")
		s.wantNoSession(t, "elsewhere")
		if _, err := s.Visitor(t.Context(), "eve's"); err != nil {
			t.Errorf("eve's session: %v", err)
		}
		if _, err := s.Authenticate(t.Context(), "bob", modelstest.Password); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("the old password: got %v, want ErrNotFound", err)
		}
		if _, err := s.Authenticate(t.Context(), "bob", fresh); err != nil {
			t.Errorf("the new password: %v", err)
		}
		if err := s.PasswordStands(t.Context(), bob); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a login with the old password: got %v, want ErrNotFound", err)
		}
		if err := s.PasswordStands(t.Context(), changed); err != nil {
			t.Errorf("a login with the new password: %v", err)
		}
	})
}

// Of two changes at once one is made; for the other the old password is then wrong.
func TestSetPassword(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		bob := modelstest.Student(t, s.DB, "bob")
		s.save(t, "here", bob.ID, "")
		if err := s.SetPassword(t.Context(), bob, "short"); !errors.Is(err, models.ErrPassword) {
			t.Errorf("short: got %v, want ErrPassword", err)
		}
		const fresh = "another horse"
		if err := s.SetPassword(t.Context(), bob, fresh); err != nil {
			t.Fatal(err)
		}
		if user, err := s.Authenticate(t.Context(), "bob", fresh); err != nil || user.ID != bob.ID {
			t.Errorf("with the new password: got %+v, %v", user, err)
		}
		if _, err := s.Authenticate(t.Context(), "bob", modelstest.Password); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("with the forgotten one: got %v, want ErrNotFound", err)
		}
		s.wantNoSession(t, "here")
	})
}

func TestChangePasswordAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		bob := modelstest.Student(t, s.DB, "bob")
		var made atomic.Int64
		together(4, func(i int) {
			fresh := strings.Repeat(string(rune('a'+i)), 10)
			_, err := s.ChangePassword(context.Background(), models.PasswordChange{
				UserID: bob.ID, Old: modelstest.Password, New: fresh, Again: fresh,
			})
			switch {
			case err == nil:
				made.Add(1)
			case !errors.Is(err, models.ErrOldPassword):
				t.Errorf("got %v, want ErrOldPassword", err)
			}
		})
		if got := made.Load(); got != 1 {
			t.Errorf("got %d changes, want one", got)
		}
	})
}
