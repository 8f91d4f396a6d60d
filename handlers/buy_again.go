package handlers

import (
	"errors"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/views"
)

// buyAgain is POST /orders/:number/again. It puts those courses of a closed or refunded order that
// are still sold into the cart, with the same terms.
func (s *shop) buyAgain(c echo.Context) error {
	ctx, user := c.Request().Context(), userID(c)
	order, err := s.db.Order(ctx, user, c.Param("number"))
	if err != nil {
		return err
	}
	if !order.Ended() {
		return flashTo(c, orderPath(order.OrderNumber), views.Flash{Text: "只有已取消或已退款的订单可以再次购买。"})
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
