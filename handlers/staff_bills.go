package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/models/alipay"
	"luffy/models/payment"
	"luffy/views"
)

// bills is GET /staff/bills.
func (s *shop) bills(c echo.Context) error {
	date := c.QueryParam("date")
	switch {
	case date == "":
		date = s.lastBillDate()
	case !s.hasBill(date):
		return s.showBills(c, s.lastBillDate(), views.FieldErrors{"date": "请选择今天以前的一天。"})
	}
	return s.showBills(c, date, nil)
}

// lastBillDate is yesterday in Beijing.
func (s *shop) lastBillDate() string {
	return s.db.Now().In(models.Beijing).AddDate(0, 0, -1).Format(time.DateOnly)
}

// hasBill tells whether a date is one of a day that is over.
func (s *shop) hasBill(date string) bool {
	_, err := models.ParsePeriod(date)
	return err == nil && len(date) == len(time.DateOnly) && date <= s.lastBillDate()
}

func (s *shop) showBills(c echo.Context, date string, faults views.FieldErrors) error {
	ctx := c.Request().Context()
	view := views.Bills{Date: date, LastDate: s.lastBillDate(), Period: date[:len("2006-01")], Errors: faults}
	if err := s.readDifferences(ctx, &view, pageNo(c)); err != nil {
		return err
	}
	if err := s.readDay(ctx, &view); err != nil {
		return err
	}
	var err error
	if view.MissingDays, err = s.db.MissingBillDays(ctx, deskDays); err != nil {
		return err
	}
	if view.Page, err = s.page(c); err != nil {
		return err
	}
	status := http.StatusOK
	if len(faults) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return render(c, status, views.BillsPage(view))
}

func (s *shop) readDifferences(ctx context.Context, view *views.Bills, page int) error {
	day, err := s.db.ComparedDay(ctx, view.Date, page)
	if err != nil {
		return err
	}
	view.ComparedAt, view.Total, view.Waiting = timeOf(day.At), day.Total, day.Open
	view.Pager = views.Pager{Path: billPath(view.Date), Page: day.Page, Pages: day.Pages, Total: day.Total, Unit: "个差异"}
	for _, d := range day.Differences {
		if d.ClosedAt == nil {
			view.Open = append(view.Open, billDifference(d))
		} else {
			view.Closed = append(view.Closed, billDifference(d))
		}
	}
	return nil
}

// readDay reads what the shop has of the day and of its month, and what staff did about the day.
func (s *shop) readDay(ctx context.Context, view *views.Bills) error {
	day, err := models.ParsePeriod(view.Date)
	if err != nil {
		return err
	}
	if view.Sums, err = s.db.SumMovements(ctx, day); err != nil {
		return err
	}
	month, err := models.ParsePeriod(view.Period)
	if err != nil {
		return err
	}
	if view.MonthSums, err = s.db.SumMovements(ctx, month); err != nil {
		return err
	}
	acts, err := s.db.ActsIn(ctx, view.Date, actRows)
	view.Acts = actsView(acts)
	return err
}

// compareBill is POST /staff/bills. It compares a day now, as the command and the job do.
func (s *shop) compareBill(c echo.Context) error {
	ctx, date := c.Request().Context(), c.FormValue("date")
	if !s.hasBill(date) {
		return s.showBills(c, s.lastBillDate(), views.FieldErrors{"date": "请选择今天以前的一天。"})
	}
	err := s.db.Admit(ctx, models.LimitCompare())
	if tooMany, ok := errors.AsType[models.TooManyError](err); ok {
		return flashTo(c, billPath(date), views.Flash{Error: true, Text: "刚才已经核对过许多次，这次没有再核对，什么也没有改变。请约 " +
			s.secondsUntil(tooMany.Until) + " 秒后再试。"})
	}
	if err == nil {
		err = s.note(c, models.StaffAct{Act: models.ActCompare, Period: date})
	}
	if err != nil {
		return err
	}
	report, err := s.compareWithin(ctx, date)
	if err == nil {
		return flashTo(c, billPath(date), views.Flash{Text: reportText(report), Error: report.Open() > 0})
	}
	var text string
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		text = "几秒内没有核对完：这一天由每天的自动核对完成，或请管理员运行命令 luffy reconcile " + date + "。"
	case errors.Is(err, alipay.ErrNoBill):
		text = "支付宝还没有 " + date + " 的账单，请过一会再核对；自动核对也会继续尝试。"
	default:
		text = "账单没有拿到，或不能使用，请稍后再核对；自动核对也会继续尝试。"
	}
	s.log.WarnContext(ctx, "bill was not compared", "date", date, "error", err)
	return flashTo(c, billPath(date), views.Flash{Text: text, Error: true})
}

// compareWithin leaves a day that takes longer than a page to the job and to the command.
func (s *shop) compareWithin(ctx context.Context, date string) (payment.Reconciliation, error) {
	ctx, cancel := untilAnswer(ctx)
	defer cancel()
	return s.payments.Reconcile(ctx, date)
}

func billPath(date string) string { return "/staff/bills?date=" + date }

// reportText says what Alipay's bill has, and whether the shop has the same.
func reportText(r payment.Reconciliation) string {
	text := fmt.Sprintf("%s 的账单：收款 %d 笔，%s；退款 %d 笔，%s。",
		r.Date, r.Trades, r.TradeSum.Yuan(), r.Refunds, r.RefundSum.Yuan())
	if open := r.Open(); open > 0 {
		return text + fmt.Sprintf("有 %d 个差异等待处理。", open)
	}
	return text + "与本店一致。"
}
