package handlers

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/views"
)

// learn is GET /learn/:course, with ?lesson= for one lesson. It needs a live purchase record.
func (s *shop) learn(c echo.Context) error {
	ctx, user := c.Request().Context(), userID(c)
	course, err := s.db.Course(ctx, idOf(c.Param("course")))
	if err != nil {
		return err
	}
	rights, err := s.db.Rights(ctx, user, course.ID)
	if err != nil {
		return err
	}
	p, err := s.page(c)
	if err != nil {
		return err
	}
	right, now := rights[course.ID], s.db.Now()
	if !right.Live(now) {
		return render(c, http.StatusForbidden, views.NoAccessPage(views.NoAccess{
			Page: p, CourseID: course.ID, Name: course.Name,
			Access: accessOf(right, now), Until: right.Until(), OnSale: course.Published,
		}))
	}
	learning, err := s.db.Learning(ctx, user, course.ID)
	if err != nil {
		return err
	}
	view := learnView(course.Chapters, learning, idOf(c.QueryParam("lesson")))
	view.Page, view.CourseID, view.Name, view.Until = p, course.ID, course.Name, right.Until()
	view.Ending = course.Published && accessOf(right, now) == views.AccessEnding
	return render(c, http.StatusOK, views.LearnPage(view))
}

// learnView shows the lesson that was asked for, else the one opened last, else the course's first.
// It leaves out the text of a lesson that has not been opened.
func learnView(outline []models.Chapter, learning models.Learning, asked int64) views.Learn {
	view := views.Learn{Chapters: chapters(outline, 0), Seen: len(learning.Seen), Paused: learning.Paused}
	var shown *views.Lesson
	for i, chapter := range view.Chapters {
		for j := range chapter.Lessons {
			lesson := &chapter.Lessons[j]
			lesson.Seen = learning.Seen[lesson.ID]
			view.Lessons++
			if shown == nil || lesson.ID == asked || lesson.ID == learning.Last && shown.ID != asked {
				shown, view.Text = lesson, outline[i].Lessons[j].Content
			}
		}
	}
	if shown == nil {
		return view
	}
	shown.Current = true
	view.Lesson = *shown
	if !shown.Seen {
		view.Text = ""
	}
	return view
}

// openLesson is POST /learn/:course: it records that the student opens a lesson, and leads to it.
func (s *shop) openLesson(c echo.Context) error {
	course, lesson := idOf(c.Param("course")), idOf(c.FormValue("lesson"))
	at := fmt.Sprintf("/learn/%d?lesson=%d", course, lesson)
	err := s.db.OpenLesson(c.Request().Context(), userID(c), course, lesson)
	if err != nil && !errors.Is(err, models.ErrNoRight) && !errors.Is(err, models.ErrRefundRequested) {
		return err
	}
	return c.Redirect(http.StatusSeeOther, at) // that page also says why a lesson does not open
}
