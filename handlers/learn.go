package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/views"
)

// myCourses is GET /mycourses/.
func (s *shop) myCourses(c echo.Context) error {
	p, err := page(c)
	if err != nil {
		return err
	}
	owned, err := s.db.OwnedCourses(c.Request().Context(), userID(c))
	if err != nil {
		return err
	}
	now := s.db.Now()
	view := views.MyCourses{Page: p}
	for _, o := range owned {
		view.Courses = append(view.Courses, views.MyCourse{
			CourseID: o.ID, Name: o.Name, Picture: o.CourseImg, Teacher: o.TeacherName,
			Access: accessOf(o.Right, now), Until: o.Right.Until(),
		})
	}
	return render(c, http.StatusOK, views.MyCoursesPage(view))
}

// learn is GET /learn/:course, optionally one lesson of it. It opens only with a live purchase record.
func (s *shop) learn(c echo.Context) error {
	ctx := c.Request().Context()
	course, err := s.db.Course(ctx, idOf(c.Param("course")))
	if err != nil {
		return err
	}
	rights, err := s.db.Rights(ctx, userID(c), course.ID)
	if err != nil {
		return err
	}
	p, err := page(c)
	if err != nil {
		return err
	}
	right, now := rights[course.ID], s.db.Now()
	if !right.Live(now) {
		return render(c, http.StatusForbidden, views.NoAccessPage(views.NoAccess{
			Page: p, CourseID: course.ID, Name: course.Name, Access: accessOf(right, now), Until: right.Until(), OnSale: course.Published,
		}))
	}
	lesson := openLesson(course.Chapters, idOf(c.QueryParam("lesson")))
	return render(c, http.StatusOK, views.LearnPage(views.Learn{
		Page: p, CourseID: course.ID, Name: course.Name, Until: right.Until(),
		Chapters: chapters(course.Chapters, lesson.ID), Lesson: lesson.Name, Text: lesson.Content,
	}))
}

// openLesson is the lesson asked for, or the course's first; the zero lesson when it has none.
func openLesson(chapters []models.Chapter, id int64) models.Lesson {
	var first models.Lesson
	for _, chapter := range chapters {
		for _, lesson := range chapter.Lessons {
			if lesson.ID == id {
				return lesson
			}
			if first.ID == 0 {
				first = lesson
			}
		}
	}
	return first
}
