package views

import "time"

// MyCourses is the page GET /mycourses/.
type MyCourses struct {
	Page
	Courses []MyCourse
}

// MyCourse is one course that the student has bought.
type MyCourse struct {
	CourseID int64
	Name     string
	Picture  string
	Teacher  string
	Access   Access
	Until    time.Time // zero is for ever
}

// Learn is the page GET /learn/:course, optionally ?lesson=ID.
type Learn struct {
	Page
	CourseID int64
	Name     string
	Until    time.Time // zero is for ever
	Chapters []Chapter // the open lesson is Current
	Lesson   string    // name of the open lesson; empty when the course has none yet
	Text     string    // its text, paragraphs parted by empty lines; empty shows a placeholder
}

// NoAccess is GET /learn/:course without a live purchase record.
type NoAccess struct {
	Page
	CourseID int64
	Name     string
	Access   Access    // AccessExpired, or AccessNone also after a refund
	Until    time.Time // when an expired right ended
	OnSale   bool      // the course can still be bought
}

func (n NoAccess) buyText() string {
	if n.Access == AccessExpired {
		return "续费"
	}
	return "去购买"
}
