package handlers

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/views"
)

// checkout is GET /checkout. The button 更新金额 sends the whole form here; all but coupon and points
// is then dropped from the address.
func (s *shop) checkout(c echo.Context) error {
	if c.QueryParams().Has(csrfField) {
		keep := url.Values{"coupon": {c.QueryParam("coupon")}, "points": {c.QueryParam("points")}}
		return c.Redirect(http.StatusSeeOther, "/checkout?"+keep.Encode())
	}
	return s.showCheckout(c, http.StatusOK, readCheckout(c))
}

// placeOrder is POST /orders. It makes the order and leads to Alipay or, if there is nothing to pay,
// to the order's result.
func (s *shop) placeOrder(c echo.Context) error {
	ctx, user, form := c.Request().Context(), userID(c), readCheckout(c)
	if form.token == "" || len(form.token) > maxToken {
		return s.checkoutAgain(c, form, "页面已过期，请核对下面的金额后重新提交。")
	}
	if len(form.unreadable) > 0 {
		return s.checkoutAgain(c, form, "")
	}
	order, err := s.placeWithin(ctx, models.NewOrder{
		Choice: form.choice, UserID: user, Seal: form.seal, Token: form.token, TTL: s.orderTTL,
	})
	if tooMany, ok := errors.AsType[models.TooManyError](err); ok {
		return s.checkoutAgain(c, form, "刚才已经提交过很多订单，这次没有提交新的订单。请约 "+s.secondsUntil(tooMany.Until)+
			" 秒后再试；待付款的订单在我的订单中。")
	}
	switch {
	case errors.Is(err, models.ErrPriceChanged), errors.Is(err, models.ErrCoupon), errors.Is(err, models.ErrPoints),
		errors.Is(err, models.ErrTooMuch):
		return s.checkoutAgain(c, form, "")
	case errors.Is(err, models.ErrEmptyCart):
		return flashTo(c, "/cart", views.Flash{Text: nothingLeft, Error: true})
	case err != nil:
		return err
	case order.OrderStatus != models.OrderUnpaid:
		return c.Redirect(http.StatusSeeOther, resultPath(order.OrderNumber))
	case order.Coupon != form.choice.Coupon, order.Credit != form.choice.Points:
		// This page was sent before with another choice, and the browser's back button brought it again.
		return flashTo(c, orderPath(order.OrderNumber), views.Flash{Text: sentBefore, Error: true})
	}
	return s.payUnlessTwice(c, order.OrderNumber) // another tab may have ordered the same meanwhile
}

// placeWithin places an order unless the student has placed very many: models.TooManyError.
func (s *shop) placeWithin(ctx context.Context, n models.NewOrder) (models.Order, error) {
	if err := s.db.Admit(ctx, models.LimitOrders(n.UserID)); err != nil {
		return models.Order{}, err
	}
	return s.db.PlaceOrder(ctx, n)
}

// nothingLeft is said of a checkout whose courses another tab has ordered or taken out of the cart.
const nothingLeft = "没有提交新的订单：购物车里已经没有选中的课程，可能已在别的页面下过单，请到我的订单查看。"

const sentBefore = "这个页面已经提交过，订单是按当时选择的优惠券和积分生成的。如需更改，请先取消这个订单，再重新结算。"

// maxToken is the width of ly_order.checkout_token.
const maxToken = 32

// checkoutForm is the form as the student sent it.
type checkoutForm struct {
	choice     models.Choice
	points     string // as typed
	token      string // makes sending the page twice one order
	seal       string // the prices that the page showed
	unreadable views.FieldErrors
}

func readCheckout(c echo.Context) checkoutForm {
	form := checkoutForm{
		points: strings.TrimSpace(c.FormValue("points")), token: c.FormValue("token"), seal: c.FormValue("quote"),
		unreadable: views.FieldErrors{},
	}
	if coupon := c.FormValue("coupon"); coupon != "" && coupon != "0" {
		if form.choice.Coupon = idOf(coupon); form.choice.Coupon == 0 {
			form.unreadable["coupon"] = "没有这张优惠券，请重新选择。"
		}
	}
	if form.points != "" {
		points, err := strconv.ParseInt(form.points, 10, 64)
		if err != nil || points < 0 {
			form.unreadable["points"] = "积分请填写 0 或正整数。"
		} else {
			form.choice.Points = points
		}
	}
	return form
}

// checkoutAgain shows the checkout once more when the order could not be made, with everything that
// the student entered.
func (s *shop) checkoutAgain(c echo.Context, form checkoutForm, problem string) error {
	if problem != "" {
		form.unreadable = views.FieldErrors{"": problem}
	}
	return s.showCheckout(c, http.StatusUnprocessableEntity, form)
}

