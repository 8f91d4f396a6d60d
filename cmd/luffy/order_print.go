package main

import (
	"cmp"
	"fmt"
	"io"
	"strconv"

	"luffy/models"
)

// printOrder prints the order, and its lines, attempts, refunds and messages where it has some.
func printOrder(w io.Writer, o models.FoundOrder) error {
	err := printTable(w,
		[]string{"order", o.OrderNumber, o.OrderStatus.String()},
		[]string{"student", o.Username},
		[]string{"mobile", dash(o.Mobile)},
		[]string{"placed", moment(&o.CreatedAt), "to be paid until " + moment(&o.ExpiresAt)},
		[]string{"paid", moment(o.PayTime)},
		[]string{"closed", moment(o.ClosedAt)},
		[]string{"prices", o.TotalPrice.String()},
		[]string{"discounts", o.DiscountAmount.String()},
		[]string{"coupon", o.CouponAmount.String(), o.CouponName},
		[]string{"points", o.CreditAmount.String(), fmt.Sprintf("%d points", o.Credit)},
		[]string{"to pay", o.RealPrice.String()},
		[]string{"given back", o.RefundedAmount.String(), moment(o.RefundedAt)},
	)
	if err != nil {
		return err
	}
	for _, rows := range [][][]string{lineRows(o), attemptRows(o), refundRows(o), messageRows(o.Messages)} {
		if len(rows) == 1 { // the headings
			continue
		}
		fmt.Fprintln(w)
		if err := printTable(w, rows...); err != nil {
			return err
		}
	}
	return nil
}

func lineRows(o models.FoundOrder) [][]string {
	rows := [][]string{{"LINE", "COURSE", "TERM", "AMOUNT", "ACCESS", "REFUND REQUEST"}}
	for _, l := range o.Lines {
		access := "none"
		switch {
		case l.Revoked:
			access = "revoked"
		case l.Granted && l.OutTime == nil:
			access = "for ever"
		case l.Granted:
			access = "until " + moment(l.OutTime)
		}
		request := "-"
		if l.Request.State != "" {
			request = string(l.Request.State) + ": " + l.Request.Reason
		}
		rows = append(rows, []string{
			strconv.Itoa(l.Position), l.CourseName, l.ExpireText, l.RealPrice.String(), access, request,
		})
	}
	return rows
}

func attemptRows(o models.FoundOrder) [][]string {
	rows := [][]string{{"OUT_TRADE_NO", "STATE", "AMOUNT", "TRADE_NO", "BEGUN", "ASKED", "ALIPAY SAID", "PAID"}}
	for _, p := range o.Payments {
		tradeNo := "-"
		if p.TradeNo != nil {
			tradeNo = *p.TradeNo
		}
		rows = append(rows, []string{
			p.OutTradeNo, string(p.State), p.Amount.String(), tradeNo,
			moment(&p.CreatedAt), moment(p.QueriedAt), dash(p.TradeStatus), moment(p.PaidAt),
		})
	}
	return rows
}

func refundRows(o models.FoundOrder) [][]string {
	position := map[int64]string{}
	for _, l := range o.Lines {
		position[l.ID] = strconv.Itoa(l.Position)
	}
	rows := [][]string{{
		"OUT_REQUEST_NO", "STATE", "AMOUNT", "LINE", "CAUSE", "BY", "REASON", "DONE", "LAST ERROR", "SETTLED",
	}}
	for _, r := range o.Refunds {
		line := "-"
		if r.OrderDetailID != nil {
			line = position[*r.OrderDetailID]
		}
		settled := "-"
		if r.SettledBy != "" {
			settled = r.SettledBy + ": " + r.Note
		}
		rows = append(rows, []string{
			r.OutRequestNo, string(r.State), r.Amount.String(), line, string(r.Cause), dash(r.RequestedBy), dash(r.Reason),
			moment(r.DoneAt), dash(r.LastError), settled,
		})
	}
	return rows
}

func messageRows(messages []models.PaymentEvent) [][]string {
	rows := [][]string{{"MESSAGE", "RECEIVED", "SOURCE", "OUT_TRADE_NO", "TRADE_NO", "ALIPAY SAYS", "VERDICT", "REASON"}}
	for _, m := range messages {
		rows = append(rows, []string{
			strconv.FormatInt(m.ID, 10), moment(&m.ReceivedAt), string(m.Source), m.OutTradeNo, dash(m.TradeNo),
			dash(m.TradeStatus), string(m.Verdict), m.Reason,
		})
	}
	return rows
}

func dash(s string) string { return cmp.Or(s, "-") }
