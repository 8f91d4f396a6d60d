package models

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
)

// Offer is one course for one term at today's price: what a cart holds and an order copies.
type Offer struct {
	CourseID     int64
	CourseName   string
	CourseImg    string
	Published    bool
	Expire       int64 // id of the term, ForEver for none
	ExpireText   string
	ExpireDays   int // 0 = for ever
	Price        Fen // list price of the term
	SalePrice    Fen // after the running discount
	DiscountName string
	DiscountRule string    // what it does, where the name does not say it
	DiscountEnds time.Time // zero without a discount
}

// offerBook holds what is needed to price courses: the terms and the discounts that run now.
type offerBook struct {
	terms     map[int64][]CourseExpire
	discounts map[int64][]runningDiscount
}

type runningDiscount struct {
	Discount
	EndTime time.Time
}

// openOffers reads the terms and running discounts of the courses in two statements, however many
// courses there are.
func openOffers(g *gorm.DB, courses []int64, now time.Time) (offerBook, error) {
	book := offerBook{map[int64][]CourseExpire{}, map[int64][]runningDiscount{}}
	if len(courses) == 0 {
		return book, nil
	}
	var terms []CourseExpire
	if err := g.Where("course_id IN ?", courses).Order("expire_time").Find(&terms).Error; err != nil {
		return book, err
	}
	for _, t := range terms {
		book.terms[t.CourseID] = append(book.terms[t.CourseID], t)
	}
	var running []runningDiscount
	err := g.Raw(`
		SELECT d.*, a.end_time FROM ly_discount d JOIN ly_activity a ON a.id = d.activity_id
		WHERE d.course_id IN ? AND a.published = 1 AND a.start_time <= ? AND a.end_time > ?`,
		courses, now, now).Scan(&running).Error
	for _, d := range running {
		book.discounts[d.CourseID] = append(book.discounts[d.CourseID], d)
	}
	return book, err
}

// offers lists every term of the course, shortest first and "for ever" last.
func (b offerBook) offers(c Course) []Offer {
	var all []Offer
	for _, t := range b.terms[c.ID] {
		all = append(all, b.price(c, t))
	}
	return append(all, b.price(c, CourseExpire{ID: ForEver, ExpireText: ForEverText, Price: c.Price}))
}

// offer prices one term; ErrWithdrawn when the course has no such term.
func (b offerBook) offer(c Course, expire int64) (Offer, error) {
	all := b.offers(c)
	i := slices.IndexFunc(all, func(o Offer) bool { return o.Expire == expire })
	if i < 0 {
		return Offer{}, fmt.Errorf("course %d, term %d: %w", c.ID, expire, ErrWithdrawn)
	}
	return all[i], nil
}

// price applies the running discount that leaves the lowest price. A rule that cannot be read
// reduces nothing: it was refused when it was imported, so it can only be here by hand.
func (b offerBook) price(c Course, t CourseExpire) Offer {
	o := Offer{
		CourseID: c.ID, CourseName: c.Name, CourseImg: c.CourseImg, Published: c.Published,
		Expire: t.ID, ExpireText: t.ExpireText, ExpireDays: t.ExpireTime, Price: t.Price, SalePrice: t.Price,
	}
	for _, d := range b.discounts[c.ID] {
		sale, err := d.Apply(t.Price)
		if err == nil && sale < o.SalePrice {
			o.SalePrice, o.DiscountName, o.DiscountRule, o.DiscountEnds = sale, d.DiscountType.String(), d.Rule(), d.EndTime
		}
	}
	return o
}

// maxListed bounds the lists that are not paged.
const maxListed = 200

// CoursePage is all that the page of one course shows.
type CoursePage struct {
	Listing
	Teacher  Teacher   `gorm:"-"`
	Chapters []Chapter `gorm:"-"`
}

// Course reads one course; a withdrawn one too, for its past buyers. ErrNotFound when there is none.
func (db *DB) Course(ctx context.Context, id int64) (CoursePage, error) {
	g := db.with(ctx)
	var page CoursePage
	if err := g.Take(&page.Course, "id = ?", id).Error; err != nil {
		return page, found(err)
	}
	if err := g.Take(&page.Teacher, "id = ?", page.TeacherID).Error; err != nil {
		return page, err
	}
	page.TeacherName = page.Teacher.Name
	book, err := openOffers(g, []int64{id}, db.Now())
	if err != nil {
		return page, err
	}
	page.Offers = book.offers(page.Course)
	err = g.Preload("Lessons", func(g *gorm.DB) *gorm.DB { return g.Order("position") }).
		Where("course_id = ?", id).Order("position").Find(&page.Chapters).Error
	return page, err
}
