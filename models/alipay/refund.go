package alipay

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	methodRefund      = "alipay.trade.refund"
	methodRefundQuery = "alipay.trade.fastpay.refund.query"

	maxReason = 256 // characters
)

// RefundRequest is one refund of a trade, partial or full.
type RefundRequest struct {
	OutTradeNo   string
	OutRequestNo string // letters, digits and underscores, at most 64; store it first, and reuse it in every retry
	Amount       int64  // fen
	Reason       string // optional; shown to the buyer, goes through CleanSubject
}

// RefundResult is the gateway's word that it took a refund request.
type RefundResult struct {
	OutTradeNo string
	TradeNo    string
	FundChange bool // money moved in this very call; if not, RefundQuery knows whether the refund is done
	RefundedAt time.Time
}

// Refund gives money back to the buyer (退款). The same OutRequestNo and Amount refund once,
// however often they are sent; so after an error that wraps ErrUnknown send the same again. A new
// number may refund twice.
func (c *Client) Refund(ctx context.Context, r RefundRequest) (RefundResult, error) {
	if err := errors.Join(checkNumber("out_request_no", r.OutRequestNo), checkAmount(r.Amount)); err != nil {
		return RefundResult{}, fmt.Errorf("%s: %w", methodRefund, err)
	}
	var a struct {
		OutTradeNo   string   `json:"out_trade_no"`
		TradeNo      string   `json:"trade_no"`
		FundChange   string   `json:"fund_change"`
		GmtRefundPay wireTime `json:"gmt_refund_pay"`
	}
	content := callContent{
		OutTradeNo:   r.OutTradeNo,
		OutRequestNo: r.OutRequestNo,
		RefundAmount: FormatAmount(r.Amount),
		RefundReason: CleanSubject(r.Reason, maxReason),
	}
	if err := c.call(ctx, methodRefund, content, &a); err != nil {
		return RefundResult{}, err
	}
	return RefundResult{
		OutTradeNo: a.OutTradeNo,
		TradeNo:    a.TradeNo,
		FundChange: a.FundChange == "Y",
		RefundedAt: a.GmtRefundPay.Time,
	}, nil
}

// RefundState is what the gateway knows of one refund.
type RefundState struct {
	// Done: the refund succeeded; otherwise it did not, or never arrived: send the same again.
	Done bool
	// Amount is refund_amount, the fen of this refund, which may be another than that of the
	// caller's; 0 when no such refund is known.
	Amount     int64
	RefundedAt time.Time // zero unless known
}

// RefundQuery asks what became of a refund (退款查询). Ask some seconds after the refund. It need
// not be the shop's own: Alipay's console numbers in a form of its own.
func (c *Client) RefundQuery(ctx context.Context, outTradeNo, outRequestNo string) (RefundState, error) {
	if outRequestNo == "" {
		return RefundState{}, fmt.Errorf("%s: out_request_no is needed", methodRefundQuery)
	}
	var a struct {
		OutRequestNo string     `json:"out_request_no"`
		RefundStatus string     `json:"refund_status"`
		RefundAmount wireAmount `json:"refund_amount"`
		GmtRefundPay wireTime   `json:"gmt_refund_pay"`
	}
	content := callContent{OutTradeNo: outTradeNo, OutRequestNo: outRequestNo, QueryOptions: []string{"gmt_refund_pay"}}
	if err := c.call(ctx, methodRefundQuery, content, &a); err != nil {
		return RefundState{}, err
	}
	state := RefundState{
		Done:       a.RefundStatus == "REFUND_SUCCESS" && a.OutRequestNo == outRequestNo,
		Amount:     int64(a.RefundAmount),
		RefundedAt: a.GmtRefundPay.Time,
	}
	if state.Done && state.Amount == 0 {
		return RefundState{}, unknown(methodRefundQuery, fmt.Errorf("%w: refund_amount is needed", ErrFields))
	}
	return state, nil
}
