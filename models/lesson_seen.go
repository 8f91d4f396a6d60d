package models

import (
	"context"
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// LessonSeen remembers when a student first opened a lesson.
type LessonSeen struct {
	UserID   int64
	LessonID int64
	SeenAt   time.Time
}

// TableName names the table.
func (LessonSeen) TableName() string { return "ly_lesson_seen" }

// Why a lesson stays closed.
var (
	// ErrNoRight: the student has no live purchase record of the course.
	ErrNoRight = errors.New("no live purchase record")
	// ErrRefundRequested: the student has requested a refund of the course, so no further lesson opens
	// until staff decide or the student withdraws the request, nor while the refund is on its way.
	ErrRefundRequested = errors.New("a refund of the course is requested or on its way")
)

// Learning is how far a student has come in a course.
type Learning struct {
	Seen map[int64]bool // IDs of the lessons opened so far
	Last int64          // the latest of those by the time of its first opening; 0 if none
	// Paused says why no further lesson opens: StepRequested or StepRefunding; empty if one does.
	Paused RequestStep
}

// Learning reads how far a student has come in a course.
func (db *DB) Learning(ctx context.Context, user, course int64) (Learning, error) {
	return readLearning(db.with(ctx), user, course)
}

func readLearning(g *gorm.DB, user, course int64) (Learning, error) {
	l := Learning{Seen: map[int64]bool{}}
	var ids []int64
	err := g.Raw(`
		SELECT s.lesson_id FROM ly_lesson_seen s
		JOIN ly_lesson l ON l.id = s.lesson_id JOIN ly_chapter c ON c.id = l.chapter_id
		WHERE s.user_id = ? AND c.course_id = ? ORDER BY s.seen_at, s.lesson_id`, user, course).Scan(&ids).Error
	for _, id := range ids {
		l.Seen[id], l.Last = true, id
	}
	if err != nil {
		return l, err
	}
	var onTheirWay []bool // one for each refund that stands in the way; false = it is only requested
	err = g.Raw(`
		SELECT f.id IS NOT NULL AS on_its_way FROM ly_user_course r
		LEFT JOIN ly_refund_request q ON q.order_detail_id = r.order_detail_id AND q.state = ?
		LEFT JOIN ly_refund f ON f.order_detail_id = r.order_detail_id AND f.state = ?
		WHERE r.user_id = ? AND r.course_id = ? AND r.revoked_at IS NULL AND (q.id IS NOT NULL OR f.id IS NOT NULL)`,
		RequestOpen, RefundPending, user, course).Scan(&onTheirWay).Error
	switch {
	case slices.Contains(onTheirWay, true):
		l.Paused = StepRefunding
	case len(onTheirWay) > 0:
		l.Paused = StepRequested
	}
	return l, err
}

// OpenLesson records that a student opens a lesson of a course; opening it again changes nothing.
// Errors: ErrNoRight; ErrNotFound if the course has no such lesson; ErrRefundRequested if the lesson
// was not opened before.
func (db *DB) OpenLesson(ctx context.Context, user, course, lesson int64) error {
	return db.inTx(ctx, func(tx transaction) error {
		rights, err := readRights(tx.DB, user, []int64{course})
		if err != nil {
			return err
		}
		if right := rights[course]; !right.Live(tx.now) {
			return ErrNoRight
		}
		var n int64
		err = tx.Raw(`
			SELECT COUNT(*) FROM ly_lesson l JOIN ly_chapter c ON c.id = l.chapter_id
			WHERE l.id = ? AND c.course_id = ?`, lesson, course).Scan(&n).Error
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrNotFound
		}
		learning, err := readLearning(tx.DB, user, course)
		switch {
		case err != nil || learning.Seen[lesson]:
			return err
		case learning.Paused != "":
			return ErrRefundRequested
		}
		return tx.Clauses(clause.OnConflict{DoNothing: true}).
			Create(&LessonSeen{UserID: user, LessonID: lesson, SeenAt: tx.now}).Error
	})
}

// Watched is how much of a course a student has opened.
type Watched struct{ Seen, Lessons int }

// readWatched counts, by course, the lessons and those that the student has opened. Courses without
// lessons are left out.
func readWatched(g *gorm.DB, user int64, courses []int64) (map[int64]Watched, error) {
	var rows []struct {
		CourseID int64
		Watched  Watched `gorm:"embedded"`
	}
	err := g.Raw(`
		SELECT c.course_id, COUNT(*) AS lessons, COUNT(s.lesson_id) AS seen FROM ly_chapter c
		JOIN ly_lesson l ON l.chapter_id = c.id
		LEFT JOIN ly_lesson_seen s ON s.lesson_id = l.id AND s.user_id = ?
		WHERE c.course_id IN ? GROUP BY c.course_id`, user, courses).Scan(&rows).Error
	watched := make(map[int64]Watched, len(rows))
	for _, r := range rows {
		watched[r.CourseID] = r.Watched
	}
	return watched, err
}
