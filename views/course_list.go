package views

import (
	"net/url"
	"strconv"
	"time"

	"luffy/models"
)

// CourseList is the page GET /.
type CourseList struct {
	Page
	Category   Category   // the chosen one; the zero value shows all
	Categories []Category // empty hides the filter
	Sort       models.CourseSort
	Query      string // the words searched for; empty for none
	Courses    []CourseCard
	PageNo     int // from 1
	Pages      int // 1 when everything fits
	Matches    int // courses that category and search find, over all pages
}

// Category is one choice of the course list's filter, ?category=ID.
type Category struct {
	ID   int64
	Name string
}

// CourseCard is one course in the list.
type CourseCard struct {
	ID           int64
	Name         string
	Picture      string
	Teacher      string
	Students     int64
	ListPrice    models.Fen
	Price        models.Fen // of the cheapest term, after the discount
	From         bool       // other terms cost more
	Discount     string     // the discount's name, such as 限时折扣, even if it reduces other terms only; empty for none
	DiscountEnds time.Time
}

// courseSorts are the orders offered, with their names.
var courseSorts = []struct {
	sort models.CourseSort
	name string
}{
	{models.SortShop, "综合"}, {models.SortStudents, "人气"}, {models.SortCheap, "价格升序"}, {models.SortDear, "价格降序"},
}

// aboveTheFold is how many pictures are loaded at once. The others are loaded when they come near the
// screen.
const aboveTheFold = 4

// in, by and at are the list with another category, sort or page. Another category or sort begins at
// the first page.
func (l CourseList) in(c Category) CourseList          { l.Category, l.PageNo = c, 1; return l }
func (l CourseList) by(s models.CourseSort) CourseList { l.Sort, l.PageNo = s, 1; return l }
func (l CourseList) at(page int) CourseList            { l.PageNo = page; return l }

// href is the list's address, without defaults.
func (l CourseList) href() string {
	q := url.Values{}
	if l.Category.ID != 0 {
		q.Set("category", id(l.Category.ID))
	}
	if l.Sort != models.SortShop {
		q.Set("sort", string(l.Sort))
	}
	if l.Query != "" {
		q.Set("q", l.Query)
	}
	if l.PageNo > 1 {
		q.Set("page", strconv.Itoa(l.PageNo))
	}
	if len(q) == 0 {
		return "/"
	}
	return "/?" + q.Encode()
}

func (l CourseList) title() string {
	switch {
	case l.Query != "" && l.Category.ID != 0:
		return quoted(l.Query) + "的搜索结果：" + l.Category.Name
	case l.Query != "":
		return quoted(l.Query) + "的搜索结果"
	case l.Category.ID != 0:
		return l.Category.Name + "课程"
	default:
		return "全部课程"
	}
}

// found tells how many courses there are and, where it is not plain to see, by which price they are
// sorted.
func (l CourseList) found() string {
	text := "共 " + strconv.Itoa(l.Matches) + " 门课程"
	if l.Sort.ByPrice() {
		text += "，按今天的最低实付价排序"
	}
	return text
}

// windowTitle is a title that is different for every view of the list.
func (l CourseList) windowTitle() string {
	sorted := ""
	for _, s := range courseSorts {
		if s.sort == l.Sort && l.Sort != models.SortShop {
			sorted = "，" + s.name
		}
	}
	return l.title() + sorted + pageTitle(l.PageNo)
}
