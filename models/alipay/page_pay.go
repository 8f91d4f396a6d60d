package alipay

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	methodPagePay = "alipay.trade.page.pay"
	methodWapPay  = "alipay.trade.wap.pay"

	maxSubject = 256 // characters
	maxBody    = 128 // characters
)

// PagePay is one payment to be made at Alipay's cashier.
type PagePay struct {
	OutTradeNo string    // letters, digits and underscores, at most 64; never used before for another sum
	Amount     int64     // fen, 1 to 10,000,000,000
	Subject    string    // shown to the buyer; goes through CleanSubject
	Body       string    // optional; goes through CleanSubject
	Expires    time.Time // when link and trade die, at most 15 days ahead; zero: Alipay's default of 15 days
	ReturnURL  string    // where the browser returns; without query, because its parameters would join the signed ones
	NotifyURL  string    // where Alipay posts the result
	QuitURL    string    // where the buyer goes who gives up; required for WapPayURL
}

// pagePayContent is the biz_content of both cashiers. It has no goods_type: Alipay's documents no longer
// list it, and of "0" they said 虚拟类商品不支持使用花呗渠道, so that nobody could have paid by 花呗.
type pagePayContent struct {
	OutTradeNo     string `json:"out_trade_no"`
	TotalAmount    string `json:"total_amount"`
	Subject        string `json:"subject"`
	Body           string `json:"body,omitempty"`
	ProductCode    string `json:"product_code"`
	TimeExpire     string `json:"time_expire,omitempty"`
	QRPayMode      string `json:"qr_pay_mode,omitempty"`
	RequestFromURL string `json:"request_from_url,omitempty"`
	QuitURL        string `json:"quit_url,omitempty"`
}

// PagePayURL returns the link to the computer's cashier (电脑网站支付). Opening it makes no trade
// yet: query and close answer TRADE_NOT_EXIST until the buyer scans or logs in. The link can be
// paid by whoever has it.
func (c *Client) PagePayURL(p PagePay) (string, error) {
	content, err := c.pagePayContent(p)
	if err != nil {
		return "", fmt.Errorf("page pay: %w", err)
	}
	content.ProductCode = "FAST_INSTANT_TRADE_PAY"
	content.QRPayMode = "2" // the whole page is the cashier
	content.RequestFromURL = p.QuitURL
	return c.cashierURL(methodPagePay, content, p)
}

// WapPayURL returns the link to the phone's cashier (手机网站支付).
func (c *Client) WapPayURL(p PagePay) (string, error) {
	content, err := c.pagePayContent(p)
	if err == nil && p.QuitURL == "" {
		err = errors.New("quit_url is missing")
	}
	if err != nil {
		return "", fmt.Errorf("wap pay: %w", err)
	}
	content.ProductCode = "QUICK_WAP_WAY"
	content.QuitURL = p.QuitURL
	return c.cashierURL(methodWapPay, content, p)
}

// cashierURL puts everything, charset included, into the query: without a charset there the gateway
// reads GBK.
func (c *Client) cashierURL(method string, content pagePayContent, p PagePay) (string, error) {
	biz, err := json.Marshal(content)
	if err != nil {
		return "", err
	}
	params, err := c.request(method, biz, map[string]string{"return_url": p.ReturnURL, "notify_url": p.NotifyURL})
	if err != nil {
		return "", err
	}
	return c.gateway + "?" + params.Encode(), nil
}

func (c *Client) pagePayContent(p PagePay) (pagePayContent, error) {
	content := pagePayContent{
		OutTradeNo:  p.OutTradeNo,
		TotalAmount: FormatAmount(p.Amount),
		Subject:     CleanSubject(p.Subject, maxSubject),
		Body:        CleanSubject(p.Body, maxBody),
	}
	if !p.Expires.IsZero() {
		content.TimeExpire = FormatTime(p.Expires)
	}
	faults := []error{
		checkNumber("out_trade_no", p.OutTradeNo),
		checkAmount(p.Amount),
		checkExpiry(p.Expires, c.now()),
		checkAddress("return_url", p.ReturnURL, 256),
		checkAddress("notify_url", p.NotifyURL, 256),
		checkAddress("quit_url", p.QuitURL, 256),
	}
	if content.Subject == "" {
		faults = append(faults, errors.New("subject has no usable character"))
	}
	if strings.Contains(p.ReturnURL, "?") {
		faults = append(faults, errors.New("return_url has a query"))
	}
	return content, errors.Join(faults...)
}
