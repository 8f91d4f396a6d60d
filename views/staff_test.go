package views

import (
	"strings"
	"testing"
	"time"

	"luffy/models"
)

var staffPage = Page{CSRF: "csrf-token", User: "boss", Staff: true}

func sampleTask() RefundTask {
	return RefundTask{ID: 17, OrderNumber: sampleNumber, Student: "xiaoming", Course: "Go 语言从入门到实战", Amount: 261_94,
		Seen: 1, Lessons: 3, Reason: "买错了课程", AskedAt: sampleNow}
}

func sampleOwed() OwedRefund {
	return OwedRefund{ID: 3, OutRequestNo: sampleNumber + "R1", OrderNumber: sampleNumber, Student: "xiaoming",
		Course: "Go 语言从入门到实战", Amount: 20_00, Error: "ACQ.REASON_TRADE_BEEN_FREEZEN", Since: sampleNow}
}

func sampleHeld() HeldPayment {
	return HeldPayment{OrderNumber: sampleNumber, TradeNo: "2026112222001439881000120282", Student: "xiaoming",
		Asked: 1446_80, Came: 1, PaidAt: sampleNow}
}

func sampleDifference(id int64) BillDifference {
	return BillDifference{ID: id, Date: "2026-11-21", Kind: models.MissingHere, OutTradeNo: sampleNumber,
		TradeNo: "2026112222001439881000120282", OutRequestNo: "R1", Alipay: new(models.Fen(310_00))}
}

func sampleDesk() Desk {
	return Desk{
		Page: staffPage, Requests: []RefundTask{sampleTask()},
		Owed: []OwedRefund{sampleOwed()}, Overdue: []OwedRefund{sampleOwed()},
		Held: []HeldPayment{sampleHeld()}, Differences: []BillDifference{sampleDifference(1), sampleDifference(2)},
		MissingDays: []string{"2026-11-20"}, NotifyURL: "https://shop.example/payments/notify",
		Totals: DeskTotals{
			Requests: 21, Owed: 1, Overdue: 1, Held: 1, Differences: 2, MissingDays: 1, Refunding: 4, Unnotified: 5,
		},
	}
}

func sampleStaffOrder() StaffOrder {
	return StaffOrder{
		Page: staffPage, Order: sampleOrder(models.OrderPaid), Student: "xiaoming", Left: 1426_80,
		Lines: []StaffLine{
			{Position: 1, Course: "Go 语言从入门到实战", Term: "一个月有效", Amount: 261_94, Access: AccessLive, Until: sampleNow,
				Request: LineRequest{Step: models.StepRejected, Answer: "课程已学完"}, Reason: "买错了课程", Refundable: true},
			{Position: 2, Course: "Python 全栈开发", Term: "永久有效", Amount: 1184_86, Access: AccessWithdrawn},
		},
		Tasks: []RefundTask{sampleTask()}, Owed: []OwedRefund{sampleOwed()}, Held: []HeldPayment{sampleHeld()},
		Attempts: []Attempt{{
			OutTradeNo: sampleNumber, State: models.PaymentPaid, Amount: 1446_80, TradeStatus: "TRADE_SUCCESS",
			BegunAt: sampleNow, AskedAt: sampleNow, PaidAt: sampleNow,
		}},
		Refunds: []StaffRefund{{
			OutRequestNo: sampleNumber + "R1", State: models.RefundFailed, Amount: 20_00, Cause: models.RefundByStaff,
			By: "boss", Reason: "补偿", At: sampleNow, Error: "ACQ.REASON_TRADE_BEEN_FREEZEN",
		}},
		Messages: []Message{{ID: 26, At: sampleNow, Source: models.SourceNotify, OutTradeNo: sampleNumber,
			TradeStatus: "TRADE_SUCCESS", Verdict: models.VerdictAccepted, Reason: string(models.Fulfilled)}},
	}
}

func sampleGiveBack() GiveBack {
	return GiveBack{
		Page: staffPage, Number: sampleNumber, Student: "xiaoming", Line: 1, Course: "Go 语言从入门到实战",
		Amount: 261_94, Ends: []string{"Go 语言从入门到实战"}, Points: true, Key: "once", MaxReason: 200,
	}
}

func sampleBills() Bills {
	closed := sampleDifference(2)
	closed.ClosedAt, closed.SettledBy, closed.Action = sampleNow, "boss", "线下收款"
	return Bills{
		Page: staffPage, Date: "2026-11-21", LastDate: "2026-11-21", ComparedAt: sampleNow, Total: 300, Period: "2026-11",
		Sums: models.MovementSums{Trades: 2, Came: 565_00, Refunds: 1, Back: 255_00, Elsewhere: 1, Other: 10_00},
		Open: []BillDifference{sampleDifference(1)}, Closed: []BillDifference{closed}, MissingDays: []string{"2026-11-20"},
	}
}

// The header leads staff to their pages, and nobody else.
func TestStaffInTheHeader(t *testing.T) {
	t.Parallel()
	wantCount(t, render(t, CartPage(Cart{Page: staffPage})), ".top-nav a[href='/staff']", 1)
	wantCount(t, render(t, CartPage(sampleCart())), "a[href^='/staff']", 0)
	wantCount(t, render(t, CartPage(Cart{})), "a[href^='/staff']", 0)
}

