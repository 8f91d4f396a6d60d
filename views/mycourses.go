package views

import "time"

// MyCourses is the page GET /mycourses/.
type MyCourses struct {
	Page
	Courses []MyCourse
	Pager   Pager
}

// MyCourse is one course that the student has bought.
type MyCourse struct {
	CourseID int64
	Name     string
	Picture  string
	Teacher  string
	Access   Access
	Until    time.Time // zero is for ever
	OnSale   bool      // the course can be bought again
}

// renewable reports whether the right ends soon or has ended and can be bought again.
func (c MyCourse) renewable() bool {
	return c.OnSale && (c.Access == AccessEnding || c.Access == AccessExpired)
}
