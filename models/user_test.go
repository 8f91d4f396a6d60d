package models_test

import (
	"errors"
	"strings"
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
)

func TestAddUser(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		added, err := s.AddUser(t.Context(), models.NewUser{
			Username: "李雷", Password: modelstest.Password, Staff: true, Credit: 50,
		})
		if err != nil {
			t.Fatal(err)
		}
		stored, err := s.UserByName(t.Context(), "李雷")
		if err != nil {
			t.Fatal(err)
		}
		for name, u := range map[string]models.User{"returned": added, "stored": stored} {
			if u.ID == 0 || u.Username != "李雷" || !u.IsStaff || u.Credit != 50 ||
				u.FreeCredit() != 50 || !u.CreatedAt.Equal(noon) {
				t.Errorf("%s: got %+v", name, u)
			}
		}
		if strings.Contains(stored.Password, modelstest.Password) || !strings.HasPrefix(stored.Password, "$argon2id$") {
			t.Errorf("stored password: got %q, want its argon2id hash", stored.Password)
		}
		if ledger := sum(t, s.DB, "SELECT SUM(number) FROM ly_credit WHERE user_id = ?", stored.ID); ledger != 50 {
			t.Errorf("ledger: got %d, want 50", ledger)
		}
	})
}

// MySQL's collation takes these names for the same, so a coupon could go to somebody else.
func TestUserByNameIsNobodyElse(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		student(t, s.DB, "𠮷野")
		for name, want := range map[string]string{"𠮷野": "𠮷野", "ANN": "ann", "𡃁野": "", "ánn": "", "ann ": ""} {
			user, err := s.UserByName(t.Context(), name)
			if user.Username != want || (want == "") != errors.Is(err, models.ErrNotFound) {
				t.Errorf("%q: got %q, %v; want %q", name, user.Username, err, want)
			}
		}
	})
}

func TestAddUserRefused(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		good := modelstest.Password
		for _, c := range []struct {
			name, password string
			want           []error
		}{
			{"ann", good, []error{models.ErrTaken}},
			{"ANN", good, []error{models.ErrTaken}},
			{"", good, []error{models.ErrUsername}},
			{"a", good, []error{models.ErrUsername}},
			{strings.Repeat("长", 21), good, []error{models.ErrUsername}},
			{"a b", good, []error{models.ErrUsername}},
			{" ann", good, []error{models.ErrUsername}},
			{"ann\n", good, []error{models.ErrUsername}},
			{"<b>ann", good, []error{models.ErrUsername}},
			{"ann\xff", good, []error{models.ErrUsername}},
			{"ann\u200b", good, []error{models.ErrUsername}}, // looks like ann
			{"😀😀", good, []error{models.ErrUsername}},
			{"bob", "", []error{models.ErrPassword}},
			{"bob", "1234567", []error{models.ErrPassword}},
			{"bob", strings.Repeat("x", 73), []error{models.ErrPassword}},
			{"bob", "12345678\xff", []error{models.ErrPassword}},
			{"b", "short", []error{models.ErrUsername, models.ErrPassword}},
		} {
			_, err := s.AddUser(t.Context(), models.NewUser{Username: c.name, Password: c.password, Credit: 5})
			for _, want := range c.want {
				if !errors.Is(err, want) {
					t.Errorf("%q, %q: got %v, want %v", c.name, c.password, err, want)
				}
			}
		}
		if n := sum(t, s.DB, "SELECT COUNT(*) FROM ly_user"); n != 1 {
			t.Errorf("got %d users, want only the first", n)
		}
	})
}

func TestAddUserWithinBounds(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		for name, password := range map[string]string{
			"ab":                    "12345678",
			strings.Repeat("长", 20): strings.Repeat("密", 72),
			"a_b-c.9":               "        ",
		} {
			if _, err := s.AddUser(t.Context(), models.NewUser{Username: name, Password: password}); err != nil {
				t.Errorf("%q: %v", name, err)
			}
			if user, err := s.Authenticate(t.Context(), name, password); err != nil || user.Username != name {
				t.Errorf("%q: logged in as %q, %v", name, user.Username, err)
			}
		}
	})
}

// The error is the same, whatever was wrong.
func TestAuthenticate(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		bob := modelstest.Student(t, s.DB, "bob")
		exec(t, s.DB, "UPDATE ly_user SET password = 'not a hash' WHERE username = 'ann'")
		for _, c := range []struct {
			what, name, password string
			ok                   bool
		}{
			{"right", "bob", modelstest.Password, true},
			{"name in another case", "BOB", modelstest.Password, true},
			{"wrong password", "bob", modelstest.Password + "!", false},
			{"password in another case", "bob", strings.ToUpper(modelstest.Password), false},
			{"no password", "bob", "", false},
			{"unknown", "eve", modelstest.Password, false},
			{"nobody's own password", "eve", "nobody", false},
			{"no name", "", modelstest.Password, false},
			{"wildcard", "b%", modelstest.Password, false},
			{"another letter to us, the same to MySQL", "bób", modelstest.Password, false},
			{"too long a name", strings.Repeat("x", 10_000), modelstest.Password, false},
			{"too long a password", "bob", strings.Repeat("x", 10_000), false},
			{"broken hash", "ann", "not a hash", false},
			{"empty password and broken hash", "ann", "", false},
		} {
			user, err := s.Authenticate(t.Context(), c.name, c.password)
			if c.ok && (err != nil || user.ID != bob.ID) {
				t.Errorf("%s: got %+v, %v; want bob", c.what, user, err)
			}
			if !c.ok && (!errors.Is(err, models.ErrNotFound) || user.ID != 0) {
				t.Errorf("%s: got %+v, %v; want ErrNotFound", c.what, user, err)
			}
		}
	})
}
