package handlers

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/views"
)

// course is GET /courses/:id.
func (s *shop) course(c echo.Context) error {
	return s.showCourse(c, http.StatusOK, nil)
}

// showCourse shows a course that is on sale or that the student has bought. problems are what was
// wrong with a choice that could not be put into the cart.
func (s *shop) showCourse(c echo.Context, status int, problems views.FieldErrors) error {
	ctx := c.Request().Context()
	p, err := s.page(c)
	if err != nil {
		return err
	}
	course, err := s.db.Course(ctx, idOf(cmp.Or(c.Param("id"), c.FormValue("course"))))
	if err != nil {
		return err
	}
	view := views.Course{
		Page: p, ID: course.ID, Name: course.Name, Brief: course.Brief, Picture: course.CourseImg,
		Teacher: course.Teacher.Name, TeacherTitle: course.Teacher.Title, Students: course.Students,
		Chapters: chapters(course.Chapters, 0), Refunds: s.refunds, Errors: problems,
	}
	var inCart *int64 // the term
	if user := userID(c); user != 0 {
		if view.Owned, err = s.ownership(c, user, course.ID); err != nil {
			return err
		}
		if inCart, err = s.db.InCart(ctx, user, course.ID); err != nil {
			return err
		}
	}
	switch {
	case course.Published:
		offerTerms(&view, course.Offers, termID(c.FormValue("expire")), inCart)
	case view.Owned == (views.Ownership{}):
		return models.ErrNotFound
	}
	return render(c, status, views.CoursePage(view))
}

// offerTerms lists the terms and their discounts. The wanted term is selected or, if it is not
// offered, the one in the cart, else the first.
func offerTerms(view *views.Course, offers []models.Offer, wanted int64, inCart *int64) {
	at := func(expire int64) int {
		return slices.IndexFunc(offers, func(o models.Offer) bool { return o.Expire == expire })
	}
	selected := at(wanted)
	view.Kept, view.InCart = selected >= 0, inCart != nil
	if !view.Kept && view.InCart {
		selected = at(*inCart)
	}
	for i, offer := range offers {
		t := term(offer, i == max(0, selected))
		t.InCart = view.InCart && offer.Expire == *inCart
		view.Terms = append(view.Terms, t)
		discount := views.CourseDiscount{Name: offer.DiscountName, Rule: offer.DiscountRule, Ends: offer.DiscountEnds}
		if discount.Name != "" && !slices.Contains(view.Discounts, discount) {
			view.Discounts = append(view.Discounts, discount)
		}
	}
}

func (s *shop) ownership(c echo.Context, user, course int64) (views.Ownership, error) {
	rights, err := s.db.Rights(c.Request().Context(), user, course)
	return ownership(rights[course], s.db.Now()), err
}

func ownership(r models.Right, now time.Time) views.Ownership {
	return views.Ownership{Live: r.Live(now), Until: r.Until()}
}

func term(o models.Offer, selected bool) views.Term {
	return views.Term{
		ID: o.Expire, Text: o.ExpireText, ListPrice: o.Price, Price: o.SalePrice, Discount: o.DiscountName,
		Selected: selected,
	}
}

func chapters(all []models.Chapter, open int64) []views.Chapter {
	var out []views.Chapter
	for i, chapter := range all {
		v := views.Chapter{Number: i + 1, Name: chapter.Name}
		for _, lesson := range chapter.Lessons {
			v.Lessons = append(v.Lessons, views.Lesson{
				ID: lesson.ID, Name: lesson.Name, Duration: duration(lesson.Minutes), Current: lesson.ID == open,
			})
		}
		out = append(out, v)
	}
	return out
}

func duration(minutes int) string {
	if minutes == 0 {
		return ""
	}
	return fmt.Sprintf("%d 分钟", minutes)
}
