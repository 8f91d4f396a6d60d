// Package alipay speaks the v2 gateway protocol of Alipay from the merchant's side: it builds the
// signed links of the cashier (电脑网站支付, 手机网站支付), verifies what Alipay sends back
// (return, notify, gateway answers), calls query, close and refund, and fetches and reads the bill
// (对账单). It knows no orders and keeps no state.
//
// One sign type is spoken, RSA2 (SHA256withRSA with keys of at least 2048 bits). Whatever is not
// provably Alipay's own text is refused, and a call whose answer is not proven counts as a call
// with unknown outcome.
package alipay
