package models_test

import (
	"testing"

	"luffy/models"
	"luffy/models/modelstest"
)

// foldAll folds until nothing is left to fold.
func foldAll(t testing.TB, db *models.DB) {
	t.Helper()
	for {
		n, err := db.FoldStudents(t.Context())
		if err != nil {
			t.Fatalf("fold: %v", err)
		}
		if n == 0 {
			return
		}
	}
}

func studentsOf(t testing.TB, db *models.DB, course int64) int64 {
	t.Helper()
	return sum(t, db, "SELECT students FROM ly_course WHERE id = ?", course)
}

func TestStudentsAreCountedOnce(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		bob := student(t, s.DB, "bob")
		_, trade := modelstest.Paid(t, s.DB, s.ann, s.Plain.For(30), s.Free.For(30))
		s.confirm(t, trade)                              // again
		modelstest.Paid(t, s.DB, s.ann, s.Plain.For(60)) // the same student
		modelstest.Paid(t, s.DB, bob, s.Plain.For(0))
		foldAll(t, s.DB)
		for course, want := range map[int64]int64{s.Plain.ID: 2, s.Free.ID: 1, s.Rate.ID: 0} {
			if got := studentsOf(t, s.DB, course); got != want {
				t.Errorf("course %d: got %d students, want %d", course, got, want)
			}
		}
	})
}

func TestStudentWhoseRightEndedIsNotNew(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		end := s.buy(t, s.Plain.For(30), noon)
		s.clock.now = end.AddDate(0, 0, 1)
		s.buy(t, s.Plain.For(30), s.Now())
		foldAll(t, s.DB)
		if got := studentsOf(t, s.DB, s.Plain.ID); got != 1 {
			t.Errorf("got %d students, want 1", got)
		}
	})
}

func TestFoldStudents(t *testing.T) {
	onEach(t, func(t *testing.T, s *scene) {
		if n, err := s.FoldStudents(t.Context()); n != 0 || err != nil {
			t.Errorf("nothing to fold: got %d, %v", n, err)
		}
		exec(t, s.DB, "INSERT INTO ly_student_delta (course_id, delta) VALUES (?, 1), (?, 1), (?, -1), (?, 1)",
			s.Plain.ID, s.Rate.ID, s.Plain.ID, s.Plain.ID)
		if n, err := s.FoldStudents(t.Context()); n != 4 || err != nil {
			t.Errorf("got %d, %v; want 4", n, err)
		}
		if plain, rate := studentsOf(t, s.DB, s.Plain.ID), studentsOf(t, s.DB, s.Rate.ID); plain != 1 || rate != 1 {
			t.Errorf("got %d and %d students, want 1 and 1", plain, rate)
		}
		if n, err := s.FoldStudents(t.Context()); n != 0 || err != nil {
			t.Errorf("folded again: got %d, %v; want nothing left", n, err)
		}
	})
}
