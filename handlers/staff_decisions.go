package handlers

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/views"
)

// maxNote is how many characters staff may write beside a decision.
const maxNote = 200

// noteIn reads what staff wrote; false unless it is there and short enough.
func noteIn(c echo.Context, field string) (string, bool) {
	text := oneLine(c.FormValue(field))
	return text, text != "" && utf8.RuneCountInString(text) <= maxNote
}

// decided leads back to the page with the decision, and says what became of it.
func decided(c echo.Context, f views.Flash) error {
	next := localPath(c.FormValue("next"))
	if !strings.HasPrefix(next, staffPath) {
		next = staffPath
	}
	return flashTo(c, next, f)
}

// refused is decided for what was not done.
func refused(c echo.Context, text string) error {
	return decided(c, views.Flash{Text: text, Error: true})
}

// approveRequest is POST /staff/requests/:id/approve. Its message is made from the refund as it
// stands afterwards, because somebody else may have been faster.
func (s *shop) approveRequest(c echo.Context) error {
	by := visitorOf(c).Username
	ctx, cancel := untilAnswer(c.Request().Context())
	defer cancel()
	refund, err := s.payments.ApproveRefund(ctx, idOf(c.Param("id")), models.RefundDecision{By: by})
	if errors.Is(err, models.ErrDecided) {
		return s.tellDecided(c)
	}
	if text := refundFault(err); text != "" {
		return refused(c, text)
	}
	if err != nil {
		return err
	}
	f := refundFlash(refund)
	if refund.RequestedBy != by {
		f.Text = refund.RequestedBy + " 已经同意了这个申请。" + f.Text
	}
	return decided(c, f)
}

// rejectRequest is POST /staff/requests/:id/reject.
func (s *shop) rejectRequest(c echo.Context) error {
	ctx, id, by := c.Request().Context(), idOf(c.Param("id")), visitorOf(c).Username
	reason, ok := noteIn(c, "reason")
	if !ok {
		return refused(c, fmt.Sprintf("没有拒绝：请写明理由，最多 %d 个字，学员会看到。", maxNote))
	}
	err := s.db.RejectRefund(ctx, id, models.RefundDecision{By: by, Reason: reason})
	if err != nil && !errors.Is(err, models.ErrDecided) {
		return err
	}
	request, readErr := s.db.RefundRequestByID(ctx, id)
	if readErr != nil {
		return readErr
	}
	if err != nil || request.DecidedBy != by || request.Answer != reason {
		return s.tellDecided(c)
	}
	return decided(c, views.Flash{Text: "已拒绝 " + request.Username + " 的退款申请，学员会看到：" + reason})
}

// tellDecided says what became of a request that is not open any more.
func (s *shop) tellDecided(c echo.Context) error {
	request, err := s.db.RefundRequestByID(c.Request().Context(), idOf(c.Param("id")))
	if err != nil {
		return err
	}
	text := request.DecidedBy + " 已经同意了这个申请。"
	switch request.State {
	case models.RequestRejected:
		text = request.DecidedBy + " 已经拒绝了这个申请，学员看到的理由是：" + request.Answer
	case models.RequestWithdrawn:
		text = "学员已经撤回了这个申请。"
	}
	return refused(c, text)
}

// settleRefund is POST /staff/refunds/:id/settle.
func (s *shop) settleRefund(c echo.Context) error {
	ctx, id, by := c.Request().Context(), idOf(c.Param("id")), visitorOf(c).Username
	note, ok := noteIn(c, "note")
	if !ok {
		return refused(c, fmt.Sprintf("没有登记：请写明怎样退的，最多 %d 个字。", maxNote))
	}
	err := s.db.SettleRefund(ctx, id, by, note)
	if text := refundFault(err); text != "" {
		return refused(c, text)
	}
	if err != nil {
		return err
	}
	refund, err := s.db.RefundByID(ctx, id)
	if err != nil {
		return err
	}
	if refund.SettledBy != by || refund.Note != note {
		return refused(c, refund.SettledBy+" 已经登记了这笔退款："+refund.Note)
	}
	return decided(c, views.Flash{Text: "已登记：" + refund.Amount.Yuan() + " 用其他方式退还（" + note + "）。"})
}

// settleDifference is POST /staff/differences/:id/settle.
func (s *shop) settleDifference(c echo.Context) error {
	ctx, id, by := c.Request().Context(), idOf(c.Param("id")), visitorOf(c).Username
	note, ok := noteIn(c, "note")
	if !ok {
		return refused(c, fmt.Sprintf("没有关闭：请写明做了什么，最多 %d 个字。", maxNote))
	}
	err := s.db.SettleBillDifference(ctx, id, by, note)
	if err == nil {
		return decided(c, views.Flash{Text: "已关闭这个差异：" + note})
	}
	if !errors.Is(err, models.ErrNotFound) {
		return err
	}
	closed, err := s.db.BillDifferenceByID(ctx, id)
	if err != nil {
		return err
	}
	if closed.SettledBy == "" {
		return refused(c, "再次核对时，这个差异已经消失，不需要处理。")
	}
	return refused(c, closed.SettledBy+" 已经关闭了这个差异："+closed.Action)
}
