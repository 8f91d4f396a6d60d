package models

import (
	"cmp"
	"context"
	"slices"
	"time"

	"gorm.io/gorm"
)

// Listing is a course as the front page shows it.
type Listing struct {
	Course
	TeacherName string
	Offers      []Offer `gorm:"-"`
}

// Cheapest is the offer with the lowest price today.
func (l Listing) Cheapest() Offer {
	return slices.MinFunc(l.Offers, func(a, b Offer) int { return cmp.Compare(a.SalePrice, b.SalePrice) })
}

// Categories lists the categories in the shop's order.
func (db *DB) Categories(ctx context.Context) ([]Category, error) {
	var all []Category
	err := db.with(ctx).Order("position, id").Find(&all).Error
	return all, err
}

// CourseSort is a way to sort the course list. Its text is the value of ?sort=.
type CourseSort string

// The ways to sort. The price of a course is that of its cheapest term today, after the discount.
const (
	SortShop     CourseSort = "" // 综合: the shop's own order
	SortStudents CourseSort = "students"
	SortCheap    CourseSort = "price"
	SortDear     CourseSort = "-price"
)

// ParseCourseSort reads ?sort=; anything unknown means SortShop.
func ParseCourseSort(s string) CourseSort {
	switch sort := CourseSort(s); sort {
	case SortStudents, SortCheap, SortDear:
		return sort
	default:
		return SortShop
	}
}

// ByPrice tells whether the courses are sorted by price, which depends on today's discounts.
func (s CourseSort) ByPrice() bool { return s == SortCheap || s == SortDear }

func (s CourseSort) orderBy() string {
	if s == SortStudents {
		return "c.students DESC, c.position, c.id"
	}
	return "c.position, c.id"
}

// CoursesPerPage is the length of a page of the course list.
const CoursesPerPage = 24

// maxCatalogue bounds the courses that one filter finds. The rest can be found by category or name.
const maxCatalogue = 1000

// CourseFilter chooses a page of the courses on sale.
type CourseFilter struct {
	Category int64  // 0 for all
	Search   string // part of a course's name; empty for all
	Sort     CourseSort
	Page     int // from 1; a page past the end shows the last
}

// CourseList is a page of the courses on sale.
type CourseList struct {
	Courses []Listing
	Matches int // over all pages
	Page    int
	Pages   int // at least 1
}

// Courses reads a page of the courses on sale in four statements, however many there are. Only a
// sort by price reads more than the page, because the discounts are rules that the database cannot
// read.
func (db *DB) Courses(ctx context.Context, f CourseFilter) (CourseList, error) {
	g := db.with(ctx)
	where, args := f.where()
	var list CourseList
	if err := g.Raw("SELECT COUNT(*) FROM ly_course c WHERE "+where, args...).Scan(&list.Matches).Error; err != nil {
		return list, err
	}
	list.Matches = min(list.Matches, maxCatalogue)
	list.Page, list.Pages = clampPage(f.Page, list.Matches, CoursesPerPage)
	limit, offset := CoursesPerPage, (list.Page-1)*CoursesPerPage
	if f.Sort.ByPrice() {
		limit, offset = maxCatalogue, 0
	}
	err := g.Raw(`
		SELECT c.*, t.name AS teacher_name FROM ly_course c JOIN ly_teacher t ON t.id = c.teacher_id
		WHERE `+where+`
		ORDER BY `+f.Sort.orderBy()+` LIMIT ? OFFSET ?`, append(args, limit, offset)...).Scan(&list.Courses).Error
	if err != nil {
		return list, err
	}
	if err := priceListings(g, list.Courses, db.Now()); err != nil {
		return list, err
	}
	if f.Sort.ByPrice() {
		list.Courses = pageByPrice(list.Courses, f.Sort, list.Page)
	}
	return list, nil
}

func (f CourseFilter) where() (string, []any) {
	where, args := "c.published = 1", []any{}
	if f.Category != 0 {
		where, args = where+" AND c.category_id = ?", append(args, f.Category)
	}
	if f.Search != "" {
		where, args = where+" AND c.name LIKE ? ESCAPE '!'", append(args, "%"+likeEscaper.Replace(f.Search)+"%")
	}
	return where, args
}

func priceListings(g *gorm.DB, list []Listing, now time.Time) error {
	ids := make([]int64, len(list))
	for i, l := range list {
		ids[i] = l.ID
	}
	book, err := openOffers(g, ids, now)
	for i := range list {
		list[i].Offers = book.offers(list[i].Course)
	}
	return err
}

// pageByPrice sorts all courses by price, equal prices in the shop's order, and returns one page of
// them.
func pageByPrice(all []Listing, sort CourseSort, page int) []Listing {
	slices.SortStableFunc(all, func(a, b Listing) int {
		if sort == SortDear {
			a, b = b, a
		}
		return cmp.Compare(a.Cheapest().SalePrice, b.Cheapest().SalePrice)
	})
	from := min((page-1)*CoursesPerPage, len(all))
	return all[from:min(from+CoursesPerPage, len(all))]
}
