package models_test

import (
	"errors"
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
)

// However a name was typed when the account was made and is typed at the login, it is the same.
func TestNamesThatLookAlike(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		for typed, stored := range map[string]string{"ｂｏｂ－７": "bob-7", "𝐞𝐯𝐞": "eve", "㈱": "", "ﬁﬁ": "fifi", "e\u0301va": "éva"} {
			user, err := s.AddUser(t.Context(), models.NewUser{Username: typed, Password: modelstest.Password})
			if user.Username != stored || (stored == "") != errors.Is(err, models.ErrUsername) {
				t.Errorf("%q: stored as %q, %v; want %q", typed, user.Username, err, stored)
			}
		}
		for _, typed := range []string{"bob-7", "ＢＯＢ－７", "𝐛ob-7"} {
			if user, err := s.Authenticate(t.Context(), typed, modelstest.Password); err != nil || user.Username != "bob-7" {
				t.Errorf("%q: logged in as %q, %v; want bob-7", typed, user.Username, err)
			}
			if _, err := s.AddUser(t.Context(), models.NewUser{Username: typed, Password: "a thief's own"}); !errors.Is(err, models.ErrTaken) {
				t.Errorf("%q: added, %v; want ErrTaken", typed, err)
			}
		}
	})
}

// An account that an older shop stored in full width is found both ways, and nobody can take its name.
func TestNameStoredInFullWidth(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		bob, eve := modelstest.Student(t, s.DB, "bob").ID, modelstest.Student(t, s.DB, "eve").ID
		other := modelstest.Student(t, s.DB, "other").ID
		exec(t, s.DB, "UPDATE ly_user SET username = 'ｂｏｂ' WHERE id = ?", bob)
		exec(t, s.DB, "UPDATE ly_user SET username = 'ｅｖｅ' WHERE id = ?", other)
		for typed, want := range map[string]int64{"bob": bob, "ｂｏｂ": bob, "ｂob": bob, "eve": eve, "ｅｖｅ": other} {
			if user, err := s.Authenticate(t.Context(), typed, modelstest.Password); err != nil || user.ID != want {
				t.Errorf("%q: logged in as %d, %v; want %d", typed, user.ID, err, want)
			}
		}
		for _, typed := range []string{"bob", "ｂｏｂ", "ｂob"} {
			if _, err := s.AddUser(t.Context(), models.NewUser{Username: typed, Password: "a thief's own"}); !errors.Is(err, models.ErrTaken) {
				t.Errorf("%q: added, %v; want ErrTaken", typed, err)
			}
		}
	})
}
