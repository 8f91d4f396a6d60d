package sandbox

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"
	"time"

	"luffy/models/alipay"
)

// method answers one API method. It returns what the answer contains besides code and msg.
type method func(*Sandbox, *request) (any, error)

// apiMethods are called by servers and answered with signed JSON.
var apiMethods = map[string]method{
	"alipay.trade.query":                             (*Sandbox).query,
	"alipay.trade.close":                             (*Sandbox).closeTrade,
	"alipay.trade.cancel":                            (*Sandbox).cancelTrade,
	"alipay.trade.refund":                            (*Sandbox).refundTrade,
	"alipay.trade.fastpay.refund.query":              (*Sandbox).queryRefund,
	"alipay.data.dataservice.bill.downloadurl.query": (*Sandbox).queryBill,
}

// pageMethods are opened by the buyer's browser and answered with pages.
var pageMethods = map[string]string{
	"alipay.trade.page.pay": ProductPage,
	"alipay.trade.wap.pay":  ProductWap,
}

func (s *Sandbox) serveGateway(w http.ResponseWriter, r *http.Request) {
	q, err := s.readRequest(r)
	if err != nil {
		s.answerUnread(w, err)
		return
	}
	q.base = s.base(r)
	err = s.checkCommon(q)
	if product, isPage := pageMethods[q.get("method")]; isPage {
		s.servePageMethod(w, r, pageCall{q, product, err})
		return
	}
	s.serveAPI(w, r, q, err)
}

func (s *Sandbox) servePageMethod(w http.ResponseWriter, r *http.Request, call pageCall) {
	c, err := s.openCashier(call)
	s.logCall(call.request, err)
	if err != nil {
		s.renderRefusal(w, err, "")
		return
	}
	http.Redirect(w, r, call.base+c.path(), http.StatusFound)
}

// base is the outside address of this server.
func (s *Sandbox) base(r *http.Request) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.baseURL != "" {
		return s.baseURL
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// requiredCommon are the parameters that every request needs, in the sequence in which the gateway
// checks them.
var requiredCommon = []struct{ name, what string }{
	{"method", "method"},
	{"app_id", "app-id"},
	{"sign_type", "signature-type"},
	{"sign", "signature"},
	{"timestamp", "timestamp"},
	{"version", "version"},
	{"charset", "charset"},
}

// checkCommon makes every check of the gateway that does not depend on the method. It checks the
// signature last, because that refusal repeats the text that was checked.
func (s *Sandbox) checkCommon(q *request) error {
	for _, p := range requiredCommon {
		if q.get(p.name) == "" {
			return missing(p.what, p.name)
		}
	}
	if err := s.checkValues(q); err != nil {
		return err
	}
	text := requestText(q.signed)
	if errors.Is(verify(s.cfg.AppPublicKey, text, q.get("sign")), errBadSignature) {
		return invalid("signature", "验签出错，请核对应用私钥与应用公钥是否成对；网关的待验签字符串为："+requestText(q.params))
	}
	return nil
}

func (s *Sandbox) checkValues(q *request) error {
	_, isAPI := apiMethods[q.get("method")]
	_, isPage := pageMethods[q.get("method")]
	switch {
	case !isAPI && !isPage:
		return invalid("method", "不存在的接口："+q.get("method"))
	case subtle.ConstantTimeCompare([]byte(q.get("app_id")), []byte(s.cfg.AppID)) != 1:
		return invalid("app-id", "无效的应用标识 app_id")
	case q.get("sign_type") != "RSA2":
		return invalid("signature-type", "sign_type 须为 RSA2")
	case !isUTF8(q.get("charset")) && !isGBK(q.get("charset")):
		return invalid("charset", "charset 须为 utf-8、GBK 或 GB2312")
	case q.get("version") != "1.0":
		return invalid("version", "version 须为 1.0")
	case q.get("format") != "" && !strings.EqualFold(q.get("format"), "JSON"):
		return invalid("format", "format 须为 JSON")
	case !s.nearNow(q.get("timestamp")):
		return invalid("timestamp", "timestamp 须为北京时间 yyyy-MM-dd HH:mm:ss，且与网关时间相近")
	}
	return nil
}

// nearNow says whether a timestamp is near the present. Near the base clock is as good as near the
// virtual one: a test that moves the virtual clock by hours does not move the shop's.
func (s *Sandbox) nearNow(timestamp string) bool {
	at, err := alipay.ParseTime(timestamp)
	if err != nil {
		return false
	}
	window := 24 * time.Hour
	if s.cfg.Strict {
		window = 30 * time.Minute
	}
	return at.Sub(s.clock.now()).Abs() <= window || at.Sub(s.cfg.Now()).Abs() <= window
}
