package sandbox

import (
	"time"

	"luffy/models/alipay"
)

// cashier is one visit of a browser to the cashier: what the page request asked for, and how far the
// buyer has come. It is found by its token alone, because before the login it belongs to no account.
type cashier struct {
	Token          string        `json:"token"`
	Product        string        `json:"product_code"`
	OutTradeNo     string        `json:"out_trade_no"`
	Total          int64         `json:"total_amount"`
	Subject        string        `json:"subject"`
	Body           string        `json:"body,omitempty"`
	PassbackParams string        `json:"passback_params,omitempty"`
	Charset        string        `json:"charset"` // as the request spelt it; return and notify repeat it
	ReturnURL      string        `json:"return_url,omitempty"`
	NotifyURL      string        `json:"notify_url,omitempty"`
	QuitURL        string        `json:"quit_url,omitempty"`
	FromURL        string        `json:"request_from_url,omitempty"`
	TimeExpire     time.Time     `json:"time_expire,omitzero"`
	Timeout        time.Duration `json:"timeout"`
	EndOfDay       bool          `json:"end_of_day,omitempty"`
	CreatedAt      time.Time     `json:"created_at"`
	BuyerID        string        `json:"buyer_id,omitempty"` // after the login
	Paid           bool          `json:"paid,omitempty"`     // by this visit
	SkipReturn     bool          `json:"skip_return,omitempty"`
	ReturnFaults   returnFaults  `json:"return_faults,omitempty"` // decided at the payment
}

func (c *cashier) wap() bool { return c.Product == ProductWap }

func (c *cashier) path() string {
	if c.wap() {
		return "/wap/" + c.Token
	}
	return "/cashier/" + c.Token
}

// linkDeadline is when a visit can no longer make a trade; zero = never. On the PC a relative timeout
// counts from the first request of the out_trade_no, on the phone only from the trade. s.mu is held.
func (s *Sandbox) linkDeadline(c *cashier) time.Time {
	if c.TimeExpire.IsZero() && c.wap() {
		return time.Time{}
	}
	return s.tradeDeadline(c, s.state.firstAsked[c.OutTradeNo])
}

// tradeDeadline is when a trade of this visit closes if it is not paid. s.mu is held.
func (s *Sandbox) tradeDeadline(c *cashier, now time.Time) time.Time {
	from := now
	if !c.wap() {
		from = s.state.firstAsked[c.OutTradeNo]
	}
	switch {
	case !c.TimeExpire.IsZero():
		return c.TimeExpire
	case c.EndOfDay:
		return endOfDay(from)
	default:
		return from.Add(c.Timeout)
	}
}

func endOfDay(t time.Time) time.Time {
	year, month, day := t.In(alipay.Zone).Date()
	return time.Date(year, month, day+1, 0, 0, 0, 0, alipay.Zone)
}

// visit returns copies of a cashier visit and, if there is one, of its trade. If nothing can be paid
// there, it also returns why.
func (s *Sandbox) visit(token string) (view visitView, found bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.state.cashiers[token]
	if c == nil {
		return visitView{}, false
	}
	view = visitView{cashier: *c, closed: s.payable(c, s.clock.now()), deadline: s.linkDeadline(c)}
	if t := s.tradeOf(c.OutTradeNo, ""); t != nil {
		view.trade, view.deadline = new(t.copy()), t.ExpiresAt
		view.buyer = *s.state.account(t.BuyerID)
	}
	return view, true
}

type visitView struct {
	cashier
	trade    *Trade
	buyer    Account
	deadline time.Time
	chosen   string // buyer of a refused attempt
	closed   error  // why nothing can be paid here (any more)
}

// login is the buyer's 扫码 or 登录: on the PC it creates the trade.
func (s *Sandbox) login(token, buyerID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.enter(s.state.cashiers[token], buyerID)
}

// enter is login with s.mu held.
func (s *Sandbox) enter(c *cashier, buyerID string) error {
	switch {
	case c.wap():
		return badParameter("手机收银台没有登录这一步")
	case s.state.account(buyerID) == nil:
		return badParameter("请选择买家")
	}
	if _, err := s.create(c, buyerID); err != nil {
		return err
	}
	c.BuyerID = buyerID
	s.save(record{Cashier: c})
	return nil
}

// payVisit takes the password. On the phone the buyer is named in the same step, and only the right
// password makes the trade.
func (s *Sandbox) payVisit(token, buyerID, password string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.state.cashiers[token]
	if !c.wap() {
		buyerID = c.BuyerID
	}
	switch {
	case s.state.account(buyerID) == nil:
		return badParameter("请先选择买家")
	case password != Password:
		return errWrongPassword
	}
	return s.payAs(c, buyerID)
}

// payAs pays at a cashier visit with the money of a known buyer. s.mu is held.
func (s *Sandbox) payAs(c *cashier, buyerID string) error {
	t, err := s.create(c, buyerID)
	if err != nil {
		return err
	}
	if err := s.pay(t); err != nil {
		return err
	}
	c.BuyerID, c.Paid, c.ReturnFaults = buyerID, true, s.takeReturnFaults(c.OutTradeNo)
	s.save(record{Cashier: c})
	return nil
}

// skipReturn keeps the buyer on the success page.
func (s *Sandbox) skipReturn(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.state.cashiers[token]
	c.SkipReturn = true
	s.save(record{Cashier: c})
}
