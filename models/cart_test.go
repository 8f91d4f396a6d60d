package models_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

func (s *scene) cart(t testing.TB) []models.CartLine {
	t.Helper()
	lines, err := s.Cart(t.Context(), s.ann.ID)
	if err != nil {
		t.Fatalf("cart: %v", err)
	}
	return lines
}

func TestCart(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.fill(t, s.Rate.For(30))
		s.clock.forward(time.Second)
		s.fill(t, s.Plain.For(0))
		lines := s.cart(t)
		if len(lines) != 2 || lines[0].CourseID != s.Plain.ID || lines[1].CourseID != s.Rate.ID {
			t.Fatalf("got %+v, want the latest first", lines)
		}
		got := lines[1]
		if got.Offer != s.Rate.For(30) || !got.Selected || !got.OnSale || got.SeenPrice != 117_33 {
			t.Errorf("got %+v, want %+v on sale and selected", got, s.Rate.For(30))
		}
		if !slices.Equal(got.Terms, s.Rate.Offers) {
			t.Errorf("terms: got %+v, want all of the course", got.Terms)
		}
		if total := models.TotalOf(lines); total != (models.CartTotal{Count: 2, List: 443_33, Sale: 427_33}) {
			t.Errorf("total: got %+v", total)
		}
		bob := student(t, s.DB, "bob")
		if theirs, err := s.Cart(t.Context(), bob.ID); err != nil || len(theirs) != 0 {
			t.Errorf("bob's cart: got %d lines, %v", len(theirs), err)
		}
	})
}

func TestChangeOfTerm(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.fill(t, s.Plain.For(30))
		s.clock.forward(time.Minute)
		s.fill(t, s.Rate.For(30))
		s.clock.forward(time.Minute)
		s.fill(t, s.Plain.For(90))
		lines := s.cart(t)
		if len(lines) != 2 || lines[1].CourseID != s.Plain.ID {
			t.Fatalf("got %+v, want the changed line still in its place", lines)
		}
		if got := lines[1]; got.Expire != s.Plain.For(90).Expire || got.SeenPrice != 219_00 {
			t.Errorf("got term %q at %v, want 三个月有效 at 219.00", got.ExpireText, got.SeenPrice)
		}
	})
}

func TestCartTellsOfChangedPrice(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.fill(t, s.Plain.For(0))
		exec(t, s.DB, "UPDATE ly_course SET price = 32000 WHERE id = ?", s.Plain.ID)
		if line := s.cart(t)[0]; line.SeenPrice != 310_00 || line.SalePrice != 320_00 {
			t.Errorf("got %v, seen at %v; want 320.00, seen at 310.00", line.SalePrice, line.SeenPrice)
		}
	})
}

// A course that can no longer be bought stays visible in the cart, so that the student learns why,
// but it is never counted.
func TestWithdrawnInCart(t *testing.T) {
	for name, c := range map[string]struct {
		withdraw func(*testing.T, *scene)
		terms    int // how many terms are left to choose from
	}{
		"course": {func(t *testing.T, s *scene) {
			exec(t, s.DB, "UPDATE ly_course SET published = 0 WHERE id = ?", s.Plain.ID)
		}, 4},
		"term": {func(t *testing.T, s *scene) {
			exec(t, s.DB, "DELETE FROM ly_course_expire WHERE id = ?", s.Plain.For(30).Expire)
		}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				s.fill(t, s.Plain.For(30))
				c.withdraw(t, s)
				line := s.cart(t)[0]
				if line.OnSale || line.Selected || line.CourseName != s.Plain.Name || len(line.Terms) != c.terms {
					t.Errorf("got %+v, want it named, not selected and not on sale", line)
				}
				if total := models.TotalOf(s.cart(t)); total != (models.CartTotal{}) {
					t.Errorf("total: got %+v, want nothing", total)
				}
			})
		})
	}
}

