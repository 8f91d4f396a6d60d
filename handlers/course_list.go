package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/views"
)

// courseList is GET /: one page of the courses, sorted and filtered as the query says. Values that
// make no sense are ignored.
func (s *shop) courseList(c echo.Context) error {
	ctx := c.Request().Context()
	p, err := s.page(c)
	if err != nil {
		return err
	}
	categories, err := s.db.Categories(ctx)
	if err != nil {
		return err
	}
	view := views.CourseList{Page: p, Sort: models.ParseCourseSort(c.QueryParam("sort")), Query: searchWords(c)}
	chosen := idOf(c.QueryParam("category"))
	for _, category := range categories {
		choice := views.Category{ID: category.ID, Name: category.Name}
		view.Categories = append(view.Categories, choice)
		if category.ID == chosen {
			view.Category = choice
		}
	}
	filter := models.CourseFilter{Category: view.Category.ID, Search: view.Query, Sort: view.Sort, Page: pageNo(c)}
	list, err := s.db.Courses(ctx, filter)
	if err != nil {
		return err
	}
	view.PageNo, view.Pages, view.Matches = list.Page, list.Pages, list.Matches
	for _, course := range list.Courses {
		view.Courses = append(view.Courses, courseCard(course))
	}
	return render(c, http.StatusOK, views.CourseListPage(view))
}

// courseCard shows the price of the cheapest term. If that has no discount, but another term has, it
// shows the other term's discount.
func courseCard(l models.Listing) views.CourseCard {
	offer := l.Cheapest()
	card := views.CourseCard{
		ID: l.ID, Name: l.Name, Picture: l.CourseImg, Teacher: l.TeacherName, Students: l.Students,
		ListPrice: offer.Price, Price: offer.SalePrice, Discount: offer.DiscountName, DiscountEnds: offer.DiscountEnds,
	}
	for _, other := range l.Offers {
		card.From = card.From || other.SalePrice > offer.SalePrice
		if card.Discount == "" {
			card.Discount, card.DiscountEnds = other.DiscountName, other.DiscountEnds
		}
	}
	return card
}
