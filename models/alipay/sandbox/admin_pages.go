package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

type adminView struct {
	Title      string
	Clock      clockView
	Trades     []Trade
	Faults     []Fault
	FaultNames []string
	Accounts   []Account
	BillDays   []BillDay
	Calls      []Call
}

// shownRows bounds the tables of the admin page; the JSON API has everything.
const shownRows = 100

func (s *Sandbox) showAdmin(w http.ResponseWriter, _ *http.Request) {
	trades, calls, days := s.Trades(), s.Calls(), s.BillDays()
	slices.Reverse(calls)
	s.render(w, http.StatusOK, "admin.html", adminView{
		Title: "管理", Clock: s.clockView(), Faults: s.Faults(), FaultNames: faultNames, Accounts: s.Accounts(),
		Trades: trades[:min(shownRows, len(trades))], Calls: calls[:min(shownRows, len(calls))],
		BillDays: days[:min(shownRows, len(days))],
	})
}

type adminTradeView struct {
	Title string
	tradeView
}

func (s *Sandbox) showAdminTrade(w http.ResponseWriter, r *http.Request) {
	view, exists := s.tradeView(r.PathValue("out_trade_no"))
	if !exists {
		s.render(w, http.StatusNotFound, "notice.html", notice{Title: "没有这笔交易", Link: "/admin", Label: "回到管理页"})
		return
	}
	s.render(w, http.StatusOK, "admin_trade.html", adminTradeView{"交易 " + view.Trade.OutTradeNo, view})
}

// adminPage is the page of ours from which a form came.
func adminPage(referer string) string {
	if u, err := url.Parse(referer); err == nil && strings.HasPrefix(u.Path, "/admin/trades/") {
		return u.EscapedPath()
	}
	return "/admin"
}
