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

// cartLines says beside each line what of its course the student has already.
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

// couponHint tells what a coupon can do for the cart or, when none can yet, how little is missing.
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

// addToCart is POST /cart/items: the button 加入购物车 or, with a field "now", 立即购买. A term
// that is missing or not sold is asked for again.
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
	err := put(c, models.CartItem{UserID: userID(c), CourseID: course, Expire: idOrNone(expire), Selected: true})
	switch {
	case errors.Is(err, models.ErrWithdrawn):
		return s.showCourse(c, http.StatusUnprocessableEntity, views.FieldErrors{"expire": "这个有效期已不再出售，请重新选择。"})
	case errors.Is(err, models.ErrCartFull):
		return s.showCourse(c, http.StatusUnprocessableEntity, views.FieldErrors{"expire": cartFull})
	}
	return err
}

// choicePath is a course's page with a term already chosen; the course list when there is no course.
func choicePath(course int64, expire string) string {
	if course == 0 {
		return "/"
	}
	path := "/courses/" + strconv.FormatInt(course, 10)
	if id := idOrNone(expire); id >= 0 {
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

// buyNow leads to an order of this course alone; the others wait in the cart.
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

// changeCart is POST /cart/items/:course: another term, or the tick of the line.
func (s *shop) changeCart(c echo.Context) error {
	err := s.db.PutInCart(c.Request().Context(), models.CartItem{
		UserID: userID(c), CourseID: idOf(c.Param("course")),
		Expire: idOrNone(c.FormValue("expire")), Selected: c.FormValue("selected") != "",
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

const cartFull = "购物车已满，请先结算或删除一些课程。"

// removeFromCart is POST /cart/items/:course/delete.
func (s *shop) removeFromCart(c echo.Context) error {
	if err := s.db.RemoveFromCart(c.Request().Context(), userID(c), idOf(c.Param("course"))); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/cart")
}

// idOrNone reads a term. "0" is a real one, 永久有效, so that what cannot be read must not become 0.
func idOrNone(s string) int64 {
	if id := idOf(s); id != 0 || s == "0" {
		return id
	}
	return -1
}
