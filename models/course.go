package models

import "time"

// Category groups courses on the front page.
type Category struct {
	ID       int64
	Name     string
	Position int
}

// TableName names the table.
func (Category) TableName() string { return "ly_category" }

// Teacher gives courses.
type Teacher struct {
	ID    int64
	Name  string
	Title string
	Brief string
}

// TableName names the table.
func (Teacher) TableName() string { return "ly_teacher" }

// Course is what the shop sells. A course is never deleted; Published = false withdraws it from sale.
type Course struct {
	ID         int64
	CategoryID int64
	TeacherID  int64
	Name       string
	CourseImg  string // name of a picture in static/img, or empty
	Brief      string
	Price      Fen // of the term "for ever"
	Students   int64
	Published  bool
	Position   int
	CreatedAt  time.Time
}

// TableName names the seed's table.
func (Course) TableName() string { return "ly_course" }

// Chapter is a part of a course.
type Chapter struct {
	ID       int64
	CourseID int64
	Name     string
	Position int
	Lessons  []Lesson
}

// TableName names the table.
func (Chapter) TableName() string { return "ly_chapter" }

// Lesson is what a student opens.
type Lesson struct {
	ID        int64
	ChapterID int64
	Name      string
	Minutes   int
	Content   string
	Position  int
}

// TableName names the table.
func (Lesson) TableName() string { return "ly_lesson" }

// CourseExpire is a term for which a course is sold. The term "for ever" has no row: see ForEver.
type CourseExpire struct {
	ID         int64
	CourseID   int64
	ExpireTime int // days
	ExpireText string
	Price      Fen
}

// TableName names the seed's table.
func (CourseExpire) TableName() string { return "ly_course_expire" }

// ForEver is the id of the term without end, at the course's own price.
const ForEver int64 = 0

// forEverText is what students read for it.
const forEverText = "永久有效"
