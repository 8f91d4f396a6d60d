package models_test

import (
	"fmt"
	"slices"
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
)

func TestCourses(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		exec(t, s.DB, "UPDATE ly_course SET position = -1 WHERE id = ?", s.Step.ID)
		exec(t, s.DB, "UPDATE ly_course SET published = 0 WHERE id = ?", s.Free.ID)
		categories, err := s.Categories(t.Context())
		if err != nil || len(categories) != 2 || categories[0].Name != "后端开发" || categories[1].Name != "前端开发" {
			t.Fatalf("categories: got %+v, %v", categories, err)
		}
		for category, want := range map[int64][]int64{
			0:                {s.Step.ID, s.Plain.ID, s.Rate.ID, s.Off.ID},
			categories[0].ID: {s.Step.ID, s.Plain.ID, s.Rate.ID},
			categories[1].ID: {s.Off.ID},
			404:              nil,
		} {
			list, err := s.Courses(t.Context(), models.CourseFilter{Category: category})
			var got []int64
			for _, l := range list.Courses {
				got = append(got, l.ID)
				if l.TeacherName == "" || len(l.Offers) != 4 {
					t.Errorf("course %d: got teacher %q and %d offers", l.ID, l.TeacherName, len(l.Offers))
				}
			}
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("category %d: got %v, %v; want %v", category, got, err, want)
			}
		}
	})
}

func TestCheapest(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		if got, want := s.Rate.Cheapest(), s.Rate.For(30); got != want {
			t.Errorf("got %+v, want the shortest term %+v", got, want)
		}
	})
}

func coursesOf(list models.CourseList) []int64 {
	var ids []int64
	for _, l := range list.Courses {
		ids = append(ids, l.ID)
	}
	return ids
}

// The cheapest terms cost 99.00, 0.00, 117.33, 0.00 and 90.00 today; their list prices would sort
// otherwise.
func TestCourseSort(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		exec(t, s.DB, "UPDATE ly_course SET students = 7 WHERE id = ?", s.Off.ID)
		plain, free, rate, off, step := s.Plain.ID, s.Free.ID, s.Rate.ID, s.Off.ID, s.Step.ID
		for sort, want := range map[models.CourseSort][]int64{
			models.SortShop:     {plain, free, rate, off, step},
			models.SortStudents: {off, plain, free, rate, step},
			models.SortCheap:    {free, off, step, plain, rate},
			models.SortDear:     {rate, plain, step, free, off},
		} {
			list, err := s.Courses(t.Context(), models.CourseFilter{Sort: sort})
			if got := coursesOf(list); err != nil || !slices.Equal(got, want) {
				t.Errorf("%q: got %v, %v; want %v", sort, got, err, want)
			}
			if models.ParseCourseSort(string(sort)) != sort {
				t.Errorf("%q is not read as itself", sort)
			}
		}
		if got := models.ParseCourseSort("price; DROP TABLE ly_course"); got != models.SortShop {
			t.Errorf("unknown: got %q, want the shop's order", got)
		}
	})
}

func TestCourseSearch(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		categories, err := s.Categories(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			filter models.CourseFilter
			want   []int64
		}{
			"part of a name":     {models.CourseFilter{Search: "实战"}, []int64{s.Plain.ID, s.Rate.ID}},
			"in other case":      {models.CourseFilter{Search: "mysql"}, []int64{s.Step.ID}},
			"in another group":   {models.CourseFilter{Search: "实战", Category: categories[1].ID}, nil},
			"with a sort":        {models.CourseFilter{Search: "实战", Sort: models.SortDear}, []int64{s.Rate.ID, s.Plain.ID}},
			"of no course":       {models.CourseFilter{Search: "绘画"}, nil},
			"sign of the search": {models.CourseFilter{Search: "%"}, nil},
			"any letter":         {models.CourseFilter{Search: "_"}, nil},
			"escape":             {models.CourseFilter{Search: "!"}, nil},
			"quote":              {models.CourseFilter{Search: "' OR 1=1 --"}, nil},
			"emoji":              {models.CourseFilter{Search: "🐍"}, nil},
		} {
			list, err := s.Courses(t.Context(), c.filter)
			if got := coursesOf(list); err != nil || !slices.Equal(got, c.want) || list.Matches != len(c.want) {
				t.Errorf("%s: got %v of %d, %v; want %v", name, got, list.Matches, err, c.want)
			}
		}
	})
}

// However the courses are sorted, every one is on exactly one page. A page that does not exist
// becomes the nearest one.
func TestCoursePages(t *testing.T) {
	modelstest.OnEach(t, func(t *testing.T, db *models.DB) {
		const courses = 2*models.CoursesPerPage + 3
		var c models.Catalogue
		for i := range courses {
			c.Courses = append(c.Courses, models.CatalogueCourse{
				Name: fmt.Sprint("课程 ", i), Category: "全部",
				Teacher: models.CatalogueTeacher{Name: "教研组"}, Price: new(models.Yuan(i % 5)),
			})
		}
		if err := db.Import(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		for _, sort := range []models.CourseSort{models.SortShop, models.SortStudents, models.SortCheap, models.SortDear} {
			seen := map[int64]bool{}
			for page, want := range map[int]int{1: models.CoursesPerPage, 2: models.CoursesPerPage, 3: 3} {
				list, err := db.Courses(t.Context(), models.CourseFilter{Sort: sort, Page: page})
				if err != nil || len(list.Courses) != want || list.Page != page || list.Pages != 3 || list.Matches != courses {
					t.Errorf("%q, page %d: got %d courses, page %d of %d, %d in all, %v",
						sort, page, len(list.Courses), list.Page, list.Pages, list.Matches, err)
				}
				for _, id := range coursesOf(list) {
					seen[id] = true
				}
			}
			if len(seen) != courses {
				t.Errorf("%q: got %d courses over all pages, want %d", sort, len(seen), courses)
			}
		}
		for page, want := range map[int]int{0: 1, -7: 1, 4: 3, 1_000_000_000: 3} {
			list, err := db.Courses(t.Context(), models.CourseFilter{Page: page})
			if err != nil || list.Page != want {
				t.Errorf("page %d: got page %d, %v; want %d", page, list.Page, err, want)
			}
		}
	})
}