func TestSelectCart(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.fill(t, s.Plain.For(30), s.Rate.For(30), s.Off.For(0))
		exec(t, s.DB, "UPDATE ly_course SET published = 0 WHERE id = ?", s.Off.ID)
		bob := student(t, s.DB, "bob")
		modelstest.FillCart(t, s.DB, bob, s.Plain.For(30))
		for _, c := range []struct {
			selected bool
			count    int
		}{{false, 0}, {false, 0}, {true, 2}, {true, 2}} {
			if err := s.SelectCart(t.Context(), s.ann.ID, c.selected); err != nil {
				t.Fatal(err)
			}
			if got := models.TotalOf(s.cart(t)).Count; got != c.count {
				t.Errorf("selected %v: got %d courses that are ticked and on sale, want %d", c.selected, got, c.count)
			}
			if lines, err := s.Cart(t.Context(), bob.ID); err != nil || len(lines) != 1 || !lines[0].Selected {
				t.Errorf("bob's cart: got %+v, %v; want his tick as it was", lines, err)
			}
		}
	})
}

func TestPutInCartRefused(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		exec(t, s.DB, "UPDATE ly_course SET published = 0 WHERE id = ?", s.Off.ID)
		for name, c := range map[string]struct {
			course, expire int64
			want           error
		}{
			"unknown course":        {404, models.ForEver, models.ErrNotFound},
			"no course":             {0, models.ForEver, models.ErrNotFound},
			"withdrawn course":      {s.Off.ID, models.ForEver, models.ErrWithdrawn},
			"unknown term":          {s.Plain.ID, 404, models.ErrWithdrawn},
			"another course's term": {s.Plain.ID, s.Rate.For(30).Expire, models.ErrWithdrawn},
			"negative term":         {s.Plain.ID, -1, models.ErrWithdrawn},
		} {
			err := s.PutInCart(t.Context(), models.CartItem{
				UserID: s.ann.ID, CourseID: c.course, Expire: c.expire, Selected: true,
			})
			if !errors.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", name, err, c.want)
			}
		}
		if got := s.inCart(t); len(got) != 0 {
			t.Errorf("got %v in the cart, want nothing", got)
		}
	})
}

func TestCartFull(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.fill(t, s.Plain.For(0))
		for i := range 49 {
			exec(t, s.DB, "INSERT INTO ly_cart_item (user_id, course_id, price, created_at) VALUES (?, ?, 0, ?)",
				s.ann.ID, 1000+i, noon)
		}
		put := func(course int64) error {
			return s.PutInCart(t.Context(), models.CartItem{UserID: s.ann.ID, CourseID: course, Selected: true})
		}
		if err := put(s.Rate.ID); !errors.Is(err, models.ErrCartFull) {
			t.Errorf("the 51st course: got %v, want ErrCartFull", err)
		}
		if err := put(s.Plain.ID); err != nil {
			t.Errorf("a course that is in it: got %v", err)
		}
		if err := s.RemoveFromCart(t.Context(), s.ann.ID, 1000); err != nil {
			t.Fatal(err)
		}
		if err := put(s.Rate.ID); err != nil {
			t.Errorf("the 50th course: got %v", err)
		}
	})
}

func TestPutInCartSixteenTimesAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		together(16, func(i int) {
			offer := s.Plain.Offers[i%len(s.Plain.Offers)]
			err := s.PutInCart(t.Context(), models.CartItem{
				UserID: s.ann.ID, CourseID: offer.CourseID, Expire: offer.Expire, Selected: true,
			})
			if err != nil {
				t.Errorf("put: %v", err)
			}
		})
		if got := s.inCart(t); len(got) != 1 {
			t.Errorf("got %v, want the course once", got)
		}
	})
}

func TestRemoveFromCart(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		bob := student(t, s.DB, "bob")
		s.fill(t, s.Plain.For(30), s.Rate.For(30))
		in := func(user, course int64) string {
			term, err := s.InCart(t.Context(), user, course)
			return fmt.Sprint(term != nil && *term == s.Plain.For(30).Expire, err)
		}
		got := in(s.ann.ID, s.Plain.ID) + in(bob.ID, s.Plain.ID) + in(s.ann.ID, s.Step.ID)
		if got != "true <nil>false <nil>false <nil>" {
			t.Errorf("in cart: got %s", got)
		}
		for _, user := range []int64{bob.ID, s.ann.ID, s.ann.ID} { // another's cart is not touched, a second time is no error
			if err := s.RemoveFromCart(t.Context(), user, s.Plain.ID); err != nil {
				t.Errorf("remove: %v", err)
			}
			want := []int64{s.Rate.ID}
			if user == bob.ID {
				want = []int64{s.Plain.ID, s.Rate.ID}
			}
			if got := s.inCart(t); !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		}
	})
}
