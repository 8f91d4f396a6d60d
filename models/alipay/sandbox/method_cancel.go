package sandbox

import "errors"

type cancelAnswer struct {
	Action     string `json:"action,omitempty"` // close or refund; "" = there was no trade
	OutTradeNo string `json:"out_trade_no"`
	RetryFlag  string `json:"retry_flag"`
	TradeNo    string `json:"trade_no,omitempty"`
}

// cancelTrade is alipay.trade.cancel: it ends a trade in whatever state, and gives all money back.
func (s *Sandbox) cancelTrade(q *request) (any, error) {
	var ref tradeRef
	if err := q.biz(&ref); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.find(q, ref)
	if errors.Is(err, errTradeNotExist) {
		return cancelAnswer{OutTradeNo: ref.OutTradeNo, RetryFlag: "N"}, nil
	}
	if err != nil {
		return nil, err
	}
	answer := cancelAnswer{Action: "refund", OutTradeNo: t.OutTradeNo, RetryFlag: "N", TradeNo: t.TradeNo}
	if t.PaidAt.IsZero() {
		answer.Action = "close"
	}
	return answer, s.cancel(t)
}

// cancel has no effect on a trade that has ended already. s.mu is held.
func (s *Sandbox) cancel(t *Trade) error {
	rest := t.Total - t.promised()
	switch {
	case t.Status == WaitBuyerPay:
		s.endUnpaid(t, s.clock.now())
		return nil
	case t.Status == TradeClosed || t.Status == TradeSuccess && rest == 0:
		return nil
	}
	if err := s.refundable(t, rest); err != nil {
		return err
	}
	s.acceptRefund(t, Refund{OutRequestNo: newRequestNo(s.clock.now()), Amount: rest, Reason: "交易撤销"})
	return nil
}
