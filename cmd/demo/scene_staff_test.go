package main

import (
	"fmt"
	"net/http"
	"time"

	"github.com/chromedp/chromedp/kb"

	"luffy/cmd/internal/browser"
	"luffy/models"
	"luffy/models/alipay/sandbox"
	"luffy/models/modelstest"
)

// The days of which the bill and the shop disagree: in two trades, and in more than one page shows.
const (
	oddDay     = "2026-01-05"
	oddestDay  = "2026-01-04"
	oddestOnes = models.DifferencesPerPage + 3
)

// leaveWork leaves what waits for the shopkeeper, beside the requests, payments and refunds of the orders: a refund
// that Alipay refused, one that it has not made for hours, a second trade of one attempt, and differences of which
// one is closed.
func (s *scene) leaveWork() {
	s.t.Helper()
	_, err := s.db.AddUser(s.t.Context(), models.NewUser{Username: keeper, Password: modelstest.Password, Staff: true})
	if err != nil {
		s.t.Fatal(err)
	}
	s.refusedRefund()
	s.lateRefund()
	s.secondTrade()
	s.differences()
}

func (s *scene) refusedRefund() {
	s.t.Helper()
	s.pay("refused", modelstest.Order(s.t, s.db, s.buyer, s.offer("Vue 组件化开发", 90)))
	s.fault(sandbox.Fault{Name: sandbox.TradeFrozen, OutTradeNo: s.orders["refused"]})
	s.refund("refused", models.NewRefund{Amount: 20_00, Reason: "课程更新晚了，补偿", By: keeper})
	if _, err := s.db.SQL().ExecContext(s.t.Context(), "UPDATE ly_payment SET paid_at = ? WHERE out_trade_no = ?",
		"2026-01-05 02:00:00+00:00", s.orders["refused"]); err != nil {
		s.t.Fatal(err)
	}
}

// lateRefund leaves a refund for which the seller's account has had too little money for two hours.
func (s *scene) lateRefund() {
	s.t.Helper()
	s.pay("late-refund", modelstest.Order(s.t, s.db, s.buyer, s.offer("Vue 组件化开发", 30)))
	s.fault(sandbox.Fault{Name: sandbox.SellerBalance, OutTradeNo: s.orders["late-refund"]})
	s.refund("late-refund", models.NewRefund{Amount: 8_00, Reason: "补差价", By: keeper})
	attempt := s.order(s.orders["late-refund"]).Payments[0]
	if _, err := s.db.SQL().ExecContext(s.t.Context(), "UPDATE ly_refund SET created_at = ? WHERE payment_id = ?",
		s.db.Now().Add(-2*time.Hour), attempt.ID); err != nil {
		s.t.Fatal(err)
	}
}

// secondTrade leaves an attempt that was paid by two trades, the second so long ago that it waits first.
func (s *scene) secondTrade() {
	s.t.Helper()
	order := modelstest.Order(s.t, s.db, s.buyer, s.offer("Linux 运维基本功", 30))
	s.pay("second-trade", order)
	trade := modelstest.Trade(s.db, s.order(order.OrderNumber).Payments[0])
	trade.TradeNo, trade.PaidAt = "2026010322001439881000777112", time.Date(2026, 1, 3, 2, 0, 0, 0, time.UTC)
	event := models.PaymentEvent{
		ReceivedAt: s.db.Now(), Source: models.SourceNotify, OutTradeNo: trade.OutTradeNo, TradeNo: trade.TradeNo,
	}
	if outcome, err := s.db.Confirm(s.t.Context(), trade, event); err != nil || outcome != models.AnotherTrade {
		s.t.Fatalf("got %v, %v; want %v", outcome, err, models.AnotherTrade)
	}
}

