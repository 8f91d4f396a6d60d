package handlers

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/labstack/echo/v4"

	"luffy/models"
	"luffy/models/payment"
	"luffy/views"
)

// askAlipay is POST /staff/orders/:number/ask. It says what Alipay said, and what came of it.
func (s *shop) askAlipay(c echo.Context) error {
	ctx, number := c.Request().Context(), c.Param("number")
	found, err := s.db.FindOrder(ctx, number)
	if err != nil {
		return err
	}
	err = s.db.Admit(ctx, models.LimitAsk(found.OrderNumber))
	if tooMany, ok := errors.AsType[models.TooManyError](err); ok {
		return flashTo(c, staffOrderPath(number), views.Flash{Error: true, Text: "刚才已经查询过几次，这次没有再问支付宝，什么也没有改变。" +
			"支付宝最近的答复在付款记录里；请约 " + s.secondsUntil(tooMany.Until) + " 秒后再查询。"})
	}
	if err == nil {
		err = s.note(c, models.StaffAct{Act: models.ActAsk, OrderNumber: found.OrderNumber})
	}
	if err != nil {
		return err
	}
	answers, err := s.askedWithin(ctx, found.OrderView)
	var said []string
	for _, a := range answers {
		said = append(said, answerText(a))
	}
	if err != nil {
		s.log.WarnContext(ctx, "alipay gave no answer", "order", number, "error", err)
		said = append(said, "有付款没有得到支付宝的答复，请稍后再查询")
	}
	return flashTo(c, staffOrderPath(number), views.Flash{Text: strings.Join(said, "；") + "。", Error: err != nil})
}

func (s *shop) askedWithin(ctx context.Context, order models.OrderView) ([]payment.Answer, error) {
	ctx, cancel := untilAnswer(ctx)
	defer cancel()
	return s.payments.AskOrder(ctx, order)
}

// answerText says Alipay's word on an attempt, and what became of the money where some came.
func answerText(a payment.Answer) string {
	text := map[string]string{
		"paid": "已付款", "not_paid": "买家还没有付款", "no_trade_yet": "没有这笔交易，买家还没有在支付宝登录", "closed": "交易已关闭",
	}[a.State]
	text = fmt.Sprintf("支付宝对 %s 的答复：%s", a.OutTradeNo, text)
	if a.Outcome != "" {
		text += "，" + outcomeText(a.Outcome)
	}
	return text
}

func outcomeText(o models.Outcome) string {
	switch o {
	case models.Fulfilled, models.FulfilledLate:
		return "现在已入账，课程已开通"
	case models.AlreadyDone:
		return "这笔付款早已入账"
	case models.WrongAmount:
		return "金额与订单不符，请在支付宝后台退回"
	case models.SecondTrade, models.OrderClosed:
		return "订单不能再接受这笔付款，正在自动退回"
	case models.AnotherTrade:
		return "是同一次付款的第二笔交易，没有自动退回，见“等待处理”"
	case models.GoneBack:
		return "款项已在支付宝全额退回"
	default:
		return "本店没有这个订单"
	}
}
