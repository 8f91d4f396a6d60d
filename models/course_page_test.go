package models_test

import (
	"errors"
	"slices"
	"testing"

	"luffy/models"
)

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
