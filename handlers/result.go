package handlers

import (
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/views"
)

// refreshAfter are the seconds between the refreshes of a result that is being confirmed. After about
// two minutes in all the page stops, and the student decides.
var refreshAfter = []int{2, 3, 5, 10, 20, 20, 20, 20, 20}

// result is GET /orders/:number/result. It shows the stored order alone. While an attempt to pay is
// open, a visit may also make the shop ask Alipay; the next visit shows the answer.
func (s *shop) result(c echo.Context) error {
	ctx := c.Request().Context()
	order, err := s.db.Order(ctx, userID(c), c.Param("number"))
	if err != nil {
		return err
	}
	p, err := s.page(c)
	if err != nil {
		return err
	}
	now := s.db.Now()
	state, err := s.resultState(c, order, now)
	if err != nil {
		return err
	}
	view := views.Result{Page: p, State: state, Order: s.orderView(order), Notices: notices(order), Now: now}
	view.Pay = s.payBy(c, order.OrderNumber)
	_, view.Held = order.HeldPayment()
	if attempt, ok := order.OpenPayment(); ok && state != views.ResultPaid && state != views.ResultRefunded {
		s.payments.AskSoon(ctx, attempt)
	}
	if state == views.ResultConfirming && !view.Held {
		view.Round, _ = strconv.Atoi(c.QueryParam("round")) // anything but a number becomes 0, the first round
		if view.Round >= 0 && view.Round < len(refreshAfter) {
			view.NextRefresh = refreshAfter[view.Round]
		}
	}
	return render(c, http.StatusOK, views.ResultPage(view))
}

// freshAnswer is how long Alipay's "not paid" is shown: the student may be paying meanwhile.
const freshAnswer = 15 * time.Second

func (s *shop) resultState(c echo.Context, o models.OrderView, now time.Time) (views.ResultState, error) {
	switch o.OrderStatus {
	case models.OrderPaid:
		return views.ResultPaid, nil
	case models.OrderRefunded:
		return views.ResultRefunded, nil
	}
	attempt, open := o.OpenPayment()
	_, held := o.HeldPayment()
	if open {
		// This holds for a closed order, too: whoever comes back from its cashier has paid late.
		returns, err := s.db.Returns(c.Request().Context(), attempt.OutTradeNo)
		if err != nil || returns > 0 {
			return views.ResultConfirming, err
		}
	}
	switch {
	case o.OrderStatus != models.OrderUnpaid:
		return views.ResultClosed, nil
	case o.ClosingTo != nil, held:
		return views.ResultConfirming, nil
	case !open, attempt.TradeStatus != "" && attempt.QueriedAt != nil && now.Sub(*attempt.QueriedAt) < freshAnswer:
		return views.ResultUnpaid, nil
	default:
		return views.ResultConfirming, nil
	}
}
