package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"luffy/models"
)

// The student's past. Coupon and points paid for all of it, because the simulator has no trade from
// then.
const (
	pastCourse = "Linux 运维基本功"
	pastTerm   = 30      // days, of which three are left
	usedCoupon = "全场九折券" // for that order
	lostCoupon = "新生立减 50 元"
)

// addStudent makes the student: registered 40 days ago, with a coupon that has expired since, a course
// that ends soon and was paid for by another coupon and points, and today's coupons.
func addStudent(ctx context.Context, address string, now time.Time, coupons []models.CatalogueCoupon) error {
	var student models.User
	err := at(ctx, address, now.AddDate(0, 0, -40), func(db *models.DB) (err error) {
		student, err = db.AddUser(ctx, models.NewUser{
			Username: studentName, Password: studentPassword, Credit: studentPoints,
		})
		if err != nil {
			return err
		}
		return give(ctx, db, student, lostCoupon)
	})
	if errors.Is(err, models.ErrTaken) {
		return nil // not the first start
	}
	if err != nil {
		return err
	}
	ended := now.AddDate(0, 0, 3-pastTerm)
	err = at(ctx, address, ended, func(db *models.DB) error { return buyForPoints(ctx, db, student) })
	if err != nil {
		return err
	}
	return at(ctx, address, now, func(db *models.DB) error {
		for _, coupon := range coupons {
			if err := give(ctx, db, student, coupon.Name); err != nil {
				return err
			}
		}
		return nil
	})
}

// at calls do with a database whose clock shows that moment.
func at(ctx context.Context, address string, moment time.Time, do func(*models.DB) error) (err error) {
	db, err := models.Open(ctx, models.Options{URL: address, Now: func() time.Time { return moment }})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return do(db)
}

func give(ctx context.Context, db *models.DB, student models.User, coupon string) error {
	if _, err := db.GiveCoupon(ctx, student.ID, coupon); err != nil {
		return fmt.Errorf("coupon %q: %w", coupon, err)
	}
	return nil
}

func buyForPoints(ctx context.Context, db *models.DB, student models.User) error {
	term, err := termOf(ctx, db, pastCourse, pastTerm)
	if err != nil {
		return err
	}
	item := models.CartItem{UserID: student.ID, CourseID: term.CourseID, Expire: term.Expire, Selected: true}
	if err := db.PutInCart(ctx, item); err != nil {
		return err
	}
	coupon, err := db.GiveCoupon(ctx, student.ID, usedCoupon)
	if err != nil {
		return err
	}
	choice := models.Choice{Coupon: coupon.ID}
	quote, err := db.Checkout(ctx, student.ID, choice)
	if err != nil {
		return err
	}
	choice.Points = quote.MaxPoints
	_, err = db.PlaceOrder(ctx, models.NewOrder{
		Choice: choice, UserID: student.ID, Seal: quote.Seal(), Token: rand.Text(), TTL: time.Hour,
	})
	return err
}

func termOf(ctx context.Context, db *models.DB, course string, days int) (models.Offer, error) {
	list, err := db.Courses(ctx, models.CourseFilter{Search: course})
	if err != nil {
		return models.Offer{}, err
	}
	for _, listing := range list.Courses {
		for _, offer := range listing.Offers {
			if offer.CourseName == course && offer.ExpireDays == days {
				return offer, nil
			}
		}
	}
	return models.Offer{}, fmt.Errorf("the catalogue has no %s for %d days", course, days)
}
