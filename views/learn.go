package views

import (
	"fmt"
	"time"

	"luffy/models"
)

// Learn is the page GET /learn/:course, optionally ?lesson=ID. It shows the text of a lesson that
// was opened; opening one is a form, because it is recorded.
type Learn struct {
	Page
	CourseID int64
	Name     string
	Until    time.Time          // zero is for ever
	Chapters []Chapter          // the shown lesson is Current
	Lesson   Lesson             // the zero one when the course has none yet
	Text     string             // of an opened lesson, paragraphs parted by empty lines; empty shows a placeholder
	Seen     int                // lessons opened
	Lessons  int                // in all
	Ending   bool               // the right ends soon, and can be extended
	Paused   models.RequestStep // StepRequested or StepRefunding, while no further lesson opens; else empty
}

func (l Learn) title() string {
	if l.Lesson.Name == "" {
		return "学习：" + l.Name
	}
	return "学习：" + l.Lesson.Name + "，" + l.Name
}

func (l Learn) path() string { return "/learn/" + id(l.CourseID) }

func (l Learn) lessonPath(lesson Lesson) string { return l.path() + "?lesson=" + id(lesson.ID) }

// neighbours are the lessons before and after the one that is shown, over all chapters; the zero
// one for none.
func (l Learn) neighbours() (before, after Lesson) {
	passed := false
	for _, chapter := range l.Chapters {
		for _, lesson := range chapter.Lessons {
			switch {
			case lesson.Current:
				passed = true
			case passed:
				return before, lesson
			default:
				before = lesson
			}
		}
	}
	return before, Lesson{}
}

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
