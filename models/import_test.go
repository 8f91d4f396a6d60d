package models_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"luffy/models"
)

const smallCatalogue = `{
	"courses": [{
		"name": "SQL", "category": "数据库", "teacher": {"name": "数据库教研组", "title": "讲师"}, "img": "sql.svg", "price": "10.50",
		"terms": [{"days": 7, "text": "一周", "price": "1.00"}, {"days": 30, "text": "一个月", "price": "3.00"}],
		"chapters": [{"name": "一", "lessons": [{"name": "甲", "minutes": 5, "content": "x"}, {"name": "乙"}]}]
	}],
	"activities": [{
		"name": "开学", "start": "2026-03-01T00:00:00+08:00", "end": "2026-03-02T00:00:00+08:00",
		"discounts": [{"course": "SQL", "type": "rate", "sale": "*0.9", "from": "2.00"}]
	}],
	"coupons": [{"name": "一元", "sale": "-1", "from": "5.00", "days": 3}]
}`

func (s *scene) imports(t *testing.T, text string) error {
	t.Helper()
	c, err := models.ReadCatalogue([]byte(text))
	if err != nil {
		t.Fatalf("read catalogue: %v", err)
	}
	return s.Import(t.Context(), c)
}

// imported reads the course SQL of the small catalogue.
func (s *scene) imported(t *testing.T) models.CoursePage {
	t.Helper()
	course, err := s.Course(t.Context(), sum(t, s.DB, "SELECT id FROM ly_course WHERE name = 'SQL'"))
	if err != nil {
		t.Fatal(err)
	}
	return course
}

func prices(c models.CoursePage) string {
	var all []string
	for _, o := range c.Offers {
		all = append(all, fmt.Sprintf("%s %v→%v", o.ExpireText, o.Price, o.SalePrice))
	}
	return strings.Join(all, ", ")
}

func TestImport(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		if err := s.imports(t, smallCatalogue); err != nil {
			t.Fatal(err)
		}
		course := s.imported(t)
		if course.CourseImg != "sql.svg" || course.Teacher.Name != "数据库教研组" ||
			!course.Published || len(course.Chapters[0].Lessons) != 2 {
			t.Errorf("got %+v", course)
		}
		if got, want := prices(course), "一周 1.00→1.00, 一个月 3.00→2.70, 永久有效 10.50→9.45"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		coupon, err := s.GiveCoupon(t.Context(), s.ann.ID, "一元")
		if err != nil || !coupon.EndTime.Equal(noon.AddDate(0, 0, 3)) {
			t.Errorf("coupon: got one until %v, %v", coupon.EndTime, err)
		}
	})
}

// An import is repeated after every edit of the file. Ids must stay, because carts, orders and
// links name them.
func TestImportAgain(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		for range 2 {
			if err := s.imports(t, smallCatalogue); err != nil {
				t.Fatal(err)
			}
		}
		before := s.imported(t)
		exec(t, s.DB, "UPDATE ly_course SET students = 42 WHERE id = ?", before.ID)
		edited := strings.NewReplacer(
			`{"days": 7, "text": "一周", "price": "1.00"}, `, "", `"3.00"`, `"4.00"`, `"*0.9"`, `"*0.5"`, `"sql.svg"`, `""`,
			`, {"name": "乙"}`, "",
		).Replace(smallCatalogue)
		if err := s.imports(t, edited); err != nil {
			t.Fatal(err)
		}
		after := s.imported(t)
		if after.ID != before.ID || after.Offers[0].Expire != before.Offers[1].Expire {
			t.Errorf("got course %d, term %d; want %d, %d still",
				after.ID, after.Offers[0].Expire, before.ID, before.Offers[1].Expire)
		}
		if got, want := after.Chapters[0].Lessons[0].ID, before.Chapters[0].Lessons[0].ID; got != want {
			t.Errorf("got lesson %d, want %d still: what students have opened is known by it", got, want)
		}
		if got, want := prices(after), "一个月 4.00→2.00, 永久有效 10.50→5.25"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if after.CourseImg != "" || len(after.Chapters) != 1 || len(after.Chapters[0].Lessons) != 1 {
			t.Errorf("got picture %q and %+v, want what the file says now", after.CourseImg, after.Chapters)
		}
		if after.Students != 42 || !after.CreatedAt.Equal(before.CreatedAt) {
			t.Errorf("got %d students since %v, want what the file does not say untouched", after.Students, after.CreatedAt)
		}
	})
}

func TestImportWithdrawsAndBringsBack(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		withdrawn := strings.Replace(smallCatalogue, `"price": "10.50"`, `"price": "10.50", "withdrawn": true`, 1)
		for _, c := range []struct {
			text string
			want bool
		}{{withdrawn, false}, {smallCatalogue, true}, {withdrawn, false}} {
			if err := s.imports(t, c.text); err != nil {
				t.Fatal(err)
			}
			if got := s.imported(t).Published; got != c.want {
				t.Errorf("got published %v, want %v", got, c.want)
			}
		}
	})
}

func TestDroppedTermLeavesTheCartLineUnsold(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		if err := s.imports(t, smallCatalogue); err != nil {
			t.Fatal(err)
		}
		s.fill(t, s.imported(t).Offers[0])
		withoutWeek := strings.Replace(smallCatalogue, `{"days": 7, "text": "一周", "price": "1.00"}, `, "", 1)
		if err := s.imports(t, withoutWeek); err != nil {
			t.Fatal(err)
		}
		if line := s.cart(t)[0]; line.OnSale || len(line.Terms) != 2 {
			t.Errorf("got %+v, want it not on sale, with two terms to change to", line)
		}
	})
}

func TestImportOfUnknownCourseWritesNothing(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		err := s.imports(t, strings.Replace(smallCatalogue, `"course": "SQL"`, `"course": "NoSQL"`, 1))
		if !errors.Is(err, models.ErrNotFound) ||
			!strings.Contains(err.Error(), "NoSQL") || !strings.Contains(err.Error(), "开学") {
			t.Errorf("got %v, want ErrNotFound with the course and the activity", err)
		}
		if n := sum(t, s.DB, "SELECT COUNT(*) FROM ly_course WHERE name = 'SQL'"); n != 0 {
			t.Error("the courses before the fault were imported")
		}
	})
}

// MySQL takes all emoji for one character, so without a check a course or a coupon would get the
// price of another.
func TestImportConfusesNoNames(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		rocket := strings.NewReplacer("SQL", "🚀", "一元", "🚀").Replace(smallCatalogue)
		if err := s.imports(t, rocket); err != nil {
			t.Fatal(err)
		}
		err := s.imports(t, strings.NewReplacer("🚀", "🔥", "10.50", "0.01").Replace(rocket))
		if s.Dialect() == models.DialectMySQL && (err == nil || !strings.Contains(err.Error(), `cannot tell "🔥" from "🚀"`)) {
			t.Errorf("got %v, want both names", err)
		}
		if n := sum(t, s.DB, "SELECT COUNT(*) FROM ly_course WHERE price = 1050"); n != 1 {
			t.Errorf("%d courses at the first price, want 1 still", n)
		}
		for _, thing := range []string{`"course": "🎁"`, `"course": "🚀 "`} {
			err := s.imports(t, strings.Replace(rocket, `"course": "🚀"`, thing, 1))
			if !errors.Is(err, models.ErrNotFound) {
				t.Errorf("discount on %s: got %v, want ErrNotFound", thing, err)
			}
		}
		if _, err := s.GiveCoupon(t.Context(), s.ann.ID, "🎁"); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("coupon 🎁: got %v, want ErrNotFound", err)
		}
	})
}
