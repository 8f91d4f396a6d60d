package handlers

import (
	"context"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/models/payment"
	"luffy/views"
)

// onError is the one place where an error becomes a page. The page never shows the error's text;
// requestLog writes that.
func (s *shop) onError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	p := errorPage(statusOf(err))
	if errors.Is(err, payment.ErrReturn) {
		p = returnRefused
		p.Back = backToOrder(c.QueryParam("out_trade_no"))
	}
	if tooMany, ok := errors.AsType[models.TooManyError](err); ok {
		p = s.tooMany(c, tooMany.Until)
	}
	if errors.Is(err, errOtherUser) {
		p = otherUser(visitorOf(c).Username)
	}
	if p.Status == http.StatusServiceUnavailable {
		c.Response().Header().Set(echo.HeaderRetryAfter, retryAfter)
	}
	p.Page = s.frame(c)
	if !strings.HasPrefix(c.Path(), staffPath) { // which to students looks like no address at all
		p.OrderNumber = orderNumberIn(c.Param("number"))
	}
	if unstarted, ok := errors.AsType[unstartedError](err); ok && p.Status >= http.StatusInternalServerError {
		p.OrderNumber, p.Advice = unstarted.number, "订单已经保存，没有丢失。请稍后在我的订单中再去付款。"
	}
	if p.Back == (views.Link{}) {
		p.Back = wayOn(c, p)
	}
	if failed := render(c, p.Status, views.ErrorPage(p)); failed != nil {
		s.log.ErrorContext(c.Request().Context(), "error page failed", "error", failed)
	}
}

// retryAfter is the Retry-After of a 503, in seconds.
const retryAfter = "5"

// unstartedError says why the student could not be sent to the cashier. The order exists all the same.
type unstartedError struct {
	number string
	error
}

func (e unstartedError) Unwrap() error { return e.error }

// wayOn leads back to what the visitor was doing: the page of the form, My Orders, or, with an empty
// link, the course list.
func wayOn(c echo.Context, p views.Error) views.Link {
	switch address := c.Request().URL.Path; {
	case visitorOf(c).IsStaff && strings.HasPrefix(c.Path(), staffPath):
		return views.Link{Text: "返回工作台", Href: staffPath}
	case p.Status == http.StatusForbidden && comeBackTo(c.Request()) != "/":
		return views.Link{Text: "返回刚才的页面", Href: comeBackTo(c.Request())}
	case p.OrderNumber != "", strings.HasPrefix(address, "/orders/"), strings.HasPrefix(address, "/myorder/"):
		return views.Link{Text: "查看我的订单", Href: "/myorder/"}
	default:
		return views.Link{}
	}
}

// notFound answers requests that no route takes. Echo also calls it, instead of its own answer, for
// a path that has routes for other methods only; that is a 405, but not to those to whom the address
// must not seem to exist.
func notFound(c echo.Context) error {
	path := echo.GetPath(c.Request()) // as the router reads it: an escaped slash is no slash
	if strings.HasPrefix(path, staffPath) && !visitorOf(c).IsStaff {
		return echo.ErrNotFound
	}
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
		probe := c.Echo().NewContext(nil, nil)
		c.Echo().Router().Find(method, path, probe)
		if probe.Path() != c.Path() {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		return echo.ErrNotFound
	}
	c.Response().Header().Set(echo.HeaderAllow, strings.Join(allowed, ", "))
	return echo.ErrMethodNotAllowed
}

// statusClientLeft is nginx's number for a client that left before the answer. Only the log shows it.
const statusClientLeft = 499

