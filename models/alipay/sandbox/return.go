package sandbox

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"luffy/models/alipay"
)

// returnDelay is how many seconds the success page stays before it goes back to the shop.
const returnDelay = 5

type paidPage struct {
	cashierPage
	Delay  int
	Return string // "" = no way back: none was asked for, or it is switched off
}

func (s *Sandbox) showPaid(w http.ResponseWriter, v visitView) {
	page := paidPage{cashierPage: newCashierPage("支付成功", v), Delay: returnDelay}
	if v.ReturnURL != "" && !v.ReturnFaults.on(ReturnNone) {
		page.Return = v.path() + "/return"
	}
	s.render(w, http.StatusOK, "paid.html", page)
}

// sendBack is the synchronous return: the browser goes to return_url with the signed parameters.
func (s *Sandbox) sendBack(w http.ResponseWriter, r *http.Request, v visitView) {
	if !v.Paid || v.ReturnURL == "" || v.ReturnFaults.on(ReturnNone) {
		http.Redirect(w, r, v.path(), http.StatusSeeOther)
		return
	}
	if v.ReturnFaults.on(NotifyBeforeReturn) {
		s.awaitNotify(r.Context(), v.OutTradeNo)
	}
	address := s.rememberReturn(v)
	if v.ReturnFaults.on(ReturnTwice) || v.ReturnFaults.on(ReturnOtherBrowser) {
		ctx := context.WithoutCancel(r.Context()) // the other client is not this buyer's browser
		s.background.Go(func() { s.fetch(ctx, address) })
	}
	s.releaseReturned(v.OutTradeNo)
	if v.ReturnFaults.on(ReturnOtherBrowser) {
		s.render(w, http.StatusOK, "notice.html", notice{
			Title: "支付成功", Text: "结果页已在另一个浏览器中打开。本页可以关闭，请回到商家的订单页查看。",
		})
		return
	}
	http.Redirect(w, r, address, http.StatusFound)
}

// returnOrder is the sequence in which the real gateway was seen to send the twelve parameters.
var returnOrder = []string{
	"charset", "out_trade_no", "method", "total_amount", "sign", "trade_no",
	"auth_app_id", "version", "app_id", "sign_type", "seller_id", "timestamp",
}

func (s *Sandbox) returnAddress(v visitView) string {
	params := map[string]string{
		"charset":      v.Charset,
		"out_trade_no": v.OutTradeNo,
		"method":       "alipay.trade.page.pay.return",
		"total_amount": alipay.FormatAmount(v.trade.Total),
		"trade_no":     v.trade.TradeNo,
		"auth_app_id":  s.cfg.AppID,
		"version":      "1.0",
		"app_id":       s.cfg.AppID,
		"sign_type":    "RSA2",
		"seller_id":    s.receiver(v.trade),
		"timestamp":    alipay.FormatTime(s.clock.now()),
	}
	if v.wap() {
		params["method"] = "alipay.trade.wap.pay.return"
	}
	if v.ReturnFaults.on(ReturnUTF8) {
		params["charset"] = "utf8"
	}
	params["sign"] = sign(s.cfg.Signer, messageText(params))
	v.ReturnFaults.tamper(params)
	return withQuery(v.ReturnURL, params)
}

// withQuery appends the parameters. If the shop's address has a query of its own, that stays in front,
// outside the signature. This breaks such addresses, as the real gateway does.
func withQuery(address string, params map[string]string) string {
	var pairs []string
	for _, name := range returnOrder {
		// The real return was seen to have %20 for a space; the notify has +.
		value := strings.ReplaceAll(url.QueryEscape(params[name]), "+", "%20")
		pairs = append(pairs, name+"="+value)
	}
	separator := "?"
	if strings.Contains(address, "?") {
		separator = "&"
	}
	return address + separator + strings.Join(pairs, "&")
}
