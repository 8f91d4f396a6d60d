package alipay

import "time"

// Return is a verified synchronous return (同步通知): the buyer's browser coming back from the
// cashier. It carries no trade status and can be replayed for ever, so it is a hint to look, never
// a proof of payment.
type Return struct {
	OutTradeNo string
	TradeNo    string
	AppID      string
	SellerID   string
	Amount     int64     // total_amount in fen
	At         time.Time // timestamp, UTC; zero when absent
}

// VerifyReturn reads and verifies the raw query of a request to return_url. The error wraps a Refusal.
func (c *Client) VerifyReturn(rawQuery string) (Return, error) {
	m, err := c.Verify(rawQuery)
	if err != nil {
		return Return{}, err
	}
	f := fields{m: m}
	r := Return{
		OutTradeNo: f.required("out_trade_no"),
		TradeNo:    f.required("trade_no"),
		AppID:      f.required("app_id"),
		SellerID:   f.required("seller_id"),
		Amount:     f.amount("total_amount"),
		At:         f.time("timestamp"),
	}
	f.required("total_amount")
	// Notifies are signed in the same way; one of a closed trade, replayed as a return, must not
	// look like a success.
	if _, ok := m.lookup("trade_status"); ok {
		f.fail("trade_status", "a return has none")
	}
	if f.err != nil {
		return Return{}, f.err
	}
	return r, nil
}

// Verify reads a return or notify and verifies its signature, whatever it says. The error wraps a
// Refusal; the message is returned with it if only the signature is wrong.
func (c *Client) Verify(raw string) (Message, error) {
	m, err := ParseMessage(raw)
	if err != nil {
		return Message{}, err
	}
	return m, VerifyMessage(m, c.alipayPublicKeys...)
}
