package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/views"
)

// account is GET /account.
func (s *shop) account(c echo.Context) error {
	p, err := s.page(c)
	if err != nil {
		return err
	}
	summary, err := s.db.Summary(c.Request().Context(), userID(c))
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.AccountPage(views.Account{
		Page: p, Points: points(summary), Coupons: summary.Coupons, Courses: summary.Courses, Ending: summary.Ending,
		Unpaid: summary.Unpaid, Since: summary.CreatedAt,
	}))
}

func points(s models.Summary) views.PointsSum {
	return views.PointsSum{Owned: s.Credit, Worth: models.PointsWorth(s.Credit), Held: s.CreditHeld}
}

// points is GET /account/points.
func (s *shop) points(c echo.Context) error {
	ctx := c.Request().Context()
	p, err := s.page(c)
	if err != nil {
		return err
	}
	summary, err := s.db.Summary(ctx, userID(c))
	if err != nil {
		return err
	}
	ledger, err := s.db.Ledger(ctx, userID(c), pageNo(c))
	if err != nil {
		return err
	}
	view := views.PointsLedger{Page: p, Points: points(summary), Pager: views.Pager{
		Path: "/account/points", Page: ledger.Page, Pages: ledger.Pages, Total: ledger.Total, Unit: "条记录",
	}}
	for _, row := range ledger.Rows {
		view.Rows = append(view.Rows, views.LedgerRow{
			At: row.CreatedAt, What: row.Opera.String(), Number: row.Number, Balance: row.Balance, OrderNumber: row.OrderNumber,
		})
	}
	return render(c, http.StatusOK, views.PointsPage(view))
}

// coupons is GET /account/coupons.
func (s *shop) coupons(c echo.Context) error {
	p, err := s.page(c)
	if err != nil {
		return err
	}
	list, err := s.db.MyCoupons(c.Request().Context(), userID(c), models.ParseCouponTab(c.QueryParam("status")), pageNo(c))
	if err != nil {
		return err
	}
	view := views.Coupons{Page: p, Tab: list.Tab, Counts: list.Counts, Now: s.db.Now()}
	view.Pager = views.Pager{
		Path: view.Href(list.Tab), Page: list.Page, Pages: list.Pages, Total: list.Counts[list.Tab], Unit: "张优惠券",
	}
	for _, coupon := range list.Coupons {
		view.Coupons = append(view.Coupons, views.MyCoupon{
			Name: coupon.Name, Saves: models.SaleText(coupon.Sale), Condition: models.ConditionText(coupon.ConditionPrice),
			From: coupon.StartTime, Until: coupon.EndTime, UsedAt: timeOf(coupon.UsedAt), OrderNumber: coupon.OrderNumber,
		})
	}
	return render(c, http.StatusOK, views.CouponsPage(view))
}
