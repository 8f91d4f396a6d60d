package main

import (
	"context"
	"fmt"
	"time"
)

// record is an unrevoked purchase record.
type record struct {
	order        string
	user, course int64
	days         int // 0 = for ever
	paid         time.Time
	out          *time.Time
}

// judgeTerms computes the end of every purchase record anew: a term begins when it is paid, or at
// the end of the one before.
func (w *world) judgeTerms(ctx context.Context) {
	var before record
	var end time.Time // of the student's right to the course so far
	for _, r := range w.records(ctx) {
		if r.user != before.user || r.course != before.course {
			end = time.Time{}
		}
		before = r
		if r.days == 0 {
			if r.out != nil {
				w.fail(r.order, fmt.Errorf("the right to course %d ends at %v, want never", r.course, r.out))
			}
			continue
		}
		if r.paid.After(end) {
			end = r.paid
		}
		end = end.AddDate(0, 0, r.days)
		if r.out == nil || !r.out.Equal(end) {
			w.fail(r.order, fmt.Errorf("the right to course %d ends at %v, want %v", r.course, r.out, end))
		}
	}
}

// records reads the records student by student and course by course, in the sequence in which they
// were granted.
func (w *world) records(ctx context.Context) []record {
	var all []record
	rows, err := w.sql.QueryContext(ctx, `
		SELECT o.order_number, r.user_id, r.course_id, d.expire_days, r.pay_time, r.out_time
		FROM ly_user_course r JOIN ly_order_detail d ON d.id = r.order_detail_id JOIN ly_order o ON o.id = d.order_id
		WHERE r.revoked_at IS NULL ORDER BY r.user_id, r.course_id, r.id`)
	if err != nil {
		w.fail("", err)
		return nil
	}
	defer rows.Close()
	for rows.Next() {
		var r record
		if err := rows.Scan(&r.order, &r.user, &r.course, &r.days, &r.paid, &r.out); err != nil {
			w.fail("", err)
		}
		all = append(all, r)
	}
	if err := rows.Err(); err != nil {
		w.fail("", err)
	}
	return all
}
