package models

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// BuyType is the code in ly_user_course.buy_type.
type BuyType int8

// How a course came to its student.
const (
	BuyPaid     BuyType = 1 // 用户购买
	BuyFree     BuyType = 2 // 免费活动: an order of 0.00
	BuyPresent  BuyType = 3 // 活动赠品
	BuyFromShop BuyType = 4 // 系统赠送
)

// UserCourse is a purchase record: the right to learn a course until OutTime.
type UserCourse struct {
	ID            int64
	UserID        int64
	CourseID      int64
	OrderDetailID *int64  // the order line; nil for presents
	TradeNo       *string // Alipay's; nil where no money moved
	BuyType       BuyType
	PayTime       time.Time
	OutTime       *time.Time // nil = for ever
	RevokedAt     *time.Time // set when the line was refunded
	CreatedAt     time.Time
}

// TableName names the seed's table.
func (UserCourse) TableName() string { return "ly_user_course" }

// right sums up a student's unrevoked purchase records of one course. The zero value means there is none.
type right struct {
	records int
	forEver bool      // one of them has no end
	end     time.Time // latest end of the others, zero when there is none
}

// live tells whether the student may learn the course now.
func (r right) live(now time.Time) bool { return r.forEver || now.Before(r.end) }

// until is the end of the right; nil = for ever.
func (r right) until() *time.Time {
	if r.forEver || r.end.IsZero() {
		return nil
	}
	return &r.end
}

// extended gives the end of a term of so many days bought at that moment; nil = for ever. A term bought while an earlier one
// still runs begins at the earlier one's end.
func (r right) extended(bought time.Time, days int) *time.Time {
	if days == 0 {
		return nil
	}
	from := bought
	if r.end.After(from) {
		from = r.end
	}
	return new(from.AddDate(0, 0, days))
}

// readRights reads a student's rights to the given courses.
func readRights(g *gorm.DB, user int64, courses []int64) (map[int64]right, error) {
	var records []UserCourse
	err := g.Raw(`SELECT course_id, out_time FROM ly_user_course WHERE user_id = ? AND course_id IN ? AND revoked_at IS NULL`,
		user, courses).Scan(&records).Error
	rights := make(map[int64]right, len(courses))
	for _, record := range records {
		r := rights[record.CourseID]
		r.records++
		if record.OutTime == nil {
			r.forEver = true
		} else if record.OutTime.After(r.end) {
			r.end = *record.OutTime
		}
		rights[record.CourseID] = r
	}
	return rights, err
}

// Right tells until when a student may learn a course: ok is false when there is no live purchase record, and a nil time means
// for ever.
func (db *DB) Right(ctx context.Context, user, course int64) (until *time.Time, ok bool, err error) {
	rights, err := readRights(db.with(ctx), user, []int64{course})
	r := rights[course]
	return r.until(), r.live(db.Now()), err
}

// Owned is a course that a student has or had, with the end of the right.
type Owned struct {
	CourseID   int64
	CourseName string
	CourseImg  string
	Until      *time.Time // nil = for ever
	Live       bool
}

// OwnedCourses lists the courses a student has bought and not given back, the latest purchase first.
func (db *DB) OwnedCourses(ctx context.Context, user int64) ([]Owned, error) {
	var records []struct {
		CourseID   int64
		CourseName string
		CourseImg  string
		OutTime    *time.Time
	}
	err := db.with(ctx).Raw(`
		SELECT r.course_id, c.name AS course_name, c.course_img, r.out_time
		FROM ly_user_course r JOIN ly_course c ON c.id = r.course_id
		WHERE r.user_id = ? AND r.revoked_at IS NULL ORDER BY r.id DESC LIMIT ?`, user, maxListed).Scan(&records).Error
	now := db.Now()
	var owned []Owned
	place := map[int64]int{}
	for _, r := range records {
		live := r.OutTime == nil || now.Before(*r.OutTime)
		i, known := place[r.CourseID]
		switch {
		case !known:
			place[r.CourseID] = len(owned)
			owned = append(owned, Owned{r.CourseID, r.CourseName, r.CourseImg, r.OutTime, live})
		case r.OutTime == nil:
			owned[i].Until, owned[i].Live = nil, true
		case owned[i].Until != nil && r.OutTime.After(*owned[i].Until):
			owned[i].Until, owned[i].Live = r.OutTime, live
		}
	}
	return owned, err
}
