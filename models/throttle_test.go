package models_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"luffy/models"
)

// admitted counts how many of n tries are let through, and gives the refusal of the last one that
// was not.
func (s *scene) admitted(t testing.TB, n int, limits ...models.Limit) (passed int, refused models.TooManyError) {
	t.Helper()
	for range n {
		err := s.Admit(t.Context(), limits...)
		if tooMany, ok := errors.AsType[models.TooManyError](err); ok {
			refused = tooMany
		} else if err != nil {
			t.Fatalf("admit: %v", err)
		} else {
			passed++
		}
	}
	return passed, refused
}

func TestAdmit(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		ann := models.LimitName("ann")
		passed, refused := s.admitted(t, 13, ann)
		if want := noon.Add(time.Minute).Truncate(time.Microsecond); passed != 10 || !refused.Until.Equal(want) {
			t.Errorf("got %d let through, the next at %v; want 10, the next at %v", passed, refused.Until, want)
		}
		for what, other := range map[string]models.Limit{
			"another name": models.LimitName("bob"), "a browser that knows ann": models.LimitKnown("ann"),
			"an address": models.LimitLogins("ann"), "an old password": models.LimitOldPassword(s.ann.ID),
		} {
			if passed, _ := s.admitted(t, 1, other); passed != 1 {
				t.Errorf("%s pays for the guesses of ann's name", what)
			}
		}
		s.clock.now = refused.Until.Add(-time.Microsecond)
		if passed, _ := s.admitted(t, 1, ann); passed != 0 {
			t.Error("let through before the time that the refusal named")
		}
		s.clock.now = refused.Until
		if passed, _ := s.admitted(t, 5, ann); passed != 1 {
			t.Errorf("got %d let through after a pause, want one", passed)
		}
		s.clock.forward(time.Hour)
		if passed, _ := s.admitted(t, 13, ann); passed != 10 {
			t.Errorf("got %d let through after an hour, want 10 again", passed)
		}
	})
}

// A machine may begin with local time for UTC and correct that after a minute. What it counted
// until then must not keep anybody out for hours. Replicas whose clocks differ a little count
// together.
func TestAdmitAfterTheClockWasWrong(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		ann := models.LimitName("ann")
		for ahead, want := range map[time.Duration]int{
			time.Minute: 0, time.Hour: 0, time.Hour + time.Microsecond: 10, 8 * time.Hour: 10,
		} {
			s.clock.now = s.clock.now.AddDate(0, 0, 1)
			right := s.clock.now
			s.clock.forward(ahead)
			s.admitted(t, 11, ann)
			s.clock.now = right
			if passed, _ := s.admitted(t, 13, ann); passed != want {
				t.Errorf("counted %v ahead: got %d let through, want %d", ahead, passed, want)
			}
		}
	})
}

// Guesses at the same moment are counted like guesses one after another.
func TestAdmitAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		var passed atomic.Int64
		together(32, func(int) {
			err := s.Admit(context.Background(), models.LimitName("ann"))
			if _, refused := errors.AsType[models.TooManyError](err); err == nil {
				passed.Add(1)
			} else if !refused {
				t.Errorf("got %v, want it let through or refused", err)
			}
		})
		if got := passed.Load(); got != 10 {
			t.Errorf("got %d of 32 let through, want 10", got)
		}
	})
}

func TestForgive(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		name, address := models.LimitName("ann"), models.LimitLogins("192.0.2.1")
		for range 50 { // a class that logs in
			if passed, _ := s.admitted(t, 1, address, name); passed != 1 {
				t.Fatal("a login that succeeds uses the limit up")
			}
			if err := s.Forgive(t.Context(), address, name); err != nil {
				t.Fatal(err)
			}
		}
		another := models.LimitName("bob")
		s.admitted(t, 10, name)
		s.admitted(t, 10, another)
		if err := s.Forgive(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		if passed, _ := s.admitted(t, 3, name); passed != 1 {
			t.Errorf("got %d let through after one was forgiven, want 1", passed)
		}
		if passed, _ := s.admitted(t, 1, another); passed != 0 {
			t.Error("what is forgiven to one is forgiven to another")
		}
	})
}

