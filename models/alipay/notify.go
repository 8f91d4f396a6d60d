package alipay

import "time"

// The states of a trade (trade_status).
const (
	WaitBuyerPay  = "WAIT_BUYER_PAY" // made, not paid
	TradeSuccess  = "TRADE_SUCCESS"  // paid, can be refunded
	TradeFinished = "TRADE_FINISHED" // paid, can no longer be refunded
	TradeClosed   = "TRADE_CLOSED"   // never paid, or refunded in full
)

// Notify is what the shop reads of a verified asynchronous notify (异步通知). Amounts are fen, times UTC,
// and what was absent is zero.
type Notify struct {
	NotifyID     string // the same for all deliveries of one event
	AppID        string
	SellerID     string // may be absent; then ask with Query before trusting the rest
	OutTradeNo   string
	TradeNo      string
	TradeStatus  string
	OutRequestNo string // out_biz_no: the refund that this event is about
	Amount       int64  // total_amount, the sum of the order
	RefundFee    int64  // all refunds of the trade together
	PaidAt       time.Time
	RefundedAt   time.Time
}

// VerifyNotify reads and verifies the raw body of a POST to notify_url. The error wraps a Refusal.
// Only what every event has is required; a payment must name its sum as well. Refund events lack
// the payment's other amounts.
func (c *Client) VerifyNotify(body string) (Notify, error) {
	m, err := c.Verify(body)
	if err != nil {
		return Notify{}, err
	}
	f := fields{m: m}
	n := Notify{
		NotifyID:     f.required("notify_id"),
		AppID:        f.required("app_id"),
		SellerID:     m.Text("seller_id"),
		OutTradeNo:   f.required("out_trade_no"),
		TradeNo:      f.required("trade_no"),
		TradeStatus:  m.Text("trade_status"),
		OutRequestNo: m.Text("out_biz_no"),
		Amount:       f.amount("total_amount"),
		RefundFee:    f.amount("refund_fee"),
		PaidAt:       f.time("gmt_payment"),
		RefundedAt:   f.time("gmt_refund"),
	}
	if n.Paid() {
		f.required("total_amount")
	}
	if f.err != nil {
		return Notify{}, f.err
	}
	return n, nil
}

// Refund tells whether the event is a refund, partial or full. It comes first: a partial refund
// says TRADE_SUCCESS like the payment before it.
func (n Notify) Refund() bool {
	return n.RefundFee > 0 || !n.RefundedAt.IsZero()
}

// Paid tells whether the event says that the buyer has paid. TRADE_FINISHED comes months after
// TRADE_SUCCESS, or at once for products without refund.
func (n Notify) Paid() bool {
	return paidStatus(n.TradeStatus) && !n.Refund()
}

// Closed tells whether the event says that the trade was closed without ever being paid.
func (n Notify) Closed() bool {
	return n.TradeStatus == TradeClosed && !n.Refund()
}

func paidStatus(status string) bool {
	return status == TradeSuccess || status == TradeFinished
}
