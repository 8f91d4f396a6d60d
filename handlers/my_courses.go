package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"luffy/views"
)

// myCourses is GET /mycourses/.
func (s *shop) myCourses(c echo.Context) error {
	p, err := s.page(c)
	if err != nil {
		return err
	}
	list, err := s.db.OwnedCourses(c.Request().Context(), userID(c), pageNo(c))
	if err != nil {
		return err
	}
	now := s.db.Now()
	pager := views.Pager{Path: "/mycourses/", Page: list.Page, Pages: list.Pages, Total: list.Total, Unit: "门课程"}
	view := views.MyCourses{Page: p, Pager: pager}
	for _, o := range list.Courses {
		view.Courses = append(view.Courses, views.MyCourse{
			CourseID: o.ID, Name: o.Name, Picture: o.CourseImg, Teacher: o.TeacherName,
			Access: accessOf(o.Right, now), Until: o.Right.Until(), OnSale: o.Published,
		})
	}
	return render(c, http.StatusOK, views.MyCoursesPage(view))
}