// A list that is longer than what is shown says so; one that is whole does not.
func TestDeskCounts(t *testing.T) {
	t.Parallel()
	doc := render(t, DeskPage(sampleDesk()))
	wantContains(t, doc, "title", "工作台：28 项待处理")
	wantContains(t, doc, "#unnotified", "https://shop.example/payments/notify")
	wantContains(t, doc, "#requests", "共 21 项，这里是等得最久的 1 项")
	wantContains(t, doc, "#differences h2", "账单差异，共 2 项")
	if got := text(doc, "#differences"); strings.Contains(got, "等得最久") {
		t.Errorf("got %q of a whole list, want nothing left out", got)
	}
	quiet := render(t, DeskPage(Desk{Page: staffPage, Totals: DeskTotals{Unnotified: models.NotifyWatched - 1}}))
	wantContains(t, quiet, "#quiet", "现在没有要处理的事")
	wantCount(t, quiet, "main .panel", 0)
}

// Every word that the shop has for its staff is one that they can read.
func TestStaffWords(t *testing.T) {
	t.Parallel()
	chinese := func(what, word string) {
		t.Helper()
		if !strings.ContainsFunc(word, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff }) {
			t.Errorf("%s: got %q, want it in Chinese", what, word)
		}
	}
	for _, s := range []models.PaymentState{
		models.PaymentOpen, models.PaymentPaid, models.PaymentClosed, models.PaymentHeld,
		models.PaymentSurplus, models.PaymentReturned,
	} {
		chinese(string(s), attemptWord(s))
	}
	for _, c := range []models.RefundCause{
		models.RefundByStaff, models.RefundLate, models.RefundSecond, models.RefundOutside,
		models.RefundOutsideSum,
	} {
		chinese(string(c), causeWord(c))
	}
	for _, k := range []models.DifferenceKind{
		models.MissingHere, models.MissingThere, models.AmountDiffers, models.SecondPayment,
		models.UnbookedTrade, models.RefundMissingHere, models.RefundMissingThere,
		models.RefundAmountDiffers,
	} {
		chinese(string(k), differenceWord(k))
		chinese(string(k), differenceAdvice(k))
	}
	for _, a := range []models.ActKind{
		models.ActRefund, models.ActApproveRefund, models.ActRejectRefund, models.ActSettleRefund,
		models.ActAsk, models.ActCompare, models.ActSettleDifference, models.ActExport,
	} {
		chinese(string(a), actWord(a))
	}
	for _, s := range []models.Source{models.SourceNotify, models.SourceReturn, models.SourceQuery} {
		chinese(string(s), sourceWord(s))
	}
	for _, v := range []models.Verdict{
		models.VerdictAccepted, models.VerdictDuplicate, models.VerdictNoted, models.VerdictHeld,
		models.VerdictRefused, models.VerdictFailed,
	} {
		chinese(string(v), verdictWord(v))
	}
	for _, o := range []models.Outcome{
		models.Fulfilled, models.FulfilledLate, models.AlreadyDone, models.UnknownOrder,
		models.WrongAmount, models.SecondTrade, models.AnotherTrade, models.OrderClosed, models.GoneBack,
	} {
		chinese(string(o), reasonWord(string(o)))
	}
	if got := reasonWord("something_new"); got != "something_new" {
		t.Errorf("got %q for a word that is not listed, want it as it is", got)
	}
}

// What a line opens, and what became of a refund, is said with the time or the name that belongs to it.
func TestStaffSentences(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 14, 30, 0, 0, time.UTC)
	for want, got := range map[string]string{
		"永久有效":                  StaffLine{Access: AccessLive}.accessText(),
		"至 2026-11-22 22:30":    StaffLine{Access: AccessEnding, Until: at}.accessText(),
		"已过期（2026-11-22 22:30）": StaffLine{Access: AccessExpired, Until: at}.accessText(),
		"已收回":                   StaffLine{Access: AccessWithdrawn}.accessText(),
		"未开通":                   StaffLine{}.accessText(),
		"正在退回":                  StaffRefund{State: models.RefundPending}.outcome(),
		"还没有完成，会自动再试：余额不足": StaffRefund{State: models.RefundPending, Error: "余额不足"}.outcome(),
		"已原路退回":             StaffRefund{State: models.RefundDone}.outcome(),
		"支付宝拒绝：冻结":          StaffRefund{State: models.RefundFailed, Error: "冻结"}.outcome(),
		"已用其他方式退款（boss：转账）": StaffRefund{State: models.RefundDone, SettledBy: "boss", Note: "转账"}.outcome(),
		"优惠券（满减）和积分随之退还。":   GiveBack{Coupon: "满减", Points: true}.returns(),
		"优惠券（满减）随之退还。":      GiveBack{Coupon: "满减"}.returns(),
		"剩余的积分随之退还。":        GiveBack{Points: true, Whole: true}.returns(),
		"这门课程分摊的积分随之退还。":    GiveBack{Points: true}.returns(),
		"":            GiveBack{}.returns(),
		"自动核对：booked": BillDifference{Action: "booked"}.closer(),
		"没有":          sumText(nil),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