func (s *scene) differences() {
	s.t.Helper()
	paid := s.order(s.orders["paid"])
	found, err := s.db.SaveBillDifferences(s.t.Context(), oddDay, []models.BillDifference{
		{Kind: models.MissingHere, OutTradeNo: "20260105093011000042118804", TradeNo: "2026010522001439881000120999",
			AlipayAmount: new(models.Fen(310_00))},
		{
			Kind: models.MissingThere, OutTradeNo: paid.OrderNumber,
			TradeNo: *paid.Payments[0].TradeNo, ShopAmount: &paid.RealPrice,
		},
	})
	if err == nil {
		err = s.db.SettleBillDifference(s.t.Context(), found[1].ID, keeper, "支付宝后台核对过，账单次日补上")
	}
	if err == nil {
		err = s.db.NoteBillDay(s.t.Context(), oddDay)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	var many []models.BillDifference
	for i := range oddestOnes {
		many = append(many, models.BillDifference{
			Kind: models.MissingHere, OutTradeNo: fmt.Sprintf("202601040930110000421%05d", i),
			TradeNo: fmt.Sprintf("20260104220014398810009%05d", i), AlipayAmount: new(models.Fen(99_00)),
		})
	}
	_, err = s.db.SaveBillDifferences(s.t.Context(), oddestDay, many)
	if err == nil {
		err = s.db.NoteBillDay(s.t.Context(), oddestDay)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) staffPages() []pageState {
	open := func(deed string) func(*browser.Tab) { // by keys, after which the focus is seen
		return func(tab *browser.Tab) {
			tab.Reach(`.decide:has([action$="/` + deed + `"]) summary`)
			tab.Keys(kb.Enter)
		}
	}
	incomplete := func(tab *browser.Tab) { tab.PressRefused(http.StatusUnprocessableEntity, "#refund") }
	states := []pageState{
		{name: "staff-desk", path: "/staff", steps: open("approve")},
		{name: "staff-search", path: "/staff/orders"},
		{name: "staff-search-student", path: "/staff/orders?q=" + buyer},
		{name: "staff-search-none", path: "/staff/orders?q=<b>nobody"},
		{name: "staff-search-no-orders", path: "/staff/orders?q=" + newcomer},
		{name: "staff-order-asked", path: "/staff/orders/" + s.orders["asked"], steps: open("reject")},
		{name: "staff-refund-line", path: "/staff/orders/" + s.orders["paid"] + "/refund?line=1"},
		{name: "staff-refund-sum", path: "/staff/orders/" + s.orders["partly"] + "/refund?amount=10.00"},
		{name: "staff-refund-all", path: "/staff/orders/" + s.orders["late"] + "/refund"},
		{name: "staff-refund-incomplete", path: "/staff/orders/" + s.orders["paid"] + "/refund?line=1", steps: incomplete},
		{name: "staff-bills", path: "/staff/bills"},
		{name: "staff-bills-differences", path: "/staff/bills?date=" + oddDay},
		{name: "staff-bills-page-2", path: "/staff/bills?date=" + oddestDay + "&page=2"},
		{name: "staff-movements", path: "/staff/movements?date=" + oddDay},
		{name: "staff-movements-none", path: "/staff/movements?date=2026-01-06"},
		{name: "staff-acts", path: "/staff/acts"},
		{name: "staff-message", path: "/staff/messages/1"},
		{name: "staff-acts-none", path: "/staff/acts?before=1"},
		{name: "staff-export-refused", path: "/staff/export?period=2026", status: http.StatusUnprocessableEntity},
	}
	for _, of := range []string{"unpaid", "partly", "refused", "rejected", "held", "second-trade", "late-refund"} {
		states = append(states, pageState{name: "staff-order-" + of, path: "/staff/orders/" + s.orders[of]})
	}
	// This must be the last state: it shows another shop.
	return append(states, pageState{name: "staff-desk-quiet", path: "/", steps: s.quietDesk})
}

// quietDesk is the desk of a shop in which nothing waits.
func (s *scene) quietDesk(tab *browser.Tab) {
	tab.Go(s.broken.shopURL + "/login")
	tab.Type("#username", keeperName)
	tab.Type("#password", keeperPassword)
	tab.PressRefused(http.StatusInternalServerError, "#login-submit") // its list of courses is what is broken
	tab.Go(s.broken.shopURL + "/staff")
}
