package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/views"
)

// cart is GET /cart.
func (s *shop) cart(c echo.Context) error {
	ctx, user := c.Request().Context(), userID(c)
	p, err := s.page(c)
	if err != nil {
		return err
	}
	lines, err := s.db.Cart(ctx, user)
	if err != nil {
		return err
	}
	total := models.TotalOf(lines)
	coupons, err := s.db.CouponsFor(ctx, user, total.Sale)
	if err != nil {
		return err
	}
	view := views.Cart{
		Page: p, SelectedCount: total.Count, ListTotal: total.List, DiscountSaved: total.List - total.Sale, Total: total.Sale,
	}
	switch {
	case total.Sale > models.MaxFen:
		view.TooMuch = tooMuchText
	case total.Count > 0:
		view.CouponHint = couponHint(coupons)
	}
	if view.Lines, err = s.cartLines(ctx, user, lines); err != nil {
		return err
	}
	return render(c, http.StatusOK, views.CartPage(view))
}

// cartLines are the lines as the page shows them, each with the right to its course that the student
// already has.
func (s *shop) cartLines(ctx context.Context, user int64, lines []models.CartLine) ([]views.CartLine, error) {
	courses := make([]int64, len(lines))
	for i, line := range lines {
		courses[i] = line.CourseID
	}
	rights, err := s.db.Rights(ctx, user, courses...)
	if err != nil {
		return nil, err
	}
	shown := make([]views.CartLine, len(lines))
	for i, line := range lines {
		shown[i] = cartLine(line)
		shown[i].Owned = ownership(rights[line.CourseID], s.db.Now())
	}
	return shown, nil
}

// couponHint says how much the best coupon saves or, if none can be used yet, how little is missing
// for one.
func couponHint(coupons []models.CouponOffer) string {
	var best, nearest models.CouponOffer
	for _, coupon := range coupons {
		if coupon.Saves > best.Saves {
			best = coupon
		}
		if coupon.Missing > 0 && (nearest.Missing == 0 || coupon.Missing < nearest.Missing) {
			nearest = coupon
		}
	}
	switch {
	case best.Saves > 0:
		return "结算时可用优惠券“" + best.Name + "”再减 " + best.Saves.Yuan() + "。"
	case nearest.Missing > 0:
		return "再选 " + nearest.Missing.Yuan() + " 的课程，就可以用优惠券“" + nearest.Name + "”。"
	default:
		return ""
	}
}

func cartLine(l models.CartLine) views.CartLine {
	v := views.CartLine{
		CourseID: l.CourseID, Name: l.CourseName, Picture: l.CourseImg,
		Selected: l.Selected, Withdrawn: !l.OnSale && !l.TermGone,
		TermGone: l.TermGone, ListPrice: l.Price, Price: l.SalePrice, Discount: l.DiscountName, DiscountEnds: l.DiscountEnds,
		Changed: l.OnSale && l.SalePrice != l.SeenPrice, OldPrice: l.SeenPrice,
	}
	if l.OnSale || l.TermGone {
		for _, offer := range l.Terms {
			v.Terms = append(v.Terms, term(offer, offer.Expire == l.Expire))
		}
	}
	return v
}

// addToCart is POST /cart/items: the button 加入购物车 or, with a field "now", 立即购买. If the term
// is missing or no longer sold, the course's page asks for it again.
func (s *shop) addToCart(c echo.Context) error {
	course, expire := idOf(c.FormValue("course")), c.FormValue("expire")
	if userID(c) == 0 {
		return c.Redirect(http.StatusSeeOther, loginFor(choicePath(course, expire)))
	}
	if expire == "" {
		return s.showCourse(c, http.StatusUnprocessableEntity, views.FieldErrors{"expire": "请选择有效期。"})
	}
	put := s.putInCart
	if c.FormValue("now") != "" {
		put = s.buyNow
	}
	err := put(c, models.CartItem{UserID: userID(c), CourseID: course, Expire: termID(expire), Selected: true})
	switch {
	case errors.Is(err, models.ErrWithdrawn):
		return s.showCourse(c, http.StatusUnprocessableEntity, views.FieldErrors{"expire": "这个有效期已不再出售，请重新选择。"})
	case errors.Is(err, models.ErrCartFull):
		return s.showCourse(c, http.StatusUnprocessableEntity, views.FieldErrors{"expire": cartFull})
	}
	return err
}

// choicePath is the address of a course's page with a term already chosen; without a course it is
// the course list.
func choicePath(course int64, expire string) string {
	if course == 0 {
		return "/"
	}
	path := "/courses/" + strconv.FormatInt(course, 10)
	if id := termID(expire); id >= 0 {
		path += "?expire=" + strconv.FormatInt(id, 10)
	}
	return path
}

func (s *shop) putInCart(c echo.Context, item models.CartItem) error {
	if err := s.db.PutInCart(c.Request().Context(), item); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/cart")
}

// buyNow leads to the checkout of this course alone. The others stay in the cart, unselected.
func (s *shop) buyNow(c echo.Context, item models.CartItem) error {
	waiting, err := s.db.BuyNow(c.Request().Context(), item)
	switch {
	case err != nil:
		return err
	case waiting > 0:
		return flashTo(c, "/checkout", views.Flash{Text: fmt.Sprintf("这次只结算这一门课程；购物车里的另外 %d 门课程还在，只是没有勾选。", waiting)})
	}
	return c.Redirect(http.StatusSeeOther, "/checkout")
}

// changeCart is POST /cart/items/:course: it changes the term of a line or whether it is selected.
func (s *shop) changeCart(c echo.Context) error {
	err := s.db.PutInCart(c.Request().Context(), models.CartItem{
		UserID: userID(c), CourseID: idOf(c.Param("course")),
		Expire: termID(c.FormValue("expire")), Selected: c.FormValue("selected") != "",
	})
	switch {
	case errors.Is(err, models.ErrWithdrawn):
		err = flash(c, views.Flash{Text: "这门课程或这个有效期已不再出售。", Error: true})
	case errors.Is(err, models.ErrCartFull):
		err = flash(c, views.Flash{Text: cartFull, Error: true})
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/cart")
}

// selectCart is POST /cart/selection: the buttons 全选 and 取消全选.
func (s *shop) selectCart(c echo.Context) error {
	if err := s.db.SelectCart(c.Request().Context(), userID(c), c.FormValue("selected") != ""); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/cart")
}

const cartFull = "购物车已满，请先结算或删除一些课程。"

// removeFromCart is POST /cart/items/:course/delete.
func (s *shop) removeFromCart(c echo.Context) error {
	if err := s.db.RemoveFromCart(c.Request().Context(), userID(c), idOf(c.Param("course"))); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/cart")
}
