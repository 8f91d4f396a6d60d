package models

import (
	"database/sql"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
)

// Offer is one course for one term at today's price. A cart shows it, and an order copies it.
type Offer struct {
	CourseID     int64
	CourseName   string
	CourseImg    string
	Expire       int64 // ID of the term, or ForEver
	ExpireText   string
	ExpireDays   int // 0 = for ever
	Price        Fen // list price of the term
	SalePrice    Fen // after the running discount
	DiscountName string
	DiscountRule string    // what the discount does, unless its name says it
	DiscountEnds time.Time // zero without a discount
}

// offerBook holds what is needed to price courses: by course, the terms and the running discounts.
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
	list, args := placeholders(1, len(courses)), values(courses)
	err := read(g, func(rows *sql.Rows) error {
		var t CourseExpire
		err := rows.Scan(&t.ID, &t.CourseID, &t.ExpireTime, &t.ExpireText, &t.Price)
		book.terms[t.CourseID] = append(book.terms[t.CourseID], t)
		return err
	}, `
		SELECT id, course_id, expire_time, expire_text, price FROM ly_course_expire
		WHERE course_id IN `+list+" ORDER BY expire_time", args...)
	if err != nil {
		return book, err
	}
	err = read(g, func(rows *sql.Rows) error {
		var d runningDiscount
		err := rows.Scan(&d.CourseID, &d.DiscountType, &d.Sale, &d.ConditionPrice, &d.EndTime)
		book.discounts[d.CourseID] = append(book.discounts[d.CourseID], d)
		return err
	}, `
		SELECT d.course_id, d.discount_type, d.sale, d.condition_price, a.end_time
		FROM ly_discount d JOIN ly_activity a ON a.id = d.activity_id
		WHERE d.course_id IN `+list+" AND a.published = 1 AND a.start_time <= ? AND a.end_time > ?",
		append(args, now, now)...)
	return book, err
}

// offeredColumns are the columns of ly_course c, in the sequence of Course.offered, that an Offer copies.
const offeredColumns = "c.id, c.name, c.course_img, c.price, c.published"

func (c *Course) offered() []any { return []any{&c.ID, &c.Name, &c.CourseImg, &c.Price, &c.Published} }

// offeredCourse reads what an Offer copies of a course; ErrNotFound if there is none with that ID.
func (tx transaction) offeredCourse(id int64) (Course, error) {
	var c Course
	err := tx.query(func(rows *sql.Rows) error { return rows.Scan(c.offered()...) },
		"SELECT "+offeredColumns+" FROM ly_course c WHERE c.id = ?", id)
	if err == nil && c.ID == 0 {
		err = ErrNotFound
	}
	return c, err
}

// offers lists every term of the course, shortest first and "for ever" last.
func (b offerBook) offers(c Course) []Offer {
	var all []Offer
	for _, t := range b.terms[c.ID] {
		all = append(all, b.price(c, t))
	}
	return append(all, b.price(c, CourseExpire{ID: ForEver, ExpireText: forEverText, Price: c.Price}))
}

// offer prices one term; ErrWithdrawn if the course has no such term.
func (b offerBook) offer(c Course, expire int64) (Offer, error) {
	all := b.offers(c)
	i := slices.IndexFunc(all, func(o Offer) bool { return o.Expire == expire })
	if i < 0 {
		return Offer{}, fmt.Errorf("course %d, term %d: %w", c.ID, expire, ErrWithdrawn)
	}
	return all[i], nil
}

// price applies the running discount that gives the lowest price. A rule that cannot be read is
// skipped: the import refuses such rules, so somebody must have written it into the table by hand.
func (b offerBook) price(c Course, t CourseExpire) Offer {
	o := Offer{
		CourseID: c.ID, CourseName: c.Name, CourseImg: c.CourseImg,
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
