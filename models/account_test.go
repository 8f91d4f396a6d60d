package models_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

func TestParseMobile(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"13800138000": "13800138000", " 138 0013 8000 ": "13800138000", "+86 138-0013-8000": "13800138000", "19912345678": "19912345678",
		"\u202a138 0013 8000\u202c": "13800138000", "\u200e13800138000": "13800138000",
		"": "", "  ": "",
	} {
		if got, err := models.ParseMobile(typed); err != nil || got != want {
			t.Errorf("%q: got %q, %v; want %q", typed, got, err, want)
		}
	}
	for _, typed := range []string{
		"12800138000", "1380013800", "138001380000", "+1 13800138000", "１３８００１３８０００", "13800138000<b>", "📱", "\xff",
		strings.Repeat("1", 10_000), "1380013800\n0x",
	} {
		if got, err := models.ParseMobile(typed); !errors.Is(err, models.ErrMobile) {
			t.Errorf("%.20q: got %q, %v; want ErrMobile", typed, got, err)
		}
	}
}

func TestSetMobile(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		bob := student(t, s.DB, "bob")
		for _, number := range []string{"13800138000", "13800138000", ""} { // the second changes nothing
			if err := s.SetMobile(t.Context(), s.ann.ID, number); err != nil {
				t.Fatal(err)
			}
			ann, err := s.User(t.Context(), s.ann.ID)
			if err != nil || (ann.Mobile == nil) != (number == "") || ann.Mobile != nil && *ann.Mobile != number {
				t.Errorf("got %v, %v; want %q", ann.Mobile, err, number)
			}
		}
		if other, err := s.User(t.Context(), bob.ID); err != nil || other.Mobile != nil {
			t.Errorf("bob's: got %v, %v; want none", other.Mobile, err)
		}
	})
}

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

// Two changes at once: one is made, and the other one's old password is wrong.
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

func TestSummary(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		got, err := s.Summary(t.Context(), s.ann.ID)
		if want := (models.Summary{Credit: 1000, CreatedAt: got.CreatedAt}); err != nil ||
			got != want || !got.CreatedAt.Equal(noon) {
			t.Errorf("at first: got %+v, %v; want %+v", got, err, want)
		}
		s.buy(t, s.Plain.For(30), noon)
		s.buy(t, s.Rate.For(0), noon)
		s.buy(t, s.Step.For(90), noon)
		s.give(t, modelstest.CouponOff)
		s.give(t, modelstest.CouponRate)
		s.fill(t, s.Off.For(0))
		modelstest.PlaceOrder(t, s.DB, s.ann, models.Choice{Points: 100})
		modelstest.Paid(t, s.DB, student(t, s.DB, "bob"), s.Plain.For(30)) // counts for nobody else
		s.clock.now = noon.AddDate(0, 0, 30).Add(-models.EndingSoon + time.Second)
		exec(t, s.DB, "UPDATE ly_user_coupon SET end_time = ?", s.Now().Add(time.Hour))
		exec(t, s.DB, "UPDATE ly_user_coupon SET end_time = ? WHERE id = 1", s.Now())
		want := models.Summary{
			Credit: 1000, CreditHeld: 100, Coupons: 1, Courses: 3, Ending: 1, Unpaid: 1, CreatedAt: got.CreatedAt,
		}
		if got, err := s.Summary(t.Context(), s.ann.ID); err != nil || got != want {
			t.Errorf("later: got %+v, %v; want %+v", got, err, want)
		}
		s.clock.now = noon.AddDate(0, 0, 30)
		if got, err := s.Summary(t.Context(), s.ann.ID); err != nil || got.Courses != 2 || got.Ending != 0 {
			t.Errorf("after an end: got %d courses, %d ending, %v; want 2 and none", got.Courses, got.Ending, err)
		}
		if _, err := s.Summary(t.Context(), 99); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("of nobody: got %v, want ErrNotFound", err)
		}
	})
}
