package views

import (
	"strconv"
	"time"

	"luffy/models"
)

// Result is the page GET /orders/:number/result for the order's owner.
type Result struct {
	Page
	State       ResultState
	Order       Order
	Pay         PayBy
	Held        bool      // while ResultConfirming: staff must look before anything changes
	Notices     []string  // what happened to late, second and wrong payments, with their amounts
	NextRefresh int       // seconds until a ResultConfirming page asks again; 0 stops and shows a button
	Round       int       // how often it has asked so far: ?round= of this request
	Now         time.Time // the server's clock
}

// ResultState is what the payment result page says. The zero value, ResultConfirming, claims nothing.
type ResultState int

// The five states of the payment result page.
const (
	ResultConfirming ResultState = iota // 支付确认中: money may be on its way
	ResultPaid                          // 支付成功
	ResultUnpaid                        // 未支付: Alipay said so
	ResultClosed                        // 订单已关闭
	ResultRefunded                      // 已退款
)

// String returns the page's heading.
func (s ResultState) String() string {
	switch s {
	case ResultPaid:
		return "支付成功"
	case ResultUnpaid:
		return "未支付"
	case ResultClosed:
		return "订单已关闭"
	case ResultRefunded:
		return "已退款"
	default:
		return "支付确认中"
	}
}

// code is the state's name in markup: the script compares it, the style sheet colours by it.
func (s ResultState) code() string {
	switch s {
	case ResultPaid:
		return "paid"
	case ResultUnpaid:
		return "unpaid"
	case ResultClosed:
		return "closed"
	case ResultRefunded:
		return "refunded"
	default:
		return "confirming"
	}
}

func (r Result) path() string { return r.Order.path() + "/result" }

// nextPath is the address at which the page asks again. With ?round= the server makes the pauses longer
// and longer, and stops in the end.
func (r Result) nextPath() string { return r.path() + "?round=" + strconv.Itoa(r.Round+1) }

// refreshes reports whether the page asks again by itself.
func (r Result) refreshes() bool { return r.State == ResultConfirming && r.NextRefresh > 0 }

func (r Result) title() string { return r.State.String() + " – 订单 " + r.Order.Number }

// reload is the meta refresh for browsers without scripts.
func (r Result) reload() string {
	if !r.refreshes() {
		return ""
	}
	return strconv.Itoa(r.NextRefresh) + ";url=" + r.nextPath()
}

// statusLine is the sentence of the live region. It stays the same while nothing changes, so that screen
// readers say it once and not at every refresh.
func (r Result) statusLine() string {
	switch {
	case r.refreshes():
		return "正在确认付款结果，页面会自动更新。"
	case r.State == ResultConfirming:
		return "付款结果仍在确认中，可以按“重新查询”。"
	default:
		return r.State.String()
	}
}

func (r Result) recheckText() string {
	if r.refreshes() {
		return "刷新"
	}
	return "重新查询"
}

// closedBy says who closed the order.
func (r Result) closedBy() string {
	if r.Order.Status == models.OrderCancelled {
		return "您取消了这个订单"
	}
	return "这个订单超过付款时间，已自动取消"
}

// paidRest ends the sentence of a paid order.
func (r Result) paidRest() string {
	if r.Order.partlyRefunded() {
		return "，其中 " + r.Order.Refunded.Yuan() + " 已退款。"
	}
	return "，课程已开通。"
}

// paidWord says whether money changed hands: an order of 0.00 is paid without Alipay.
func (r Result) paidWord() string {
	if r.Order.Total == 0 {
		return "免费领取，实付"
	}
	return "实付"
}