// Spellings of one name share a limit, and visitors share one where they are likely to be one.
func TestLimitsMeet(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b models.Limit
		same bool
	}{
		{models.LimitName("ann"), models.LimitName("ANN"), true},
		{models.LimitName("ann"), models.LimitName("ánn"), false},
		{models.LimitName("ann"), models.LimitName("ａｎｎ"), true},
		// \u212a is the sign of degrees Kelvin, a k to SQL and to EqualFold.
		{models.LimitName("king"), models.LimitName("\u212aing"), true},
		{models.LimitName("σς"), models.LimitName("ΣΣ"), true},
		{models.LimitName("ann"), models.LimitKnown("ann"), false},
		{models.LimitKnown("ann"), models.LimitKnown("ＡNN"), true},
		{models.LimitAsk("1"), models.LimitAsk("2"), false},
		{models.LimitLogins("192.0.2.1"), models.LimitLogins("192.0.2.2"), false},
		{models.LimitLogins("192.0.2.1"), models.LimitLogins("::ffff:192.0.2.1"), true},
		{models.LimitLogins("2001:db8::1"), models.LimitLogins("2001:db8::ffff"), true},
		{models.LimitLogins("2001:db8::1"), models.LimitLogins("2001:db8:0:1::1"), false},
		{models.LimitLogins("2001:db8::1"), models.LimitRegistrations("2001:db8::1"), false},
		{models.LimitLogins("fe80::1%eth0"), models.LimitLogins("fe80::2"), true},
		{models.LimitLogins("no address"), models.LimitLogins("nor this"), false},
	} {
		if same := c.a == c.b; same != c.same {
			t.Errorf("%+v and %+v: got the same limit %v, want %v", c.a, c.b, same, c.same)
		}
	}
	for _, name := range []string{"Ann", "ſtraße", "İstanbul", "K", "王小明", "ΣΑΣ", "ǅ"} {
		for _, other := range []string{strings.ToUpper(name), strings.ToLower(name), strings.ToTitle(name)} {
			if strings.EqualFold(name, other) != (models.FoldName(name) == models.FoldName(other)) {
				t.Errorf("%q and %q: FoldName does not agree with EqualFold", name, other)
			}
		}
	}
}

// A stranger who tries names by the million finds none whose guesses count against somebody else's limit.
// With four million buckets this name shared one with boss's browser.
func TestNoNameUsesUpAnothersLimit(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.admitted(t, 10, models.LimitName("a469036"))
		if passed, _ := s.admitted(t, 1, models.LimitKnown("boss")); passed != 1 {
			t.Error("the guesses of a469036 use up the limit of a browser that knows boss")
		}
	})
}

// More rows than one statement deletes are deleted all the same.
func TestDropThousandsOfSpentThrottles(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		var rows []string
		for i := range 2500 {
			rows = append(rows, fmt.Sprintf("(%d, 1)", i))
		}
		exec(t, s.DB, "INSERT INTO ly_throttle (bucket, spent_until) VALUES "+strings.Join(rows, ","))
		if err := s.DropSpentThrottles(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := sum(t, s.DB, "SELECT COUNT(*) FROM ly_throttle"); n != 0 {
			t.Errorf("got %d rows, want none", n)
		}
	})
}

// Whoever knows a browser's owner, or finds it logged in, has no more guesses than a stranger elsewhere.
func TestGuessesInAStudentsBrowser(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		for what, limit := range map[string]models.Limit{
			"known browser": models.LimitKnown("ann"), "old password": models.LimitOldPassword(s.ann.ID),
		} {
			s.clock.forward(time.Hour)
			passed, refused := s.admitted(t, 13, limit)
			if want := s.clock.now.Add(time.Minute); passed != 10 || !refused.Until.Equal(want) {
				t.Errorf("%s: got %d let through, the next at %v; want 10, the next at %v", what, passed, refused.Until, want)
			}
		}
	})
}

// The table keeps nothing that was typed, and nothing for long.
func TestDropSpentThrottles(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		for i := range 30 {
			s.admitted(t, 1, models.LimitName(fmt.Sprintf("name%d", i)))
		}
		s.clock.forward(30 * time.Second)
		s.admitted(t, 10, models.LimitName("ann"))
		s.clock.forward(31 * time.Second)
		if err := s.DropSpentThrottles(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := sum(t, s.DB, "SELECT COUNT(*) FROM ly_throttle"); n != 1 {
			t.Errorf("got %d rows, want the one that still limits", n)
		}
		if passed, _ := s.admitted(t, 3, models.LimitName("ann")); passed != 0 {
			t.Errorf("got %d let through after the sweep, want none", passed)
		}
	})
}
