package sandbox

import (
	"slices"

	"luffy/models/alipay"
)

// tradeRef is how every method names a trade. If it has both numbers, trade_no counts.
type tradeRef struct {
	OutTradeNo string `json:"out_trade_no"`
	TradeNo    string `json:"trade_no"`
}

// find returns the trade that is meant. s.mu is held.
func (s *Sandbox) find(q *request, ref tradeRef) (*Trade, error) {
	if ref.OutTradeNo == "" && ref.TradeNo == "" {
		return nil, badParameter("out_trade_no 与 trade_no 不能同时为空")
	}
	t := s.tradeOf(ref.OutTradeNo, ref.TradeNo)
	if t == nil || q.blind {
		return nil, errTradeNotExist
	}
	return t, nil
}

// withAmounts adds zero sums to a refusal, as the real gateway does for some methods. Code that reads
// the sum before the code falls for them.
func withAmounts(err error, amounts map[string]string) error {
	r := *asRefusal(err)
	r.Amounts = amounts
	return &r
}

type queryAnswer struct {
	BuyerLogonID   string     `json:"buyer_logon_id"`
	BuyerPayAmount string     `json:"buyer_pay_amount"`
	BuyerUserID    string     `json:"buyer_user_id"`
	FundBillList   []fundBill `json:"fund_bill_list,omitempty"`
	InvoiceAmount  string     `json:"invoice_amount"`
	OutTradeNo     string     `json:"out_trade_no"`
	PointAmount    string     `json:"point_amount"`
	ReceiptAmount  string     `json:"receipt_amount"`
	SendPayDate    string     `json:"send_pay_date,omitempty"`
	TotalAmount    string     `json:"total_amount"`
	TradeNo        string     `json:"trade_no,omitempty"`
	TradeStatus    string     `json:"trade_status"`
}

type fundBill struct {
	FundChannel string `json:"fund_channel"`
	Amount      string `json:"amount"`
}

// query is alipay.trade.query. Its answer names neither app nor seller; only the key that verifies the
// signature tells whose it is.
func (s *Sandbox) query(q *request) (any, error) {
	var content struct {
		tradeRef
		QueryOptions []string `json:"query_options"`
	}
	if err := q.biz(&content); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.buyerActs(QueryThenPay, content.tradeRef)
	t, err := s.find(q, content.tradeRef)
	if err != nil {
		return nil, withAmounts(err, map[string]string{
			"buyer_pay_amount": "0.00", "invoice_amount": "0.00", "out_trade_no": content.OutTradeNo,
			"point_amount": "0.00", "receipt_amount": "0.00",
		})
	}
	answer := s.queryAnswer(t)
	if t.Status == WaitBuyerPay {
		if _, nameless := s.takeFault(QueryNoTradeNo, faulty{outTradeNo: t.OutTradeNo}); nameless {
			answer.TradeNo = ""
		}
	}
	if !slices.Contains(content.QueryOptions, "fund_bill_list") {
		answer.FundBillList = nil
	}
	return answer, nil
}

func (s *Sandbox) queryAnswer(t *Trade) queryAnswer {
	paid := "0.00"
	answer := queryAnswer{
		BuyerLogonID: s.state.account(t.BuyerID).LogonID, BuyerUserID: t.BuyerID, OutTradeNo: t.OutTradeNo,
		PointAmount: "0.00", TotalAmount: alipay.FormatAmount(t.Total), TradeNo: t.TradeNo, TradeStatus: t.Status,
	}
	if !t.PaidAt.IsZero() {
		paid = answer.TotalAmount
		answer.SendPayDate = alipay.FormatTime(t.PaidAt)
		answer.FundBillList = []fundBill{{"ALIPAYACCOUNT", paid}}
	}
	answer.BuyerPayAmount, answer.InvoiceAmount, answer.ReceiptAmount = paid, paid, paid
	return answer
}

type closeAnswer struct {
	OutTradeNo string `json:"out_trade_no"`
	TradeNo    string `json:"trade_no"`
}

// closeTrade is alipay.trade.close. A trade that no login has created yet cannot be closed, though
// its link can still be paid.
func (s *Sandbox) closeTrade(q *request) (any, error) {
	var ref tradeRef
	if err := q.biz(&ref); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buyerActs(ClosePaysFirst, ref)
	defer s.buyerActs(CloseThenPay, ref)
	t, err := s.find(q, ref)
	if err != nil {
		return nil, err
	}
	if t.Status != WaitBuyerPay {
		return nil, business("TRADE_STATUS_ERROR", "交易状态不允许关闭")
	}
	if address := q.get("notify_url"); address != "" {
		t.NotifyURL = address
	}
	s.endUnpaid(t, s.clock.now())
	return closeAnswer{t.OutTradeNo, t.TradeNo}, nil
}