func statusOf(err error) int {
	if errors.Is(err, models.ErrNotFound) {
		return http.StatusNotFound
	}
	if errors.Is(err, context.Canceled) {
		return statusClientLeft
	}
	if e, ok := errors.AsType[*echo.HTTPError](err); ok {
		return e.Code
	}
	if models.Unavailable(err) {
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

func errorPage(status int) views.Error {
	p := views.Error{Status: status}
	switch status {
	case http.StatusBadRequest:
		p.Title, p.Sentence, p.Advice = "请求有误", "我们没有看懂这个请求。", "请返回上一页，刷新后再试。"
	case http.StatusForbidden:
		p.Title, p.Sentence = "页面已过期", "页面已过期，请返回刷新后重试。这次提交没有被接受，什么也没有改变。"
		p.Advice = "用浏览器的“后退”回去，填写的内容通常还在；刷新后重新提交。"
	case http.StatusNotFound:
		p.Title, p.Sentence, p.Advice = "页面不存在", "没有找到您要的内容。", "请检查地址，或从我的订单、课程列表重新进入。"
	case http.StatusMethodNotAllowed:
		p.Title, p.Sentence, p.Advice = "不支持的操作", "这个地址不能这样访问。", "请从页面上的按钮进入。"
	case http.StatusRequestEntityTooLarge:
		p.Title, p.Sentence, p.Advice = "提交的内容太大", "提交的内容超过了限制，没有被接受。", "请缩短内容后再试。"
	case http.StatusServiceUnavailable:
		p.Title, p.Sentence = "暂时无法完成", "服务器正忙或正在维护，您的订单和课程没有丢失。"
		p.Advice = "请稍等片刻后刷新。如果您刚刚付过款，请不要重复付款，稍后在我的订单中查看。"
	default:
		if status < http.StatusInternalServerError {
			p.Title, p.Sentence, p.Advice = "请求没有被接受", "这次请求没有被接受。", "请返回上一页，刷新后再试。"
			return p
		}
		p.Status = http.StatusInternalServerError
		p.Title, p.Sentence = "服务器出错了", "这是我们的问题，已经记录下来。"
		p.Advice = "请稍后再试。如果您刚刚付过款，请不要重复付款，稍后在我的订单中查看。"
	}
	return p
}

// returnRefused is shown for a return that is not from Alipay, or not about an order of this shop.
var returnRefused = views.Error{
	Status: http.StatusBadRequest, Title: "支付宝响应数据校验失败",
	Sentence: "这个付款结果不能被确认来自支付宝，订单没有任何改变。",
	Advice:   "如果您已经付款，钱是安全的，请不要重复付款：订单的真实状态请在我的订单中查看。",
}

// tooMany says when to come back. Its link leads to the form, which has the same address as the
// request: that is so for every form whose use is limited.
func (s *shop) tooMany(c echo.Context, until time.Time) views.Error {
	seconds := s.secondsUntil(until)
	c.Response().Header().Set("Retry-After", seconds)
	form := c.Path()
	if next := localPath(c.FormValue("next")); next != "/" {
		form += "?" + url.Values{"next": {next}}.Encode()
	}
	return views.Error{
		Status: http.StatusTooManyRequests, Title: "尝试次数过多",
		Sentence: "为了账户安全，暂时不能再试；账户、课程和订单不受影响。",
		Advice:   "请在 " + until.In(models.Beijing).Format(time.TimeOnly) + " 之后（约 " + seconds + " 秒）再试。",
		Back:     views.Link{Text: "返回重试", Href: form},
	}
}

// secondsUntil is how many seconds are left until then, at least 1.
func (s *shop) secondsUntil(t time.Time) string {
	return strconv.Itoa(max(1, int(math.Ceil(t.Sub(s.db.Now()).Seconds()))))
}

// backToOrder leads from a refused return to the result of the order that it names, which only the
// order's owner can see.
func backToOrder(outTradeNo string) views.Link {
	if len(outTradeNo) >= models.OrderNumberLength {
		if number := orderNumberIn(outTradeNo[:models.OrderNumberLength]); number != "" {
			return views.Link{Text: "查看订单的真实状态", Href: resultPath(number)}
		}
	}
	return views.Link{Text: "查看我的订单", Href: "/myorder/"}
}
