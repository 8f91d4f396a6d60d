package alipay

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

const methodQuery = "alipay.trade.query"

// Trade is a trade as the gateway knows it. Amounts are fen, times UTC. The answer names neither
// app nor seller: it can only be about a trade of the app that asked.
type Trade struct {
	OutTradeNo string
	TradeNo    string // may be empty while nobody has paid
	Status     string // WaitBuyerPay, TradeSuccess, TradeFinished or TradeClosed
	Amount     int64  // total_amount, the sum of the order
	PaidAt     time.Time
	Raw        []byte // the signed answer, as JSON in UTF-8
}

// Paid tells whether the trade is paid and not refunded in full.
func (t Trade) Paid() bool { return paidStatus(t.Status) }

// Query asks for the state of a trade (交易查询). IsTradeNotExist tells the error of a trade that
// is not there, yet or at all; an error that wraps ErrUnknown says nothing about the trade.
func (c *Client) Query(ctx context.Context, outTradeNo string) (Trade, error) {
	var a struct {
		OutTradeNo  string     `json:"out_trade_no"`
		TradeNo     string     `json:"trade_no"`
		TradeStatus string     `json:"trade_status"`
		TotalAmount wireAmount `json:"total_amount"`
		SendPayDate wireTime   `json:"send_pay_date"`
	}
	var raw json.RawMessage
	if err := c.call(ctx, methodQuery, callContent{OutTradeNo: outTradeNo}, &raw); err != nil {
		return Trade{}, err
	}
	if err := json.Unmarshal(raw, &a); err != nil {
		return Trade{}, unknown(methodQuery, fmt.Errorf("%w: %w", ErrFields, err))
	}
	if a.OutTradeNo == "" || a.TradeStatus == "" || a.TotalAmount == 0 {
		err := fmt.Errorf("%w: out_trade_no, trade_status and total_amount are needed", ErrFields)
		return Trade{}, unknown(methodQuery, err)
	}
	t := Trade{
		OutTradeNo: a.OutTradeNo,
		TradeNo:    a.TradeNo,
		Status:     a.TradeStatus,
		Amount:     int64(a.TotalAmount),
		PaidAt:     a.SendPayDate.Time,
		Raw:        raw,
	}
	// "在未生成真实交易时，不返回", so only money proves that there must be a number.
	if t.TradeNo == "" && (t.Paid() || !t.PaidAt.IsZero()) {
		return Trade{}, unknown(methodQuery, fmt.Errorf("%w: trade_no of a paid trade is needed", ErrFields))
	}
	return t, nil
}
