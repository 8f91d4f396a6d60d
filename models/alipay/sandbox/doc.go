// Package sandbox is a simulator of Alipay (沙箱模拟器): the v2 gateway, the cashier pages for
// desktop and phone, the synchronous return, the asynchronous notify with its retries, the methods
// query, close, cancel, refund and refund query, and the trade bill with its download. It keeps
// state, follows the gateway's rules, and misbehaves on request. It is for tests and demonstrations,
// and has no real money, no wallet, no certificate mode, no product except page pay and wap pay, and
// no bill of the balance (signcustomer).
//
// It has a key pair of its own instead of Alipay's, and knows only the public key of the shop. It does
// not share the shop's code for building the text that is signed and for checking signatures, so that
// a misreading of the rules on the shop's side shows.
//
// Time is virtual: [Sandbox.SetClock] and [Sandbox.Advance] drive deadlines, retries, slow refunds, the
// end of the refund window and the day of the bill, so that a test need not wait for a day of retries.
// The shop's clock does not follow. A shop whose orders have deadlines should be given the same clock;
// otherwise its orders look expired to a simulator that is ahead.
//
// # JSON API for tests
//
// Everything below /admin is for whoever runs the simulator. A GET changes nothing there. A POST takes
// JSON and answers JSON, or takes a form and answers 303 to the page it came from. Sums are integer
// fen, times are RFC 3339 by the virtual clock, byte fields are base64.
//
//	GET  /admin/api/trades                          all trades, newest first
//	GET  /admin/api/trades/{out_trade_no}           {trade, events, deliveries}; 404 before the trade exists
//	POST /admin/api/trades/{out_trade_no}/refund    {"amount":12345}: a refund in Alipay's console, outside the shop
//	POST /admin/api/pay                             {"link","buyer"}: pays without a browser, see [Sandbox.Pay]
//	POST /admin/api/open                            {"link","buyer"}: the login alone, see [Sandbox.OpenTrade]
//	GET  /admin/api/bills                           the days that have a bill with rows, see [BillDay]
//	GET  /admin/api/events                          every notify event with state, attempts and next_at
//	GET  /admin/api/deliveries?out_trade_no=        every delivery with request, answer, verdict and reason
//	POST /admin/api/events/{notify_id}/resend       one more delivery, now
//	GET  /admin/api/calls                           the last calls of the gateway and what they were answered
//	GET  /admin/api/clock                           {now, mode}
//	POST /admin/api/clock                           {"mode":"real|xN|manual"} and/or {"advance":"4m"}
//	GET  /admin/api/faults                          the switches that are on
//	POST /admin/api/faults                          {"name","out_trade_no","method","times","value"}, see [Fault]
//	POST /admin/api/faults/clear                    all switches off
//	GET  /admin/api/accounts                        buyers and the seller with their balances
//	POST /admin/api/accounts                        {"id":"2088…","balance":12345}
package sandbox
