package models_test

import (
	"slices"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

// buy pays an order of the offer at that moment and gives the end of the new purchase record, nil =
// for ever.
func (s *scene) buy(t testing.TB, offer models.Offer, paidAt time.Time) *time.Time {
	t.Helper()
	_, trade := s.attempt(t, s.order(t, offer))
	trade.PaidAt = paidAt
	if got := s.confirm(t, trade); got != models.Fulfilled {
		t.Fatalf("confirm: got %q", got)
	}
	records := rows[models.UserCourse](t, s.DB, "user_id = ? AND course_id = ?", s.ann.ID, offer.CourseID)
	return records[len(records)-1].OutTime
}

func (s *scene) right(t testing.TB, course int64) models.Right {
	t.Helper()
	rights, err := s.Rights(t.Context(), s.ann.ID, course)
	if err != nil {
		t.Fatalf("rights: %v", err)
	}
	return rights[course]
}

// A term counts from the moment of payment by Alipay's clock, however late its message is.
func TestEndOfTerm(t *testing.T) {
	for name, c := range map[string]struct {
		course func(*scene) modelstest.Course
		days   int
	}{
		"30 days":  {func(s *scene) modelstest.Course { return s.Plain }, 30},
		"60 days":  {func(s *scene) modelstest.Course { return s.Rate }, 60},
		"90 days":  {func(s *scene) modelstest.Course { return s.Step }, 90},
		"for ever": {func(s *scene) modelstest.Course { return s.Plain }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *scene) {
				paidAt := noon.Add(-26 * time.Hour)
				got := s.buy(t, c.course(s).For(c.days), paidAt)
				right := s.right(t, c.course(s).ID)
				if c.days == 0 {
					if got != nil || !right.ForEver || !right.Until().IsZero() {
						t.Errorf("got end %v and right %+v, want none and for ever", got, right)
					}
					return
				}
				want := paidAt.AddDate(0, 0, c.days)
				if got == nil || !got.Equal(want) || !right.Until().Equal(want) || right.ForEver {
					t.Errorf("got end %v and right %+v, want %v", got, right, want)
				}
			})
		})
	}
}

func TestTermIsThatOfThePurchase(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		_, trade := s.attempt(t, s.order(t, s.Plain.For(30)))
		exec(t, s.DB, "UPDATE ly_course_expire SET expire_time = 7 WHERE id = ?", s.Plain.For(30).Expire)
		s.confirm(t, trade)
		if got, want := s.right(t, s.Plain.ID).End, noon.AddDate(0, 0, 30); !got.Equal(want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestBuyingAgain(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		first := s.buy(t, s.Plain.For(30), noon)
		s.clock.forward(10 * 24 * time.Hour)
		second := s.buy(t, s.Plain.For(60), s.Now())
		if want := noon.AddDate(0, 0, 90); !second.Equal(want) {
			t.Errorf("while the first runs until %v: got %v, want %v", first, second, want)
		}
		s.clock.now = second.Add(time.Hour)
		if s.right(t, s.Plain.ID).Live(s.Now()) {
			t.Error("the right lives on after its end")
		}
		third := s.buy(t, s.Plain.For(30), s.Now())
		if want := s.Now().AddDate(0, 0, 30); !third.Equal(want) {
			t.Errorf("after expiry: got %v, want %v", third, want)
		}
		if forEver := s.buy(t, s.Plain.For(0), s.Now()); forEver != nil {
			t.Errorf("for ever: got end %v", forEver)
		}
		if right := s.right(t, s.Plain.ID); right.Records != 4 || !right.ForEver || !right.End.Equal(*third) {
			t.Errorf("got %+v, want four records, for ever", right)
		}
	})
}

// A right that was revoked with a refund does not extend any other.
func TestBuyingAfterRefund(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.buy(t, s.Plain.For(60), noon)
		exec(t, s.DB, "UPDATE ly_user_course SET revoked_at = ?", noon)
		again := s.buy(t, s.Plain.For(30), noon)
		if want := noon.AddDate(0, 0, 30); again == nil || !again.Equal(want) {
			t.Errorf("got end %v, want %v", again, want)
		}
	})
}

