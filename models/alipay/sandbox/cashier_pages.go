package sandbox

import (
	"cmp"
	"net/http"
	"net/url"
	"time"
)

// cashierPage is what the templates of a visit show.
type cashierPage struct {
	Title     string
	Path      string
	Visit     cashier
	BuyerName string
	TradeNo   string
	Deadline  time.Time
	Buyers    []Account
	Chosen    string
	Password  string
	Problem   string // why the last attempt was refused
	SubCode   string
}

func newCashierPage(title string, v visitView) cashierPage {
	page := cashierPage{Title: title, Path: v.path(), Visit: v.cashier, Deadline: v.deadline, Password: Password}
	if v.trade != nil {
		page.BuyerName, page.TradeNo = v.buyer.Name+" "+v.buyer.LogonID, v.trade.TradeNo
	}
	return page
}

// visitPage finds the visit of a token before its handler runs.
func (s *Sandbox) visitPage(next func(http.ResponseWriter, *http.Request, visitView)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		view, found := s.visit(r.PathValue("token"))
		if !found {
			s.render(w, http.StatusNotFound, "notice.html", notice{Title: "页面不存在", Text: "请从商家的订单页重新打开收银台。"})
			return
		}
		next(w, r, view)
	}
}

func (s *Sandbox) showVisit(w http.ResponseWriter, _ *http.Request, v visitView) {
	switch {
	case v.Paid:
		s.showPaid(w, v)
	case v.closed != nil:
		s.renderRefusal(w, v.closed, v.exit())
	default:
		s.showForm(w, http.StatusOK, v, nil)
	}
}

// showForm shows the step that the visit has reached, and what went wrong in the last attempt.
func (s *Sandbox) showForm(w http.ResponseWriter, status int, v visitView, problem error) {
	page := newCashierPage("收银台", v)
	page.Buyers = s.Accounts()
	page.Chosen = cmp.Or(v.chosen, v.buyer.ID, page.Buyers[0].ID)
	if problem != nil {
		r := asRefusal(problem)
		page.Problem, page.SubCode = r.SubMsg, r.SubCode
	}
	name := "cashier.html"
	if v.wap() {
		name = "wap.html"
	}
	s.render(w, status, name, page)
}

func (s *Sandbox) postLogin(w http.ResponseWriter, r *http.Request, v visitView) {
	if err := s.login(v.Token, r.PostFormValue("buyer")); err != nil {
		s.refuseAttempt(w, r, err)
		return
	}
	http.Redirect(w, r, v.path(), http.StatusSeeOther)
}

func (s *Sandbox) postPay(w http.ResponseWriter, r *http.Request, v visitView) {
	if err := s.payVisit(v.Token, r.PostFormValue("buyer"), r.PostFormValue("password")); err != nil {
		s.refuseAttempt(w, r, err)
		return
	}
	http.Redirect(w, r, v.path(), http.StatusSeeOther)
}

// refuseAttempt shows the form again if the buyer can do something about it. Otherwise it shows the end
// of the visit.
func (s *Sandbox) refuseAttempt(w http.ResponseWriter, r *http.Request, problem error) {
	v, _ := s.visit(r.PathValue("token"))
	switch {
	case v.Paid:
		http.Redirect(w, r, v.path(), http.StatusSeeOther)
	case v.closed != nil:
		s.renderRefusal(w, v.closed, v.exit())
	default:
		v.chosen = r.PostFormValue("buyer")
		s.showForm(w, http.StatusUnprocessableEntity, v, problem)
	}
}

// postAbandon leaves the cashier unpaid. The trade, if there is one, stays open, and so does the link.
func (s *Sandbox) postAbandon(w http.ResponseWriter, r *http.Request, v visitView) {
	s.render(w, http.StatusOK, "notice.html", notice{
		Title: "已放弃付款", Text: "没有扣款。截止时间之前仍可从商家的订单页继续付款。", Link: v.exit(), Label: "返回商家",
	})
}

// exit is where a buyer who does not pay goes: the address in the request, or else the shop's front
// page.
func (v visitView) exit() string {
	for _, address := range []string{v.QuitURL, v.FromURL} {
		if address != "" {
			return address
		}
	}
	u, err := url.Parse(v.ReturnURL)
	if err != nil || u.Host == "" {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"}).String()
}

func (s *Sandbox) postSkipReturn(w http.ResponseWriter, r *http.Request, v visitView) {
	s.skipReturn(v.Token)
	http.Redirect(w, r, v.path(), http.StatusSeeOther)
}
