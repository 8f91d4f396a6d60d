package models

import (
	"time"

	"gorm.io/gorm"
)

// grantedBy is a query for the purchase records of the order that are not revoked.
func (tx transaction) grantedBy(o Order) *gorm.DB {
	lines := tx.Model(&OrderDetail{}).Select("id").Where("order_id = ?", o.ID)
	return tx.Model(&UserCourse{}).Where("order_detail_id IN (?) AND revoked_at IS NULL", lines)
}

// revoke ends the purchase records of a query, and approves the students' requests for their lines.
func (tx transaction) revoke(o Order, r Refund, granted *gorm.DB) error {
	var records []UserCourse
	if err := granted.Order("course_id").Find(&records).Error; err != nil || len(records) == 0 {
		return err
	}
	ids, courses, lines := make([]int64, len(records)), make([]int64, len(records)), make([]int64, len(records))
	for i, record := range records {
		ids[i], courses[i], lines[i] = record.ID, record.CourseID, *record.OrderDetailID
	}
	if err := tx.Model(&UserCourse{}).Where("id IN ?", ids).Update("revoked_at", tx.now).Error; err != nil {
		return err
	}
	if err := tx.grantRequests(r, lines...); err != nil {
		return err
	}
	return tx.loseCourses(o.UserID, courses)
}

// loseCourses shortens the rights that the revoked records had extended, and takes the student out of
// the count of each course that they have no record of any more.
func (tx transaction) loseCourses(user int64, courses []int64) error {
	rights, err := readRights(tx.DB, user, courses)
	if err != nil {
		return err
	}
	var lost []int64
	for _, course := range courses {
		if rights[course].Records == 0 {
			lost = append(lost, course)
			continue
		}
		if err := tx.chainAnew(user, course); err != nil {
			return err
		}
	}
	return tx.countStudents(lost, -1)
}

// chainAnew computes the ends of a student's remaining records of a course, as if the revoked ones
// had never extended them.
func (tx transaction) chainAnew(user, course int64) error {
	var records []struct {
		ID         int64
		PayTime    time.Time
		OutTime    *time.Time
		ExpireDays *int // nil for presents, which keep their end
	}
	err := tx.Raw(`
		SELECT r.id, r.pay_time, r.out_time, d.expire_days FROM ly_user_course r
		LEFT JOIN ly_order_detail d ON d.id = r.order_detail_id
		WHERE r.user_id = ? AND r.course_id = ? AND r.revoked_at IS NULL ORDER BY r.id`, user, course).Scan(&records).Error
	if err != nil {
		return err
	}
	var chain Right
	for _, r := range records {
		end := r.OutTime
		if r.ExpireDays != nil {
			end = chain.Extended(r.PayTime, *r.ExpireDays)
		}
		chain.add(end)
		if err := tx.Model(&UserCourse{}).Where("id = ?", r.ID).Update("out_time", end).Error; err != nil {
			return err
		}
	}
	return nil
}
