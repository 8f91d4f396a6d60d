package models

import (
	"context"

	"gorm.io/gorm"
)

// CoursePage is all that the page of one course shows.
type CoursePage struct {
	Listing
	Teacher  Teacher   `gorm:"-"`
	Chapters []Chapter `gorm:"-"`
}

// Course reads one course, even if it was withdrawn, because past buyers still see it. ErrNotFound if
// there is none.
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
