package alipay

import "context"

const methodClose = "alipay.trade.close"

// Close closes a trade that waits for its buyer (关闭); nil means that it can no longer be paid.
// IsTradeNotExist means the opposite: the buyer has not reached the trade yet, and the link stays
// payable until it expires. IsTradeStatusError means that it is paid or closed already: query it.
func (c *Client) Close(ctx context.Context, outTradeNo string) error {
	var nothing struct{}
	return c.call(ctx, methodClose, callContent{OutTradeNo: outTradeNo}, &nothing)
}
