package sandbox

import (
	"cmp"
	"unicode/utf8"

	"luffy/models/alipay"
)

type refundContent struct {
	tradeRef
	RefundAmount string `json:"refund_amount"`
	OutRequestNo string `json:"out_request_no"`
	RefundReason string `json:"refund_reason"`
}

type refundAnswer struct {
	BuyerLogonID string `json:"buyer_logon_id"`
	BuyerUserID  string `json:"buyer_user_id"`
	FundChange   string `json:"fund_change"` // Y = money moved in this very call
	GmtRefundPay string `json:"gmt_refund_pay,omitempty"`
	OutTradeNo   string `json:"out_trade_no"`
	RefundFee    string `json:"refund_fee"` // all refunds of the trade together
	SendBackFee  string `json:"send_back_fee"`
	TradeNo      string `json:"trade_no"`
}

// refundTrade is alipay.trade.refund.
func (s *Sandbox) refundTrade(q *request) (any, error) {
	answer, err := s.refund(q)
	if err != nil {
		return nil, withAmounts(err, map[string]string{"refund_fee": "0.00", "send_back_fee": "0.00"})
	}
	return answer, nil
}

func (s *Sandbox) refund(q *request) (refundAnswer, error) {
	var content refundContent
	if err := q.biz(&content); err != nil {
		return refundAnswer{}, err
	}
	amount, ok := parseFen(content.RefundAmount)
	switch {
	case !ok || amount < 1:
		return refundAnswer{}, badParameter("refund_amount 须为大于零的两位小数文本")
	case len(content.OutRequestNo) > 64 || utf8.RuneCountInString(content.RefundReason) > 256:
		return refundAnswer{}, badParameter("out_request_no 或 refund_reason 过长")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.find(q, content.tradeRef)
	if err != nil {
		return refundAnswer{}, err
	}
	// A full refund may come without a number; then its number is that of the trade.
	if content.OutRequestNo == "" && amount != t.Total {
		return refundAnswer{}, badParameter("部分退款须有 out_request_no")
	}
	return s.refundOnce(t, Refund{
		OutRequestNo: cmp.Or(content.OutRequestNo, t.OutTradeNo), Amount: amount, Reason: content.RefundReason,
	})
}

// refundOnce gives the money back, unless it already has for this out_request_no. s.mu is held.
func (s *Sandbox) refundOnce(t *Trade, wanted Refund) (refundAnswer, error) {
	if done, known := t.refund(wanted.OutRequestNo); known {
		if done.Amount != wanted.Amount {
			return refundAnswer{}, business("DISCORDANT_REPEAT_REQUEST", "同一退款请求号的金额与首次请求不一致")
		}
		return s.refundAnswer(t, done, "N"), nil
	}
	if err := s.refundable(t, wanted.Amount); err != nil {
		return refundAnswer{}, err
	}
	fundChange := s.acceptRefund(t, wanted)
	done, _ := t.refund(wanted.OutRequestNo)
	return s.refundAnswer(t, done, fundChange), nil
}

func (s *Sandbox) refundAnswer(t *Trade, r Refund, fundChange string) refundAnswer {
	answer := refundAnswer{
		BuyerLogonID: s.state.account(t.BuyerID).LogonID, BuyerUserID: t.BuyerID, FundChange: fundChange,
		OutTradeNo: t.OutTradeNo, RefundFee: alipay.FormatAmount(t.Refunded), SendBackFee: "0.00", TradeNo: t.TradeNo,
	}
	if !r.pending() {
		answer.GmtRefundPay = alipay.FormatTime(r.At)
	}
	return answer
}