// A right that has no end is shown without one, and opens the course, whatever other records say.
func TestRight(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		right models.Right
		live  bool
		until time.Time
	}{
		"none":                   {models.Right{}, false, time.Time{}},
		"ends later":             {models.Right{Records: 1, End: noon.Add(1)}, true, noon.Add(1)},
		"ends now":               {models.Right{Records: 1, End: noon}, false, noon},
		"for ever":               {models.Right{Records: 1, ForEver: true}, true, time.Time{}},
		"for ever, and one ends": {models.Right{Records: 2, ForEver: true, End: noon}, true, time.Time{}},
	} {
		if live, until := c.right.Live(noon), c.right.Until(); live != c.live || !until.Equal(c.until) {
			t.Errorf("%s: got live %v until %v, want %v until %v", name, live, until, c.live, c.until)
		}
	}
}

func TestRights(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		s.buy(t, s.Plain.For(30), noon)
		s.buy(t, s.Rate.For(30), noon)
		bob := student(t, s.DB, "bob")
		modelstest.Paid(t, s.DB, bob, s.Step.For(0))
		rights, err := s.Rights(t.Context(), s.ann.ID, s.Plain.ID, s.Step.ID, s.Off.ID)
		if _, ok := rights[s.Plain.ID]; err != nil || len(rights) != 1 || !ok {
			t.Errorf("got %+v, %v; want only the plain course", rights, err)
		}
		exec(t, s.DB, "UPDATE ly_user_course SET revoked_at = ?", noon)
		if right := s.right(t, s.Plain.ID); right != (models.Right{}) {
			t.Errorf("revoked: got %+v, want none", right)
		}
		if rights, err := s.Rights(t.Context(), s.ann.ID); err != nil || len(rights) != 0 {
			t.Errorf("of no course: got %+v, %v", rights, err)
		}
	})
}

func TestOwnedCourses(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		list, err := s.OwnedCourses(t.Context(), s.ann.ID, 1)
		if err != nil || list.Total != 0 || len(list.Courses) != 0 || list.Pages != 1 {
			t.Errorf("nothing bought: got %+v, %v", list, err)
		}
		s.buy(t, s.Plain.For(30), noon)
		s.buy(t, s.Rate.For(0), noon)
		s.buy(t, s.Step.For(30), noon)
		s.buy(t, s.Plain.For(30), noon)
		exec(t, s.DB, "UPDATE ly_user_course SET revoked_at = ? WHERE course_id = ?", noon, s.Step.ID)
		exec(t, s.DB, "UPDATE ly_course SET published = 0 WHERE id = ?", s.Rate.ID) // withdrawn, but bought
		list, err = s.OwnedCourses(t.Context(), s.ann.ID, 9)
		owned := list.Courses
		if err != nil {
			t.Fatal(err)
		}
		var got []int64
		for _, o := range owned {
			got = append(got, o.ID)
		}
		if want := []int64{s.Plain.ID, s.Rate.ID}; !slices.Equal(got, want) {
			t.Fatalf("got %v, want each course once, the latest purchase first: %v", got, want)
		}
		if o := owned[0]; o.Name != s.Plain.Name || o.TeacherName != "服务端教研组" || !o.Right.End.Equal(noon.AddDate(0, 0, 60)) {
			t.Errorf("got %q by %q until %v", o.Name, o.TeacherName, o.Right.End)
		}
		if !owned[1].Right.ForEver {
			t.Errorf("got %+v, want for ever", owned[1].Right)
		}
		if list.Total != 2 || list.Page != 1 || list.Pages != 1 {
			t.Errorf("got total %d, page %d of %d; want 2 courses on the only page", list.Total, list.Page, list.Pages)
		}
	})
}
