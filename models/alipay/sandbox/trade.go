package sandbox

import (
	"cmp"
	"slices"
	"time"
)

// The states of a trade (trade_status).
const (
	WaitBuyerPay  = "WAIT_BUYER_PAY"
	TradeSuccess  = "TRADE_SUCCESS"
	TradeFinished = "TRADE_FINISHED" // paid, and no longer refundable
	TradeClosed   = "TRADE_CLOSED"   // never paid, or all refunded
)

// The product codes of the two page methods.
const (
	ProductPage = "FAST_INSTANT_TRADE_PAY"
	ProductWap  = "QUICK_WAP_WAY"
)

// Trade is one payment at Alipay. Sums are fen.
type Trade struct {
	OutTradeNo     string    `json:"out_trade_no"`
	TradeNo        string    `json:"trade_no"`
	Product        string    `json:"product_code"`
	Status         string    `json:"trade_status"`
	BuyerID        string    `json:"buyer_id"`
	SellerID       string    `json:"seller_id,omitempty"` // the receiver, where a fault makes it another than the app's
	Total          int64     `json:"total_amount"`
	Refunded       int64     `json:"refund_fee"` // all refunds together
	Subject        string    `json:"subject"`
	Body           string    `json:"body,omitempty"`
	PassbackParams string    `json:"passback_params,omitempty"`
	NotifyURL      string    `json:"notify_url,omitempty"`
	Charset        string    `json:"charset"` // of its notifies
	CreatedAt      time.Time `json:"gmt_create"`
	ExpiresAt      time.Time `json:"expires_at"`
	PaidAt         time.Time `json:"gmt_payment,omitzero"`
	ClosedAt       time.Time `json:"gmt_close,omitzero"`
	FinishedAt     time.Time `json:"finished_at,omitzero"`
	Refunds        []Refund  `json:"refunds,omitempty"`
}

// Refund is one refund of a trade. Amount is fen.
type Refund struct {
	OutRequestNo string    `json:"out_request_no"`
	Amount       int64     `json:"refund_amount"`
	Reason       string    `json:"refund_reason,omitempty"`
	Outside      bool      `json:"outside,omitempty"` // made in Alipay's console, not by the shop
	AcceptedAt   time.Time `json:"accepted_at,omitzero"`
	DueAt        time.Time `json:"due_at,omitzero"`     // when its money moves
	At           time.Time `json:"gmt_refund,omitzero"` // when it has moved; zero = accepted only
}

func (r Refund) pending() bool { return r.At.IsZero() }

func (t *Trade) copy() Trade {
	c := *t
	c.Refunds = slices.Clone(t.Refunds)
	return c
}

func (t *Trade) refund(outRequestNo string) (Refund, bool) {
	i := slices.IndexFunc(t.Refunds, func(r Refund) bool { return r.OutRequestNo == outRequestNo })
	if i < 0 {
		return Refund{}, false
	}
	return t.Refunds[i], true
}

// refunding tells whether the money of an accepted refund has not moved yet.
func (t *Trade) refunding() bool { return slices.ContainsFunc(t.Refunds, Refund.pending) }

// promised is the sum of all refunds, including those whose money has not moved yet.
func (t *Trade) promised() (fen int64) {
	for _, r := range t.Refunds {
		fen += r.Amount
	}
	return fen
}

// Trade returns a copy of the trade of an out_trade_no; false before the buyer's login has created it.
func (s *Sandbox) Trade(outTradeNo string) (Trade, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tradeOf(outTradeNo, "")
	if t == nil {
		return Trade{}, false
	}
	return t.copy(), true
}

// Trades returns copies of all trades, newest first.
func (s *Sandbox) Trades() []Trade {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ageAll(s.clock.now())
	all := make([]Trade, 0, len(s.state.trades))
	for _, t := range s.state.trades {
		all = append(all, t.copy())
	}
	slices.SortFunc(all, func(a, b Trade) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.OutTradeNo, a.OutTradeNo))
	})
	return all
}

// tradeOf finds a trade in its present state, or nil; tradeNo wins over outTradeNo. s.mu is held.
func (s *Sandbox) tradeOf(outTradeNo, tradeNo string) *Trade {
	t := s.state.trades[outTradeNo]
	if tradeNo != "" {
		t = s.state.byTradeNo[tradeNo]
	}
	if t != nil {
		s.age(t, s.clock.now())
	}
	return t
}

// create makes the trade of a cashier visit, or joins the one that is already there. s.mu is held.
func (s *Sandbox) create(c *cashier, buyerID string) (*Trade, error) {
	now := s.clock.now()
	if err := s.payable(c, now); err != nil {
		return nil, err
	}
	if buyerID == s.cfg.SellerID {
		return nil, errBuyerIsSeller
	}
	if t := s.tradeOf(c.OutTradeNo, ""); t != nil {
		if t.BuyerID != buyerID {
			return nil, errOtherBuyer
		}
		return t, nil
	}
	t := &Trade{
		OutTradeNo: c.OutTradeNo, TradeNo: newTradeNo(now), Product: c.Product, Status: WaitBuyerPay, BuyerID: buyerID,
		Total: c.Total, Subject: c.Subject, Body: c.Body, PassbackParams: c.PassbackParams, NotifyURL: c.NotifyURL,
		Charset: c.Charset, CreatedAt: now, ExpiresAt: s.tradeDeadline(c, now),
	}
	if _, hit := s.takeFault(WrongPID, faulty{outTradeNo: t.OutTradeNo}); hit {
		t.SellerID = forged["seller_id"]
	}
	s.save(record{Trade: t})
	s.emit(t, WaitBuyerPay, nil)
	return t, nil
}

// payable returns nil if something can be paid at a cashier visit, or else why not. s.mu is held.
func (s *Sandbox) payable(c *cashier, now time.Time) error {
	t := s.tradeOf(c.OutTradeNo, "")
	switch {
	case t == nil && expired(s.linkDeadline(c), now):
		return errLinkExpired
	case t == nil:
		return nil
	case t.Status == TradeClosed && t.PaidAt.IsZero() && expired(t.ExpiresAt, now):
		return errLinkExpired
	case t.Status == TradeClosed:
		return errTradeClosed
	case t.Status == TradeSuccess || t.Status == TradeFinished:
		return errTradePaid
	case t.Total != c.Total || t.Subject != c.Subject || t.Body != c.Body:
		return errOtherData
	}
	return nil
}

// pay takes the money of a trade that waits for it. s.mu is held.
func (s *Sandbox) pay(t *Trade) error {
	buyer := s.state.account(t.BuyerID)
	if buyer.Balance < t.Total {
		return errBuyerBalance
	}
	s.credit(buyer.ID, -t.Total)
	s.credit(s.receiver(t), t.Total)
	t.Status, t.PaidAt = TradeSuccess, s.clock.now()
	s.save(record{Trade: t})
	s.emit(t, TradeSuccess, nil)
	return nil
}

// receiver is the PID of the seller who gets the money.
func (s *Sandbox) receiver(t *Trade) string { return cmp.Or(t.SellerID, s.cfg.SellerID) }
