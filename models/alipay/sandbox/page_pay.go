package sandbox

import (
	"crypto/rand"
	"errors"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"luffy/models/alipay"
)

// pageCall is a request of the buyer's browser together with what the common checks said about it.
type pageCall struct {
	*request
	product string
	refused error
}

// payContent is the part of the biz_content of both page methods that the simulator reads.
type payContent struct {
	OutTradeNo         string `json:"out_trade_no"`
	TotalAmount        string `json:"total_amount"`
	Subject            string `json:"subject"`
	Body               string `json:"body"`
	ProductCode        string `json:"product_code"`
	SellerID           string `json:"seller_id"`
	TimeExpire         string `json:"time_expire"`
	TimeoutExpress     string `json:"timeout_express"`
	QrPayMode          string `json:"qr_pay_mode"`
	PassbackParams     string `json:"passback_params"`
	QuitURL            string `json:"quit_url"`
	RequestFromURL     string `json:"request_from_url"`
	EnablePayChannels  string `json:"enable_pay_channels"`
	DisablePayChannels string `json:"disable_pay_channels"`
}

const (
	minTimeout = time.Minute
	maxTimeout = 15 * 24 * time.Hour
	maxTotal   = 100_000_000_00 // fen
)

var (
	tradeNumber  = regexp.MustCompile(`^[0-9A-Za-z_]{1,64}$`)
	strictAmount = regexp.MustCompile(`^(0|[1-9][0-9]{0,8})\.[0-9]{2}$`)
	timeoutForm  = regexp.MustCompile(`^([1-9][0-9]{0,4})([mhd])$`)
)

// parseFen reads a sum in yuan with exactly two decimals. The real gateway takes 310 too; the
// simulator is stricter on purpose, as an amount printed from a float shows by its decimals.
func parseFen(amount string) (int64, bool) {
	if !strictAmount.MatchString(amount) {
		return 0, false
	}
	fen, err := alipay.ParseAmount(amount)
	return fen, err == nil
}

// openCashier takes a page request and returns the visit to which the browser is sent. It makes no
// trade.
func (s *Sandbox) openCashier(call pageCall) (*cashier, error) {
	if call.refused != nil {
		return nil, call.refused
	}
	var content payContent
	if err := call.biz(&content); err != nil {
		return nil, err
	}
	if err := s.checkPay(call, content); err != nil {
		return nil, err
	}
	c, err := s.newCashier(call, content)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c.CreatedAt = s.clock.now()
	if _, asked := s.state.firstAsked[c.OutTradeNo]; !asked {
		s.state.firstAsked[c.OutTradeNo] = c.CreatedAt
	}
	if err := s.payable(c, c.CreatedAt); err != nil {
		return nil, err
	}
	s.save(record{Cashier: c})
	return c, nil
}

func (s *Sandbox) checkPay(call pageCall, p payContent) error {
	switch fen, ok := parseFen(p.TotalAmount); {
	case !tradeNumber.MatchString(p.OutTradeNo):
		return badParameter("商户订单号 out_trade_no 须为 1 至 64 位字母、数字、下划线")
	case !ok || fen < 1 || fen > maxTotal:
		return badParameter("订单总金额 total_amount 格式错误，须为 0.01 至 100000000.00 的两位小数文本")
	case p.ProductCode != call.product:
		return badParameter("product_code 须为 " + call.product)
	case p.SellerID != "" && p.SellerID != s.cfg.SellerID:
		return business("INVALID_RECEIVE_ACCOUNT", "收款账户不是签约商家")
	}
	return checkDescription(call, p)
}

func checkDescription(call pageCall, p payContent) error {
	switch length := utf8.RuneCountInString(p.Subject); {
	case length < 1 || length > 256 || strings.ContainsAny(p.Subject, "/=&\r\n"):
		return badParameter("订单标题 subject 须为 1 至 256 个字，且不含 / = & 与换行")
	case utf8.RuneCountInString(p.Body) > 128:
		return badParameter("body 超过 128 个字")
	case len(p.PassbackParams) > 512:
		return badParameter("passback_params 超过 512 个字符")
	case p.EnablePayChannels != "" && p.DisablePayChannels != "":
		return badParameter("enable_pay_channels 与 disable_pay_channels 不能同时使用")
	case p.QrPayMode != "" && !strings.Contains("01234", p.QrPayMode):
		return badParameter("qr_pay_mode 须为 0 至 4")
	}
	return checkAddresses(call, p)
}

func checkAddresses(call pageCall, p payContent) error {
	for name, address := range map[string]string{
		"return_url": call.get("return_url"), "notify_url": call.get("notify_url"),
		"quit_url": p.QuitURL, "request_from_url": p.RequestFromURL,
	} {
		if address != "" && !webAddress(address) {
			return badParameter(name + " 须为 http 或 https 的完整地址，至多 256 个字符")
		}
	}
	return nil
}

func webAddress(address string) bool {
	u, err := url.Parse(address)
	return err == nil && len(address) <= 256 && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

func (s *Sandbox) newCashier(call pageCall, p payContent) (*cashier, error) {
	total, _ := parseFen(p.TotalAmount)
	c := &cashier{
		Token: rand.Text(), Product: call.product, OutTradeNo: p.OutTradeNo, Total: total, Subject: p.Subject,
		Body: p.Body, PassbackParams: p.PassbackParams, QuitURL: p.QuitURL, FromURL: p.RequestFromURL,
		ReturnURL: call.get("return_url"), NotifyURL: call.get("notify_url"),
		Charset: call.get("charset"), Timeout: maxTimeout,
	}
	if p.TimeoutExpress != "" {
		var ok bool
		if c.Timeout, c.EndOfDay, ok = parseTimeout(p.TimeoutExpress); !ok {
			return nil, badParameter("timeout_express 须如 30m、2h、1d、1c，在 1m 至 15d 之间，不用小数")
		}
	}
	if p.TimeExpire != "" {
		at, err := s.timeExpire(p.TimeExpire, call.get("timestamp"))
		if err != nil {
			return nil, err
		}
		c.TimeExpire = at
	}
	return c, nil
}

// timeExpire reads the absolute deadline. Its range counts from the moment of the request by the
// sender's clock, so that a shop whose deadline has already passed is told so by the expired page
// and not by a parameter error.
func (s *Sandbox) timeExpire(text, timestamp string) (time.Time, error) {
	at, err := alipay.ParseTime(text)
	sent, err2 := alipay.ParseTime(timestamp)
	if errors.Join(err, err2) != nil {
		return time.Time{}, badParameter("time_expire 须为 yyyy-MM-dd HH:mm:ss")
	}
	switch ahead := at.Sub(sent); {
	case ahead <= 0:
		return time.Time{}, errLinkExpired
	case s.cfg.Strict && ahead < minTimeout || ahead > maxTimeout:
		return time.Time{}, badParameter("time_expire 须在请求后 1 分钟至 15 天之间")
	}
	return at, nil
}

// parseTimeout reads timeout_express: minutes, hours, days, or 1c for the end of the day.
func parseTimeout(text string) (d time.Duration, endOfDay, ok bool) {
	if text == "1c" {
		return maxTimeout, true, true
	}
	parts := timeoutForm.FindStringSubmatch(text)
	if parts == nil {
		return 0, false, false
	}
	n, err := strconv.Atoi(parts[1])
	d = time.Duration(n) * map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}[parts[2]]
	return d, false, err == nil && d >= minTimeout && d <= maxTimeout
}
