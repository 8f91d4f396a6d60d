package handlers

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/views"
)

// staffOrder is GET /staff/orders/:number.
func (s *shop) staffOrder(c echo.Context) error {
	ctx, number := c.Request().Context(), c.Param("number")
	found, err := s.db.FindOrder(ctx, number)
	if err != nil {
		return err
	}
	if found.OrderNumber != number { // it was named by an attempt or a trade
		return c.Redirect(http.StatusSeeOther, staffOrderPath(found.OrderNumber))
	}
	view := s.staffOrderView(found)
	if err := s.readOrderWork(ctx, found, &view); err != nil {
		return err
	}
	acts, err := s.db.ActsOf(ctx, number, actRows)
	if err != nil {
		return err
	}
	view.Acts = actsView(acts)
	if view.Page, err = s.page(c); err != nil {
		return err
	}
	return render(c, http.StatusOK, views.StaffOrderPage(view))
}

// readOrderWork reads what of the order waits for somebody, as the desk lists it.
func (s *shop) readOrderWork(ctx context.Context, o models.FoundOrder, view *views.StaffOrder) error {
	requests, err := s.db.RefundRequestsOf(ctx, o.OrderNumber)
	if err != nil {
		return err
	}
	owed, err := s.db.OwedRefundsOf(ctx, o.OrderNumber)
	if err != nil {
		return err
	}
	odd, err := s.db.OpenDifferencesOf(ctx, o.OrderView)
	if err != nil {
		return err
	}
	for _, r := range requests {
		if r.State == models.RequestOpen {
			view.Tasks = append(view.Tasks, refundTask(r))
		}
	}
	for _, o := range owed {
		view.Owed = append(view.Owed, owedTask(o))
	}
	for _, d := range odd {
		view.Odd = append(view.Odd, billDifference(d))
	}
	return nil
}

func (s *shop) staffOrderView(o models.FoundOrder) views.StaffOrder {
	view := views.StaffOrder{Order: s.orderView(o.OrderView), Student: o.Username, Mobile: o.Mobile, Left: o.Left()}
	now, courses := s.db.Now(), map[int64]string{}
	for _, l := range o.Lines {
		courses[l.ID] = l.CourseName
		view.Lines = append(view.Lines, views.StaffLine{
			Position: l.Position, Course: l.CourseName, Term: l.ExpireText, Amount: l.RealPrice,
			Access: access(l, now), Until: timeOf(l.OutTime),
			Request: lineRequest(l), Reason: l.Request.Reason, Refundable: o.Refundable(l),
		})
	}
	for _, p := range o.Payments {
		view.Attempts = append(view.Attempts, attempt(p))
		if p.State == models.PaymentHeld {
			view.Held = append(view.Held, views.HeldPayment{
				OrderNumber: o.OrderNumber, TradeNo: textOf(p.TradeNo), Student: o.Username,
				Asked: o.RealPrice, Came: p.Amount, PaidAt: timeOf(p.PaidAt),
			})
		}
	}
	for _, r := range o.Refunds {
		refund := staffRefund(r)
		if r.OrderDetailID != nil {
			refund.Course = courses[*r.OrderDetailID]
		}
		view.Refunds = append(view.Refunds, refund)
	}
	for _, m := range o.Messages {
		view.Messages = append(view.Messages, messageView(m))
	}
	return view
}

func messageView(m models.PaymentEvent) views.Message {
	return views.Message{
		ID: m.ID, At: m.ReceivedAt, Source: m.Source, OutTradeNo: m.OutTradeNo, TradeNo: m.TradeNo,
		TradeStatus: m.TradeStatus, Verdict: m.Verdict, Reason: m.Reason,
	}
}

func attempt(p models.Payment) views.Attempt {
	return views.Attempt{
		OutTradeNo: p.OutTradeNo, State: p.State, Amount: p.Amount, TradeNo: textOf(p.TradeNo), TradeStatus: p.TradeStatus,
		BegunAt: p.CreatedAt, AskedAt: timeOf(p.QueriedAt), PaidAt: timeOf(p.PaidAt),
	}
}

func staffRefund(r models.Refund) views.StaffRefund {
	return views.StaffRefund{
		OutRequestNo: r.OutRequestNo, State: r.State, Amount: r.Amount, Cause: r.Cause, By: r.RequestedBy, Reason: r.Reason,
		At: r.CreatedAt, DoneAt: timeOf(r.DoneAt), Error: r.LastError, SettledBy: r.SettledBy, Note: r.Note,
	}
}

func textOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
