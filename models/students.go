package models

import (
	"context"
	"strings"
)

// StudentDelta is a change of a course's student count that is not yet in ly_course.students.
type StudentDelta struct {
	ID       int64
	CourseID int64
	Delta    int
}

// TableName names the table.
func (StudentDelta) TableName() string { return "ly_student_delta" }

// countStudents notes that each of the courses has gained (delta 1) or lost (delta -1) a student. It
// only appends rows, so that payments of a popular course do not wait for each other.
func (tx transaction) countStudents(courses []int64, delta int) error {
	if len(courses) == 0 {
		return nil
	}
	var values []any
	for _, course := range courses {
		values = append(values, course, delta)
	}
	_, err := tx.exec("INSERT INTO ly_student_delta (course_id, delta) VALUES "+placeholders(len(courses), 2), values...)
	return err
}

// FoldStudents adds noted changes to the courses' student counts and returns how many, at most a
// thousand. Replicas may call it at the same time; they take turns.
func (db *DB) FoldStudents(ctx context.Context) (int, error) {
	var noted []StudentDelta
	err := db.inTx(ctx, func(tx transaction) error {
		// Whoever holds the first course's row has the turn. Sharing out the noted rows with SKIP
		// LOCKED deadlocked: the DELETE may read the whole table, and then waits for rows that another
		// replica holds.
		var turn []Course
		if err := lockRows(tx.DB).Select("id").Order("id").Limit(1).Find(&turn).Error; err != nil {
			return err
		}
		noted = nil
		if err := tx.Order("id").Limit(1000).Find(&noted).Error; err != nil || len(noted) == 0 {
			return err
		}
		return tx.fold(noted)
	})
	return len(noted), err
}

func (tx transaction) fold(noted []StudentDelta) error {
	ids := make([]int64, len(noted))
	sums := map[int64]int{}
	for i, n := range noted {
		ids[i] = n.ID
		sums[n.CourseID] += n.Delta
	}
	if err := tx.addStudents(sums); err != nil {
		return err
	}
	return tx.Where("id IN ?", ids).Delete(&StudentDelta{}).Error
}

// addStudents adds the sums to the courses' counts in one statement, which locks the courses in the
// order of their IDs.
func (tx transaction) addStudents(sums map[int64]int) error {
	var cases strings.Builder
	var args, courses []any
	for course, sum := range sums {
		cases.WriteString(" WHEN ? THEN ?")
		args = append(args, course, sum)
		courses = append(courses, course)
	}
	_, err := tx.exec("UPDATE ly_course SET students = students + CASE id"+cases.String()+" ELSE 0 END"+
		" WHERE id IN "+placeholders(1, len(courses)), append(args, courses...)...)
	return err
}
