package models_test

import (
	"errors"
	"slices"
	"testing"

	"luffy/models"
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
			list, err := s.Courses(t.Context(), category)
			var got []int64
			for _, l := range list {
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

func TestCourse(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		page, err := s.Course(t.Context(), s.Plain.ID)
		if err != nil {
			t.Fatal(err)
		}
		if page.Name != "Go 语言实战" || page.Price != 310_00 || page.Teacher.Title != "服务端课程" || page.TeacherName != "服务端教研组" {
			t.Errorf("got %q at %v by %+v", page.Name, page.Price, page.Teacher)
		}
		if !slices.Equal(page.Offers, s.Plain.Offers) {
			t.Errorf("offers: got %+v", page.Offers)
		}
		var outline []string
		for _, chapter := range page.Chapters {
			outline = append(outline, chapter.Name)
			for _, lesson := range chapter.Lessons {
				outline = append(outline, lesson.Name)
			}
		}
		if want := []string{"起步", "安装与第一个程序", "包与模块", "并发", "协程与通道"}; !slices.Equal(outline, want) {
			t.Errorf("outline: got %v, want %v", outline, want)
		}
	})
}

func TestWithdrawnCourseIsStillRead(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		exec(t, s.DB, "UPDATE ly_course SET published = 0 WHERE id = ?", s.Rate.ID)
		if page, err := s.Course(t.Context(), s.Rate.ID); err != nil || page.Published || page.Name != s.Rate.Name {
			t.Errorf("got %q, published %v, %v", page.Name, page.Published, err)
		}
		if _, err := s.Course(t.Context(), 404); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("unknown: got %v, want ErrNotFound", err)
		}
	})
}
