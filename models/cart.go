package models

import (
	"context"
	"database/sql"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// CartItem is one course in a student's cart.
type CartItem struct {
	UserID    int64 `gorm:"primaryKey;autoIncrement:false"`
	CourseID  int64 `gorm:"primaryKey;autoIncrement:false"`
	Expire    int64
	Selected  bool
	Price     Fen // what the student saw when choosing the term
	CreatedAt time.Time
}

// TableName names the table.
func (CartItem) TableName() string { return "ly_cart_item" }

// CartLine is a cart item with today's price.
type CartLine struct {
	Offer
	Selected  bool
	SeenPrice Fen     // what the student saw when choosing the term
	OnSale    bool    // false: the course or its term was withdrawn, and the line cannot be bought
	TermGone  bool    // only the term was withdrawn: the student can choose another
	Lost      bool    // it was selected when it was withdrawn
	Terms     []Offer // all terms that the student can choose
}

// Cart lists a student's cart, the latest first.
func (db *DB) Cart(ctx context.Context, user int64) ([]CartLine, error) {
	return readCart(db.with(ctx), user, db.Now())
}

// maxCart bounds a cart, and with it every order.
const maxCart = 50

func readCart(g *gorm.DB, user int64, now time.Time) ([]CartLine, error) {
	var items []CartItem
	var courses []Course
	var ids []int64
	err := read(g, func(rows *sql.Rows) error {
		var i CartItem
		var c Course
		err := rows.Scan(append(c.offered(), &i.Expire, &i.Selected, &i.Price)...)
		items, courses, ids = append(items, i), append(courses, c), append(ids, c.ID)
		return err
	}, "SELECT "+offeredColumns+`, i.expire, i.selected, i.price
		FROM ly_cart_item i JOIN ly_course c ON c.id = i.course_id
		WHERE i.user_id = ? ORDER BY i.created_at DESC, i.course_id LIMIT ?`, user, maxCart)
	if err != nil {
		return nil, err
	}
	book, err := openOffers(g, ids, now)
	if err != nil {
		return nil, err
	}
	var lines []CartLine
	for i, item := range items {
		lines = append(lines, book.cartLine(item, courses[i]))
	}
	return lines, nil
}

// cartLine prices an item of a cart as of now.
func (b offerBook) cartLine(item CartItem, course Course) CartLine {
	line := CartLine{SeenPrice: item.Price, Terms: b.offers(course)}
	var err error
	line.Offer, err = b.offer(course, item.Expire)
	line.OnSale, line.TermGone = err == nil && course.Published, err != nil && course.Published
	if err != nil {
		line.Offer = Offer{
			CourseID: course.ID, CourseName: course.Name, CourseImg: course.CourseImg, Expire: item.Expire,
		}
	}
	line.Selected, line.Lost = item.Selected && line.OnSale, item.Selected && !line.OnSale
	return line
}

// CartTotal is the sum of a cart's selected lines.
type CartTotal struct {
	Count int
	List  Fen // list prices
	Sale  Fen // after the running discounts
}

// TotalOf sums up the selected lines.
func TotalOf(lines []CartLine) CartTotal {
	var total CartTotal
	for _, line := range lines {
		if line.Selected {
			total.Count++
			total.List += line.Price
			total.Sale += line.SalePrice
		}
	}
	return total
}

// PutInCart puts a course into the cart, or changes its term and selection there. Errors:
// ErrNotFound for an unknown course, ErrWithdrawn if the course or the term is not sold, ErrCartFull.
func (db *DB) PutInCart(ctx context.Context, item CartItem) error {
	return db.inTx(ctx, func(tx transaction) error { return tx.putInCart(item) })
}

// BuyNow puts a course into the cart like PutInCart and makes it the only selected one. waiting is
// how many others were selected before.
func (db *DB) BuyNow(ctx context.Context, item CartItem) (waiting int64, err error) {
	err = db.inTx(ctx, func(tx transaction) error {
		if err := tx.putInCart(item); err != nil {
			return err
		}
		others := tx.Model(&CartItem{}).
			Where("user_id = ? AND course_id <> ? AND selected = ?", item.UserID, item.CourseID, true).
			Update("selected", false)
		waiting = others.RowsAffected
		return others.Error
	})
	return waiting, err
}

// SelectCart ticks every course in a student's cart, or none. A tick has no effect on what cannot
// be bought.
func (db *DB) SelectCart(ctx context.Context, user int64, selected bool) error {
	return db.inTx(ctx, func(tx transaction) error {
		return tx.Model(&CartItem{}).Where("user_id = ? AND selected <> ?", user, selected).Update("selected", selected).Error
	})
}

func (tx transaction) putInCart(item CartItem) error {
	course, err := tx.offeredCourse(item.CourseID)
	if err != nil {
		return err
	}
	book, err := openOffers(tx.DB, []int64{course.ID}, tx.now)
	if err != nil {
		return err
	}
	offer, err := book.offer(course, item.Expire)
	if err != nil {
		return err
	}
	if !course.Published {
		return ErrWithdrawn
	}
	var others int
	err = tx.query(func(rows *sql.Rows) error { return rows.Scan(&others) },
		"SELECT COUNT(*) FROM ly_cart_item WHERE user_id = ? AND course_id <> ?", item.UserID, item.CourseID)
	if err != nil {
		return err
	}
	if others >= maxCart {
		return ErrCartFull
	}
	item.Price, item.CreatedAt = offer.SalePrice, tx.now
	return tx.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "user_id"}, {Name: "course_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"expire", "selected", "price"}),
	}).Create(&item).Error
}

// RemoveFromCart takes a course out of the cart; one that is not in it is no error.
func (db *DB) RemoveFromCart(ctx context.Context, user, course int64) error {
	return db.with(ctx).Where("user_id = ? AND course_id = ?", user, course).Delete(&CartItem{}).Error
}

// InCart is the term for which a course is in the student's cart, nil if it is not in it.
func (db *DB) InCart(ctx context.Context, user, course int64) (*int64, error) {
	var terms []int64
	err := db.with(ctx).Model(&CartItem{}).Where("user_id = ? AND course_id = ?", user, course).
		Pluck("expire", &terms).Error
	if err != nil || len(terms) == 0 {
		return nil, err
	}
	return &terms[0], nil
}