func (s *shop) showCheckout(c echo.Context, status int, form checkoutForm) error {
	quote, problem := s.db.Checkout(c.Request().Context(), userID(c), form.choice)
	if errors.Is(problem, models.ErrEmptyCart) {
		return s.emptyCart(c)
	}
	p, err := s.page(c)
	if err != nil {
		return err
	}
	view := checkoutView(quote, form)
	view.Page, view.Refunds, view.Errors = p, s.refunds, views.FieldErrors{}
	view.Lines, view.Lost = s.checkoutLines(quote), quote.Lost
	if err := tellRefused(&view, quote, form, problem); err != nil {
		return err
	}
	maps.Copy(view.Errors, form.unreadable)
	return render(c, status, views.CheckoutPage(view))
}

func (s *shop) checkoutLines(q models.Quote) []views.CheckoutLine {
	lines := make([]views.CheckoutLine, len(q.Lines))
	for i, line := range q.Lines {
		lines[i] = views.CheckoutLine{
			Name: line.CourseName, Picture: line.CourseImg, Term: line.ExpireText,
			ListPrice: line.Price, Price: line.SalePrice, Discount: line.DiscountName,
		}
		s.tellTwice(&lines[i], q.Already, line.CourseID, line.ExpireDays)
	}
	return lines
}

// tellRefused writes beside the fields which parts of the student's choice were refused. It returns
// the problem if it is something else, and nil otherwise.
func tellRefused(view *views.Checkout, q models.Quote, form checkoutForm, problem error) error {
	noCoupon, noPoints := errors.Is(problem, models.ErrCoupon), errors.Is(problem, models.ErrPoints)
	tooMuch := errors.Is(problem, models.ErrTooMuch)
	if noCoupon {
		view.Errors["coupon"] = "这张优惠券现在不能用于这个订单" + whyNot(q, form.choice.Coupon) + "，金额已按不使用优惠券计算。"
	}
	if noPoints {
		view.Errors["points"] = "这个订单最多可以使用 " + strconv.FormatInt(q.MaxPoints, 10) + " 积分，金额已按不使用积分计算。"
	}
	if tooMuch {
		view.TooMuch = true
		view.Errors[""] = tooMuchText
	}
	if noCoupon || noPoints || tooMuch {
		return nil
	}
	return problem
}

// tooMuchText is shown when a sum is above models.MaxFen, Alipay's limit for one payment.
var tooMuchText = "合计超过了支付宝单笔付款的上限 " + models.MaxFen.Yuan() + "，请在购物车中减少课程，分几次结算。"

// whyNot is the reason in brackets why the student's coupon cannot be used; "" if none is known.
func whyNot(q models.Quote, coupon int64) string {
	for _, offer := range q.Coupons {
		if offer.ID == coupon && offer.Why != "" {
			return "（" + offer.Name + "：" + offer.Why + "）"
		}
	}
	return ""
}

func checkoutView(q models.Quote, form checkoutForm) views.Checkout {
	view := views.Checkout{
		Token: rand.Text(), Seal: q.Seal(), ListTotal: q.Total, DiscountSaved: q.Discount, CouponSaved: q.CouponOff,
		PointsSaved: q.PointsOff, ToPay: q.Real,
		Points: views.Points{
			Value: form.points, Balance: q.FreePoints, Max: q.MaxPoints, MaxWorth: models.PointsWorth(q.MaxPoints),
		},
	}
	if form.seal != "" && !q.Keeps(form.seal, form.choice.Coupon) {
		view.PriceChanged, view.OldTotal, view.NewTotal = true, models.SealedTotal(form.seal), q.Total-q.Discount
	}
	for _, coupon := range q.Coupons {
		if coupon.Why != "" {
			unusable := views.UnusableCoupon{Name: coupon.Name, Reason: coupon.Why, HeldBy: coupon.HeldBy}
			view.Unusable = append(view.Unusable, unusable)
			continue
		}
		view.Coupons = append(view.Coupons, views.Coupon{
			ID: coupon.ID, Name: coupon.Name, Saves: coupon.Saves, Ends: coupon.EndTime,
			Selected: coupon.ID == form.choice.Coupon,
		})
	}
	return view
}

// emptyCart sends a student who has selected nothing back to the cart.
func (s *shop) emptyCart(c echo.Context) error {
	return flashTo(c, "/cart", views.Flash{Text: "请先在购物车中选择要购买的课程。", Error: true})
}
