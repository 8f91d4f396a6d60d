package views

import (
	"slices"
	"time"

	"luffy/models"
)

// Course is the page GET /courses/:id.
type Course struct {
	Page
	ID           int64
	Name         string
	Brief        string
	Picture      string
	Teacher      string
	TeacherTitle string
	Students     int64
	Discounts    []CourseDiscount
	Terms        []Term // in the order shown; exactly one Selected; empty once the course is withdrawn
	Chapters     []Chapter
	Owned        Ownership
	InCart       bool
	Kept         bool // the term was chosen before the login
	Refunds      models.RefundRule
	Errors       FieldErrors // fields: expire
}

// CourseDiscount is a discount that reduces some of the terms.
type CourseDiscount struct {
	Name string
	Rule string // what the discount does, unless its name says it
	Ends time.Time
}

// Term is one period for which a course can be bought.
type Term struct {
	ID        int64  // ly_course_expire.id; 0 is 永久有效
	Text      string // 一个月有效 …
	ListPrice models.Fen
	Price     models.Fen // after the discount
	Discount  string     // the discount's name; empty when Price is the list price
	Selected  bool
	InCart    bool
}

// Ownership says whether the student already holds the course.
type Ownership struct {
	Live  bool
	Until time.Time // zero with Live is for ever
}

// Forever reports a right without an end, which buying again cannot extend.
func (o Ownership) Forever() bool { return o.Live && o.Until.IsZero() }

// Chapter is a chapter with its lessons.
type Chapter struct {
	Number  int
	Name    string
	Lessons []Lesson
}

// Lesson is one lesson of a chapter.
type Lesson struct {
	ID       int64
	Name     string
	Duration string // such as 12:30; empty when unknown
	Current  bool   // the lesson that the learn page shows
	Seen     bool   // the student has opened it
}

// lessonCount is the number of lessons over all chapters.
func (c Course) lessonCount() int {
	n := 0
	for _, chapter := range c.Chapters {
		n += len(chapter.Lessons)
	}
	return n
}

// text is the discount's name with what it does.
func (d CourseDiscount) text() string {
	if d.Rule == "" {
		return d.Name
	}
	return d.Name + "：" + d.Rule
}

// paid reports whether some term costs money.
func (c Course) paid() bool {
	return slices.ContainsFunc(c.Terms, func(t Term) bool { return t.Price > 0 })
}

// buyText is the button that leads straight to the order.
func (c Course) buyText() string {
	switch {
	case !c.paid():
		return "免费领取"
	case c.Owned.Live:
		return "立即续费"
	default:
		return "立即购买"
	}
}

// addText is the button that leads to the cart; empty where it would change nothing there.
func (c Course) addText() string {
	switch {
	case !c.InCart:
		return "加入购物车"
	case len(c.Terms) == 1 && c.Terms[0].InCart:
		return ""
	default:
		return "更换有效期"
	}
}

// buyTitle is the heading above the terms.
func (c Course) buyTitle() string {
	switch {
	case len(c.Terms) == 0:
		return "已下架"
	case c.Owned.Forever():
		return "已拥有"
	case c.Owned.Live:
		return "续费"
	default:
		return "选择有效期"
	}
}

// kept reports whether the student chose a term before the login and has not sent it yet.
func (c Course) kept() bool { return c.Kept && c.signedIn() && len(c.Errors) == 0 }
