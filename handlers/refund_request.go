package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/views"
)

// refundReasons are the reasons to choose from. With the last one, students must write their own.
var refundReasons = []views.RefundReason{
	{Value: "mistake", Text: "买错了课程"},
	{Value: "content", Text: "课程内容与介绍不符"},
	{Value: "time", Text: "没有时间学习"},
	{Value: "double", Text: "重复购买"},
	{Value: otherReason, Text: "其他"},
}

const otherReason = "other"

// maxDetail is how many characters students may write: with the chosen reason they must fit into
// what Alipay and the table take.
const maxDetail = 200

// refundForm is the form as the student sent it, so that it can be shown again when it is refused.
type refundForm struct {
	lines  []int
	reason string // the Value of one of refundReasons
	detail string
}

func readRefundForm(c echo.Context) (refundForm, error) {
	values, err := c.FormParams()
	if err != nil {
		return refundForm{}, echo.ErrBadRequest
	}
	form := refundForm{reason: values.Get("reason"), detail: oneLine(values.Get("detail"))}
	for _, text := range values["line"] {
		line, err := strconv.Atoi(text)
		if err != nil {
			line = 0 // no order has this line
		}
		form.lines = append(form.lines, line)
	}
	return form, nil
}

// oneLine removes control characters, those that turn the direction of text too, and repeated spaces
// from what somebody wrote, because it is also read in a terminal and at Alipay.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, ""), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
	}), " ")
}

// check says what is wrong with the form by itself.
func (f refundForm) check() views.FieldErrors {
	faults := views.FieldErrors{}
	if len(f.lines) == 0 {
		faults["line"] = "请选择要退款的课程。"
	}
	if f.reasonText() == "" {
		faults["reason"] = "请选择退款原因。"
	}
	if n := utf8.RuneCountInString(f.detail); n > maxDetail {
		faults["detail"] = fmt.Sprintf("补充说明最多 %d 个字，现在有 %d 个。", maxDetail, n)
	} else if n == 0 && f.reason == otherReason {
		faults["detail"] = "选择“其他”时，请写明退款原因。"
	}
	return faults
}

// reasonText is the reason as staff and Alipay read it; "" if none of refundReasons was chosen.
func (f refundForm) reasonText() string {
	i := slices.IndexFunc(refundReasons, func(r views.RefundReason) bool { return r.Value == f.reason })
	switch {
	case i < 0:
		return ""
	case f.detail == "":
		return refundReasons[i].Text
	default:
		return refundReasons[i].Text + "：" + f.detail
	}
}

// refundPage is GET /orders/:number/refund.
func (s *shop) refundPage(c echo.Context) error {
	return s.showRefund(c, http.StatusOK, refundForm{}, nil)
}

// requestRefund is POST /orders/:number/refund. A form that is sent twice makes one request.
func (s *shop) requestRefund(c echo.Context) error {
	form, err := readRefundForm(c)
	if err != nil {
		return err
	}
	if faults := form.check(); len(faults) > 0 {
		return s.showRefund(c, http.StatusUnprocessableEntity, form, faults)
	}
	number := c.Param("number")
	total, err := s.db.RequestRefund(c.Request().Context(), models.RefundWish{
		UserID: userID(c), OrderNumber: number, Lines: form.lines, Reason: form.reasonText(),
	}, s.refunds)
	switch {
	case errors.Is(err, models.ErrRefundBarred), errors.Is(err, models.ErrLineNotOpen):
		faults := views.FieldErrors{"line": "所选课程中有不能申请退款的，请按下面的说明重新选择。"}
		return s.showRefund(c, http.StatusUnprocessableEntity, form, faults)
	case errors.Is(err, models.ErrNothingPaid):
		return notRefundable(c, number)
	case err != nil:
		return err
	}
	return flashTo(c, orderPath(number), views.Flash{Text: "退款申请已提交，共 " + total.Yuan() + "。客服处理的结果会显示在这里。"})
}

// withdrawRefund is POST /orders/:number/refund/withdraw. Its message is made from the request as it
// stands afterwards, because staff may have been faster.
func (s *shop) withdrawRefund(c echo.Context) error {
	ctx, number := c.Request().Context(), c.Param("number")
	position, _ := strconv.Atoi(c.FormValue("line")) // anything but a number becomes 0, which no line has
	if err := s.db.WithdrawRefund(ctx, userID(c), number, position); err != nil {
		return err
	}
	order, err := s.db.Order(ctx, userID(c), number)
	if err != nil {
		return err
	}
	text := "没有可以撤回的退款申请。"
	for _, line := range order.Lines {
		switch step := line.Request.Step(); {
		case line.Position != position:
		case line.Request.State == models.RequestWithdrawn:
			text = "退款申请已撤回，可以继续学习。"
		case step != "":
			text = fmt.Sprintf("客服已经处理了这个申请，不能撤回：%s。", step)
		}
	}
	return flashTo(c, orderPath(number), views.Flash{Text: text})
}

// notRefundable leads to the page of an order of which nothing can be refunded, and says so.
func notRefundable(c echo.Context, number string) error {
	return flashTo(c, orderPath(number), views.Flash{Text: "这个订单现在没有可以申请退款的课程。"})
}

func (s *shop) showRefund(c echo.Context, status int, form refundForm, faults views.FieldErrors) error {
	number := c.Param("number")
	order, choices, err := s.db.RefundChoices(c.Request().Context(), userID(c), number, s.refunds)
	if errors.Is(err, models.ErrNothingPaid) {
		return notRefundable(c, number)
	}
	if err != nil {
		return err
	}
	p, err := s.page(c)
	if err != nil {
		return err
	}
	view := views.Refund{
		Page: p, Order: s.orderView(order), Reasons: refundReasons,
		Reason: form.reason, Detail: form.detail, MaxDetail: maxDetail, Errors: faults,
	}
	for _, choice := range choices {
		view.Lines = append(view.Lines, refundLine(choice, slices.Contains(form.lines, choice.Position)))
	}
	return render(c, status, views.RefundPage(view))
}

func refundLine(c models.RefundChoice, chosen bool) views.RefundLine {
	return views.RefundLine{
		Position: c.Position, Name: c.CourseName, Picture: c.CourseImg, Term: c.ExpireText,
		Amount: c.RealPrice, Points: c.Points,
		Seen: c.Watched.Seen, Lessons: c.Watched.Lessons, Bar: c.Bar, Request: lineRequest(c.LineView), Chosen: chosen,
	}
}
