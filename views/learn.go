package views

import (
	"fmt"
	"time"
)

// Learn is the page GET /learn/:course, optionally ?lesson=ID. It shows the text of a lesson that
// was opened; opening one is a form, because it is recorded.
type Learn struct {
	Page
	CourseID int64
	Name     string
	Until    time.Time // zero is for ever
	Chapters []Chapter // the shown lesson is Current
	Lesson   Lesson    // the zero one when the course has none yet
	Text     string    // of an opened lesson, paragraphs parted by empty lines; empty shows a placeholder
	Seen     int       // lessons opened
	Lessons  int       // in all
	Paused   bool      // a refund is asked for, so no further lesson opens
}

func (l Learn) title() string {
	if l.Lesson.Name == "" {
		return "学习：" + l.Name
	}
	return "学习：" + l.Lesson.Name + "，" + l.Name
}

func (l Learn) path() string { return "/learn/" + id(l.CourseID) }

// progress says how far the student has come.
func (l Learn) progress() string {
	return fmt.Sprintf("已打开 %d / %d 课时", l.Seen, l.Lessons)
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
