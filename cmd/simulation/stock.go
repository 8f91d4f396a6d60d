package main

import (
	"context"
	"fmt"
	"time"

	"luffy/models"
)

// The kinds of coupon.
var couponKinds = []models.CatalogueCoupon{
	{Name: "立减", Sale: "-50", From: 100_00, Days: 5},
	{Name: "九折", Sale: "*0.9", Days: 9},
}

const courses = 12

func courseName(i int) string { return fmt.Sprintf("课程%02d", i) }

// catalogue is what the shop sells: courses with odd prices, some of which are withdrawn or cost more
// at times, and a price rule of each kind, which comes and goes.
func (w *world) catalogue() models.Catalogue {
	c := models.Catalogue{Coupons: couponKinds}
	for i := range courses {
		dearer := models.Yuan(0)
		if w.oneIn(4) {
			dearer = 1_00
		}
		c.Courses = append(c.Courses, models.CatalogueCourse{
			Name: courseName(i), Category: "课", Teacher: models.CatalogueTeacher{Name: "教研组"},
			Price: new(models.Yuan(199_99+1001*i) + dearer), Withdrawn: w.oneIn(10),
			Terms: []models.CatalogueTerm{
				{Days: 30, Text: "一个月有效", Price: new(models.Yuan(33_33+777*i) + dearer)},
				{Days: 90, Text: "三个月有效", Price: new(models.Yuan(88_88+999*i) + dearer)},
			},
		})
	}
	for i, d := range []models.CatalogueDiscount{
		{Type: "free"}, {Type: "free"}, {Type: "rate", Sale: "*0.88"}, {Type: "off", Sale: "-20"},
		{Type: "step", Sale: "满50-5 满100-12"},
	} {
		d.Course = courseName(i)
		start := w.now.Add(w.between(0, 20*time.Hour))
		c.Activities = append(c.Activities, models.CatalogueActivity{
			Name: "活动" + d.Course, Start: start, End: start.Add(w.between(time.Hour, 24*time.Hour)),
			Discounts: []models.CatalogueDiscount{d},
		})
	}
	return c
}

// fillShelves changes what is sold, and at what price.
func (w *world) fillShelves(ctx context.Context) error {
	if err := w.db.Import(ctx, w.catalogue()); err != nil {
		return err
	}
	list, err := w.db.Courses(ctx, models.CourseFilter{})
	if err != nil {
		return err
	}
	w.stock = nil
	for _, course := range list.Courses {
		w.stock = append(w.stock, course.Offers...)
	}
	return nil
}

// enrol adds the students, each with 500 points. They have no passwords, because hashing them would
// take longer than all the rest.
func (w *world) enrol(ctx context.Context) error {
	tx, err := w.sql.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for i := range w.options.students {
		name := fmt.Sprintf("student%d", i)
		added, err := tx.ExecContext(ctx,
			"INSERT INTO ly_user (username, password, credit, created_at) VALUES (?, '', 500, ?)", name, w.now.UTC())
		if err != nil {
			return err
		}
		id, err := added.LastInsertId()
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx,
			"INSERT INTO ly_credit (user_id, opera, number, reference, created_at) VALUES (?, 1, 500, ?, ?)",
			id, "welcome:"+name, w.now.UTC())
		if err != nil {
			return err
		}
		w.students = append(w.students, student{id: id})
	}
	return tx.Commit()
}
