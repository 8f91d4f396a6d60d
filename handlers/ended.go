package handlers

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/views"
)

// buyAgain is POST /orders/:number/again: what of a closed or refunded order is still sold goes
// into the cart, for the same terms.
func (s *shop) buyAgain(c echo.Context) error {
	ctx, user := c.Request().Context(), userID(c)
	order, err := s.db.Order(ctx, user, c.Param("number"))
	if err != nil {
		return err
	}
	if !order.Ended() {
		return s.tellStanding(c, order)
	}
	var gone []string
	for _, line := range order.Lines {
		item := models.CartItem{UserID: user, CourseID: line.CourseID, Expire: line.Expire, Selected: true}
		err := s.db.PutInCart(ctx, item)
		switch {
		case errors.Is(err, models.ErrWithdrawn), errors.Is(err, models.ErrNotFound):
			gone = append(gone, "《"+line.CourseName+"》")
		case errors.Is(err, models.ErrCartFull):
			return flashTo(c, "/cart", views.Flash{Text: cartFull, Error: true})
		case err != nil:
			return err
		}
	}
	return s.tellAgain(c, order, gone)
}

// tellAgain says what is in the cart now, and what could not be put there.
func (s *shop) tellAgain(c echo.Context, o models.OrderView, gone []string) error {
	put := len(o.Lines) - len(gone)
	missing := strings.Join(gone, "、") + "已下架或不再提供这个有效期"
	switch {
	case put == 0:
		return flashTo(c, orderPath(o.OrderNumber), views.Flash{Text: missing + "，不能再次购买。", Error: true})
	case len(gone) > 0:
		return flashTo(c, "/cart", views.Flash{Text: strconv.Itoa(put) + " 门课程已加入购物车，价格以今天为准；" + missing + "。", Error: true})
	default:
		return flashTo(c, "/cart", views.Flash{Text: strconv.Itoa(put) + " 门课程已加入购物车，价格以今天为准。"})
	}
}

// hideForm is GET /orders/:number/hide: it asks once before the order leaves My Orders.
func (s *shop) hideForm(c echo.Context) error {
	order, err := s.db.Order(c.Request().Context(), userID(c), c.Param("number"))
	if err != nil {
		return err
	}
	if !order.Ended() || order.HiddenAt != nil {
		return s.tellHidden(c, order)
	}
	p, err := s.page(c)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.HidePage(views.Hide{Page: p, Order: s.orderView(order)}))
}

// hide is POST /orders/:number/hide.
func (s *shop) hide(c echo.Context) error {
	ctx, number := c.Request().Context(), c.Param("number")
	err := s.db.HideOrder(ctx, userID(c), number)
	if errors.Is(err, models.ErrNotEnded) {
		order, err := s.db.Order(ctx, userID(c), number)
		if err != nil {
			return err
		}
		return s.tellHidden(c, order)
	}
	if err != nil {
		return err
	}
	return flashTo(c, "/myorder/", views.Flash{Text: "订单 " + number + " 已从我的订单中删除。"})
}

// tellHidden leads to an order that is not to be taken out of My Orders, and says why.
func (s *shop) tellHidden(c echo.Context, o models.OrderView) error {
	text := "只有已取消或已退款的订单可以删除。"
	if o.HiddenAt != nil {
		text = "这个订单已经从我的订单中删除。"
	}
	return flashTo(c, orderPath(o.OrderNumber), views.Flash{Text: text})
}
