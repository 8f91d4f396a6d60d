package sandbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
)

// Pay does without a browser what a buyer does at the cashier: it logs in and pays. link is the address
// to which the shop sends the buyer's browser, or the address of the cashier, or the out_trade_no of a
// cashier that was opened before. buyer is the ID of an account; if it is empty, the buyer is the one
// who logged in before, or else BuyerRich. The error says why the cashier refuses, like
// ACQ.TRADE_HAS_CLOSE.
func (s *Sandbox) Pay(link, buyer string) error { return s.atCashier(link, buyer, s.payAs) }

// OpenTrade does the login alone, which makes the trade and leaves it in WAIT_BUYER_PAY; link and
// buyer are those of Pay. The phone's cashier has no such step.
func (s *Sandbox) OpenTrade(link, buyer string) error { return s.atCashier(link, buyer, s.enter) }

func (s *Sandbox) atCashier(link, buyer string, act func(*cashier, string) error) error {
	c, err := s.follow(link)
	if err != nil {
		return fmt.Errorf("cashier at %.200q: %w", link, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if buyer = cmp.Or(buyer, s.likelyBuyer(c)); s.state.account(buyer) == nil {
		return fmt.Errorf("cashier of %s: no account %q", c.OutTradeNo, buyer)
	}
	if err := act(c, buyer); err != nil {
		return fmt.Errorf("cashier of %s: %w", c.OutTradeNo, err)
	}
	return nil
}

var errNoCashier = errors.New("no cashier was opened there")

// follow finds the cashier visit to which a link leads. If the link is the shop's, it opens a new one.
func (s *Sandbox) follow(link string) (*cashier, error) {
	u, err := url.Parse(link)
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(u.Path, gatewayPath) {
		return s.followGateway(link)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.state.lastVisit[link]; c != nil {
		return c, nil
	}
	if c := s.state.cashiers[path.Base(u.Path)]; c != nil {
		return c, nil
	}
	return nil, errNoCashier
}

func (s *Sandbox) followGateway(link string) (*cashier, error) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, link, nil) // it is read here, never sent
	if err != nil {
		return nil, err
	}
	q, err := s.readRequest(r)
	if err != nil {
		return nil, err
	}
	product, isPage := pageMethods[q.get("method")]
	if !isPage {
		return nil, fmt.Errorf("%s is not opened by a browser", cmp.Or(q.get("method"), "no method"))
	}
	c, err := s.openCashier(pageCall{q, product, s.checkCommon(q)})
	s.logCall(q, err)
	return c, err
}

// likelyBuyer is who pays when nobody is named. s.mu is held.
func (s *Sandbox) likelyBuyer(c *cashier) string {
	if t := s.tradeOf(c.OutTradeNo, ""); t != nil {
		return t.BuyerID
	}
	return BuyerRich
}

// buyerActs lets the buyer pay at the moment that a fault names, if there is something to pay. s.mu is
// held.
func (s *Sandbox) buyerActs(fault string, ref tradeRef) {
	outTradeNo := ref.OutTradeNo
	if t := s.state.byTradeNo[ref.TradeNo]; t != nil {
		outTradeNo = t.OutTradeNo
	}
	c := s.state.lastVisit[outTradeNo]
	if c == nil || s.payable(c, s.clock.now()) != nil {
		return
	}
	if _, hit := s.takeFault(fault, faulty{outTradeNo: outTradeNo}); !hit {
		return
	}
	if err := s.payAs(c, s.likelyBuyer(c)); err != nil {
		s.log.Info("fault", "name", fault, "out_trade_no", outTradeNo, "error", err)
	}
}
