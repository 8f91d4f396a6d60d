package handlers

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/views"
)

// maxKey is the width of the column that keeps a refund's key.
const maxKey = 64

func validKey(key string) bool {
	return key != "" && oneLine(key) == key && utf8.RuneCountInString(key) <= maxKey
}

// wish is the refund that staff ask for: a line's share, a sum, or, with neither, all that is left.
type wish struct {
	line   int
	amount models.Fen
}

// readWish reads a wish from the query or the form. What cannot be read names a line that no order has.
func readWish(c echo.Context) wish {
	line, amount := c.FormValue("line"), c.FormValue("amount")
	switch {
	case line == "" && amount == "":
		return wish{}
	case amount == "":
		n, err := strconv.Atoi(line)
		if err != nil || n < 1 {
			return wish{line: -1}
		}
		return wish{line: n}
	default:
		sum, err := models.ParseFen(amount)
		if err != nil || sum == 0 || line != "" {
			return wish{line: -1}
		}
		return wish{amount: sum}
	}
}

// giveBackForm is GET /staff/orders/:number/refund. It asks once more before money goes back, and
// names the refund: however often its form is sent, it is one.
func (s *shop) giveBackForm(c echo.Context) error {
	order, err := s.db.FindOrder(c.Request().Context(), c.Param("number"))
	if err != nil {
		return err
	}
	view, fault := giveBackView(order, readWish(c))
	if fault != "" {
		return flashTo(c, staffOrderPath(order.OrderNumber), views.Flash{Text: fault, Error: true})
	}
	if view.Page, err = s.page(c); err != nil {
		return err
	}
	view.Key = rand.Text()
	return render(c, http.StatusOK, views.GiveBackPage(view))
}

// giveBack is POST /staff/orders/:number/refund.
func (s *shop) giveBack(c echo.Context) error {
	w, key, left := readWish(c), c.FormValue("key"), leftIn(c)
	if w.line < 1 && w.amount == 0 || left == 0 || !validKey(key) {
		return echo.ErrBadRequest // no form of the shop sends this
	}
	reason, ok := noteIn(c, "reason")
	if !ok {
		return s.giveBackAgain(c, w, reason)
	}
	number := c.Param("number")
	ctx, cancel := untilAnswer(c.Request().Context())
	defer cancel()
	refund, err := s.payments.Refund(ctx, models.NewRefund{
		OrderNumber: number, Line: w.line, Amount: w.amount, Reason: reason, By: visitorOf(c).Username,
		Key: key, Left: left,
	})
	if text := refundFault(err); text != "" {
		return flashTo(c, staffOrderPath(number), views.Flash{Text: text, Error: true})
	}
	if err != nil {
		return err
	}
	return flashTo(c, staffOrderPath(number), refundFlash(refund))
}

// leftIn is what could be given back when the form was made, so that two tabs, or two of the staff,
// do not give back the same; 0 if it cannot be read.
func leftIn(c echo.Context) models.Fen {
	left, err := models.ParseFen(c.FormValue("left"))
	if err != nil {
		return 0
	}
	return left
}

// giveBackAgain shows the form again, under the same key, with what is wrong with the reason.
func (s *shop) giveBackAgain(c echo.Context, w wish, reason string) error {
	order, err := s.db.FindOrder(c.Request().Context(), c.Param("number"))
	if err != nil {
		return err
	}
	view, fault := giveBackView(order, w)
	if fault != "" {
		return flashTo(c, staffOrderPath(order.OrderNumber), views.Flash{Text: fault, Error: true})
	}
	view.Page, view.Key, view.Reason = s.frame(c), c.FormValue("key"), reason
	view.Errors = views.FieldErrors{"reason": fmt.Sprintf("请写明退款原因，最多 %d 个字。", maxNote)}
	return render(c, http.StatusUnprocessableEntity, views.GiveBackPage(view))
}

// giveBackView says what a refund would do; the fault says why there can be none. The models decide
// again when the form is sent.
func giveBackView(o models.FoundOrder, w wish) (view views.GiveBack, fault string) {
	left := o.Left()
	view = views.GiveBack{
		Number: o.OrderNumber, Student: o.Username, Amount: cmp.Or(w.amount, left), Left: left, MaxReason: maxNote,
	}
	switch {
	case left == 0:
		return view, "这个订单没有可以退的款项。"
	case w.line != 0:
		line, ok := refundableAt(o, w.line)
		if !ok {
			return view, "请选择还能退款的课程，或写明金额，例如 10.00。"
		}
		view.Line, view.Course, view.Amount, view.Points = w.line, line.CourseName, line.RealPrice, o.Credit > 0
		view.Ends = []string{line.CourseName}
	case w.amount > left:
		return view, "最多还能退 " + left.Yuan() + "。"
	}
	if view.Whole = view.Amount == left; view.Whole {
		view.Ends, view.Coupon, view.Points = learnable(o), o.CouponName, o.Credit > 0
	}
	return view, ""
}

func refundableAt(o models.FoundOrder, position int) (models.LineView, bool) {
	for _, l := range o.Lines {
		if l.Position == position && o.Refundable(l) {
			return l, true
		}
	}
	return models.LineView{}, false
}

// learnable lists the courses that end with the last of the money.
func learnable(o models.FoundOrder) []string {
	var courses []string
	for _, l := range o.Lines {
		if l.Granted {
			courses = append(courses, l.CourseName)
		}
	}
	return courses
}

// refundFlash says how far a refund has come.
func refundFlash(r models.Refund) views.Flash {
	switch {
	case r.State == models.RefundFailed:
		return views.Flash{Error: true, Text: "支付宝拒绝了这笔 " + r.Amount.Yuan() + " 的退款：" + r.LastError +
			"。请用其他方式退给学员，然后登记“已用其他方式退款”。"}
	case r.State == models.RefundPending:
		return views.Flash{Text: "退款 " + r.Amount.Yuan() + " 已经保存，支付宝还没有完成；会自动继续，请不要再退一次。"}
	case r.SettledBy != "":
		return views.Flash{Text: "退款 " + r.Amount.Yuan() + " 已由 " + r.SettledBy + " 用其他方式退还。"}
	default:
		return views.Flash{Text: "退款 " + r.Amount.Yuan() + " 已原路退回。"}
	}
}

// refundFault says why there was no refund; empty for no error, and for one that is no answer.
func refundFault(err error) string {
	switch {
	case errors.Is(err, models.ErrNothingPaid):
		return "没有退款：这个订单没有可以退的款项。"
	case errors.Is(err, models.ErrRefundTooMuch):
		return "没有退款：剩下的款项不够，可能已经退过或正在退。"
	case errors.Is(err, models.ErrLineNotOpen):
		return "没有退款：这门课程已经退过，或正在退。"
	case errors.Is(err, models.ErrRefundNothing):
		return "没有退款：这门课程没有付过钱。"
	case errors.Is(err, models.ErrLeftChanged):
		return "没有退款：打开表单以后，这个订单有过别的退款。请看过退款记录，仍要退时再退一次。"
	case errors.Is(err, models.ErrKeyUsed):
		return "没有退款：这张表单已经用过，请从订单重新开始。"
	default:
		return ""
	}
}
