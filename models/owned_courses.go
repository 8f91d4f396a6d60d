package models

import (
	"context"
	"time"
)

// EndingSoon is how long before its end a right is shown as 即将到期 (ending soon).
const EndingSoon = 7 * 24 * time.Hour

// Owned is a course to which a student has an unrevoked purchase record.
type Owned struct {
	Course
	TeacherName string
	Right       Right `gorm:"-"`
}

// byOwner is the index of purchase records by student and course.
const byOwner = "ly_user_course_user"

// OwnedPerPage is the length of a page of a student's courses.
const OwnedPerPage = 24

// OwnedList is a page of a student's courses.
type OwnedList struct {
	Courses []Owned
	Total   int // over all pages
	Page    int
	Pages   int // at least 1
}

// OwnedCourses lists a page of a student's courses, each once, the latest purchase first; a page
// past the end shows the last. It takes three statements, however many courses there are.
func (db *DB) OwnedCourses(ctx context.Context, user int64, page int) (OwnedList, error) {
	g := db.with(ctx)
	var list OwnedList
	err := g.Raw("SELECT COUNT(DISTINCT course_id) FROM ly_user_course WHERE user_id = ? AND revoked_at IS NULL", user).
		Scan(&list.Total).Error
	if err != nil {
		return list, err
	}
	list.Page, list.Pages = clampPage(page, list.Total, OwnedPerPage)
	// The LIMIT is inside the subquery: otherwise MariaDB, with outdated statistics, may read all
	// purchases of all students, course by course.
	err = g.Raw(`
		SELECT c.*, t.name AS teacher_name FROM ly_course c JOIN ly_teacher t ON t.id = c.teacher_id
		JOIN (SELECT course_id, MAX(id) AS latest FROM ly_user_course`+along(db.dialect, byOwner)+`
		      WHERE user_id = ? AND revoked_at IS NULL
		      GROUP BY course_id ORDER BY latest DESC LIMIT ? OFFSET ?) mine ON mine.course_id = c.id
		ORDER BY mine.latest DESC`, user, OwnedPerPage, (list.Page-1)*OwnedPerPage).Scan(&list.Courses).Error
	if err != nil {
		return list, err
	}
	courses := make([]int64, len(list.Courses))
	for i, o := range list.Courses {
		courses[i] = o.ID
	}
	rights, err := readRights(g, user, courses)
	for i := range list.Courses {
		list.Courses[i].Right = rights[list.Courses[i].ID]
	}
	return list, err
}
