package handlers

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/models/payment"
	"luffy/views"
)

// staffPath is the first page of the shopkeeper; the addresses of the others begin with it.
const staffPath = "/staff"

// deskRows is how many of each kind of work the desk lists, and deskDays how many days without a bill.
const (
	deskRows = 20
	deskDays = 7
)

// desk is GET /staff.
func (s *shop) desk(c echo.Context) error {
	ctx := c.Request().Context()
	backlog, err := s.db.Backlog(ctx)
	if err != nil {
		return err
	}
	view := views.Desk{Totals: views.DeskTotals{
		Owed: backlog.RefundsFailed, Overdue: backlog.RefundsOverdue, Held: backlog.PaymentsHeld,
		Differences: backlog.OpenDifferences, MissingDays: backlog.BillDaysMissing,
		Refunding: backlog.RefundsPending - backlog.RefundsOverdue, Unnotified: backlog.Unnotified,
	}, NotifyURL: s.baseURL + payment.NotifyPath}
	if err := s.readRefundWork(ctx, &view); err != nil {
		return err
	}
	if err := s.readBillWork(ctx, &view); err != nil {
		return err
	}
	if view.Page, err = s.page(c); err != nil {
		return err
	}
	return render(c, http.StatusOK, views.DeskPage(view))
}

func (s *shop) readRefundWork(ctx context.Context, view *views.Desk) error {
	requests, total, err := s.db.OpenRefundRequests(ctx, deskRows)
	if err != nil {
		return err
	}
	owed, err := s.db.OwedRefunds(ctx, deskRows)
	if err != nil {
		return err
	}
	overdue, err := s.db.OverdueRefunds(ctx, deskRows)
	if err != nil {
		return err
	}
	held, err := s.db.HeldPayments(ctx, deskRows)
	if err != nil {
		return err
	}
	view.Totals.Requests = total
	for _, r := range requests {
		view.Requests = append(view.Requests, refundTask(r))
	}
	for _, o := range owed {
		view.Owed = append(view.Owed, owedTask(o))
	}
	for _, o := range overdue {
		view.Overdue = append(view.Overdue, owedTask(o))
	}
	for _, h := range held {
		view.Held = append(view.Held, views.HeldPayment{
			OrderNumber: h.OrderNumber, TradeNo: h.TradeNo, Student: h.Username,
			Asked: h.Asked, Came: h.Came, PaidAt: timeOf(h.PaidAt),
		})
	}
	return nil
}

func (s *shop) readBillWork(ctx context.Context, view *views.Desk) error {
	open, err := s.db.OpenBillDifferences(ctx, deskRows)
	if err != nil {
		return err
	}
	for _, d := range open {
		view.Differences = append(view.Differences, billDifference(d))
	}
	view.MissingDays, err = s.db.MissingBillDays(ctx, deskDays)
	return err
}

func refundTask(r models.RefundRequest) views.RefundTask {
	return views.RefundTask{
		ID: r.ID, OrderNumber: r.OrderNumber, Student: r.Username, Course: r.CourseName, Amount: r.RealPrice,
		Seen: r.Watched.Seen, Lessons: r.Watched.Lessons, Reason: r.Reason, AskedAt: r.CreatedAt,
	}
}

func owedTask(o models.OwedRefund) views.OwedRefund {
	return views.OwedRefund{
		ID: o.Refund.ID, OutRequestNo: o.Refund.OutRequestNo, OrderNumber: o.OrderNumber, Student: o.Username,
		Course: o.Title, Amount: o.Refund.Amount, Error: o.Refund.LastError, Since: o.Refund.CreatedAt,
	}
}

func billDifference(d models.BillDifference) views.BillDifference {
	return views.BillDifference{
		ID: d.ID, Date: d.BillDate, Kind: d.Kind, OutTradeNo: d.OutTradeNo, TradeNo: d.TradeNo, OutRequestNo: d.OutRequestNo,
		Alipay: d.AlipayAmount, Shop: d.ShopAmount, Action: d.Action, SettledBy: d.SettledBy, ClosedAt: timeOf(d.ClosedAt),
	}
}
