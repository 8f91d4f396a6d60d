package models

import (
	"context"
	"database/sql"
	"time"

	"gorm.io/gorm"
)

// BuyType is the code in ly_user_course.buy_type.
type BuyType int8

// How students got a course.
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

// Right sums up a student's unrevoked purchase records of one course. The zero value means that there
// are none.
type Right struct {
	Records int
	ForEver bool      // one of the records has no end
	End     time.Time // the latest end of the others; zero if there are none
}

// Live tells whether the student may learn the course now.
func (r Right) Live(now time.Time) bool { return r.ForEver || now.Before(r.End) }

// Until is the end of the right; the zero time if it has none.
func (r Right) Until() time.Time {
	if r.ForEver {
		return time.Time{}
	}
	return r.End
}

// add adds an unrevoked record with that end; nil = for ever.
func (r *Right) add(end *time.Time) {
	r.Records++
	if end == nil {
		r.ForEver = true
	} else if end.After(r.End) {
		r.End = *end
	}
}

// Extended is the end of a term of so many days that is bought at that moment; nil = for ever, which
// is 0 days. A term bought while an earlier one still runs begins when that one ends.
func (r Right) Extended(bought time.Time, days int) *time.Time {
	if days == 0 {
		return nil
	}
	from := bought
	if r.End.After(from) {
		from = r.End
	}
	return new(from.AddDate(0, 0, days))
}

// Rights reads a student's rights to the given courses; courses without a record are left out.
func (db *DB) Rights(ctx context.Context, user int64, courses ...int64) (map[int64]Right, error) {
	return readRights(db.with(ctx), user, courses)
}

func readRights(g *gorm.DB, user int64, courses []int64) (map[int64]Right, error) {
	rights := make(map[int64]Right, len(courses))
	if len(courses) == 0 {
		return rights, nil
	}
	err := read(g, func(rows *sql.Rows) error {
		var course int64
		var end *time.Time
		if err := rows.Scan(&course, &end); err != nil {
			return err
		}
		r := rights[course]
		r.add(end)
		rights[course] = r
		return nil
	}, "SELECT course_id, out_time FROM ly_user_course WHERE user_id = ? AND revoked_at IS NULL AND course_id IN "+
		placeholders(1, len(courses)), append([]any{user}, values(courses)...)...)
	return rights, err
}
