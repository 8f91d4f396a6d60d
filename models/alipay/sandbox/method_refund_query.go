package sandbox

import (
	"slices"

	"luffy/models/alipay"
)

// refundQueryAnswer has no members for an unknown refund, and no refund_status for one whose money has
// not moved. The code is 10000 in either case.
type refundQueryAnswer struct {
	GmtRefundPay string `json:"gmt_refund_pay,omitempty"`
	OutRequestNo string `json:"out_request_no,omitempty"`
	OutTradeNo   string `json:"out_trade_no,omitempty"`
	RefundAmount string `json:"refund_amount,omitempty"` // of this refund
	RefundReason string `json:"refund_reason,omitempty"`
	RefundStatus string `json:"refund_status,omitempty"`
	TotalAmount  string `json:"total_amount,omitempty"`
	TradeNo      string `json:"trade_no,omitempty"`
}

// queryRefund is alipay.trade.fastpay.refund.query.
func (s *Sandbox) queryRefund(q *request) (any, error) {
	var content struct {
		tradeRef
		OutRequestNo string   `json:"out_request_no"`
		QueryOptions []string `json:"query_options"`
	}
	if err := q.biz(&content); err != nil {
		return nil, err
	}
	if content.OutRequestNo == "" {
		return nil, badParameter("out_request_no 不能为空")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.find(q, content.tradeRef)
	if err != nil {
		return nil, err
	}
	r, known := t.refund(content.OutRequestNo)
	if _, lags := s.takeFault(RefundQueryLags, faulty{outTradeNo: t.OutTradeNo}); !known || lags {
		return refundQueryAnswer{}, nil
	}
	answer := refundQueryAnswer{
		OutRequestNo: r.OutRequestNo, OutTradeNo: t.OutTradeNo, RefundAmount: alipay.FormatAmount(r.Amount),
		RefundReason: r.Reason, TotalAmount: alipay.FormatAmount(t.Total), TradeNo: t.TradeNo,
	}
	if r.pending() {
		return answer, nil
	}
	answer.RefundStatus = "REFUND_SUCCESS"
	if slices.Contains(content.QueryOptions, "gmt_refund_pay") {
		answer.GmtRefundPay = alipay.FormatTime(r.At)
	}
	return answer, nil
}
