package sandbox

import (
	"fmt"
	"slices"
	"time"
)

// refundGap is the least time that Alipay wants between two refunds of one trade.
const refundGap = 3 * time.Second

// refundable returns nil if the trade can give a sum back, or else why it cannot. s.mu is held.
func (s *Sandbox) refundable(t *Trade, fen int64) error {
	on := faulty{outTradeNo: t.OutTradeNo}
	switch {
	case t.Status == TradeClosed:
		return errTradeClosed
	case t.Status == TradeFinished:
		return errTradeFinished
	case t.Status != TradeSuccess:
		return business("TRADE_STATUS_ERROR", "交易状态不允许退款")
	case t.promised()+fen > t.Total:
		return business("REFUND_AMT_NOT_EQUAL_TOTAL", "退款金额超过可退金额")
	}
	if t.refundedSince(s.clock.now().Add(-refundGap)) {
		if _, strict := s.takeFault(RefundTooSoon, on); strict {
			return errRefundTooSoon
		}
	}
	if _, frozen := s.takeFault(TradeFrozen, on); frozen {
		return business("REASON_TRADE_BEEN_FREEZEN", "交易已被冻结")
	}
	_, empty := s.takeFault(SellerBalance, on)
	if seller := s.state.account(s.receiver(t)); empty || seller != nil && seller.Balance < fen {
		return business("SELLER_BALANCE_NOT_ENOUGH", "商家账户余额不足")
	}
	return nil
}

func (t *Trade) refundedSince(since time.Time) bool {
	return slices.ContainsFunc(t.Refunds, func(r Refund) bool { return r.AcceptedAt.After(since) })
}

// acceptRefund takes a refund from the seller's account. The buyer gets the money when it is due: at
// once, unless a fault says otherwise. It returns the fund_change of the answer. s.mu is held.
func (s *Sandbox) acceptRefund(t *Trade, r Refund) (fundChange string) {
	on := faulty{outTradeNo: t.OutTradeNo}
	now := s.clock.now()
	r.AcceptedAt, r.DueAt, fundChange = now, now, "Y"
	if _, hit := s.takeFault(RefundFundChangeN, on); hit {
		fundChange = "N"
	}
	if f, hit := s.takeFault(RefundLater, on); hit {
		r.DueAt, fundChange = now.Add(durationOr(f.Value, time.Hour)), "N"
	}
	s.credit(s.receiver(t), -r.Amount)
	t.Refunds = append(t.Refunds, r)
	s.save(record{Trade: t})
	s.settleRefunds(t, now)
	return fundChange
}

// settleRefunds moves the money of the refunds that are due. s.mu is held.
func (s *Sandbox) settleRefunds(t *Trade, now time.Time) {
	for i := range t.Refunds {
		r := &t.Refunds[i]
		if !r.pending() || now.Before(r.DueAt) {
			continue
		}
		r.At = r.DueAt
		t.Refunded += r.Amount
		if t.Refunded == t.Total {
			t.Status, t.ClosedAt = TradeClosed, r.At
		}
		s.credit(t.BuyerID, r.Amount)
		s.save(record{Trade: t})
		s.emit(t, t.Status, r)
	}
}

// RefundOutside gives money back as a seller does by hand in Alipay's own console. The shop has not
// asked for it, does not know its number, and hears of it only from the notify and the bill. fen is
// positive.
func (s *Sandbox) RefundOutside(outTradeNo string, fen int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tradeOf(outTradeNo, "")
	err := error(errTradeNotExist)
	switch {
	case fen < 1:
		err = badParameter("退款金额须大于零")
	case t != nil:
		err = s.refundable(t, fen)
	}
	if err != nil {
		return fmt.Errorf("refund %d fen of %q in the console: %w", fen, outTradeNo, err)
	}
	s.acceptRefund(t, Refund{OutRequestNo: newRequestNo(s.clock.now()), Amount: fen, Reason: "商家中心退款", Outside: true})
	return nil
}
