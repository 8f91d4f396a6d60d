package models

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"time"
)

// newOrderNumber makes 26 digits: 14 of the time in Beijing, 6 of the student's ID and 6 random ones.
// People can read from it when the order was made, and nobody can guess it.
func newOrderNumber(now time.Time, user int64) string {
	random, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // crypto/rand never fails on the systems Go supports
	}
	return fmt.Sprintf("%s%06d%06d", now.In(Beijing).Format("20060102150405"), user%1_000_000, random)
}

// OrderNumberLength is the length of every order number. An out_trade_no begins with one.
const OrderNumberLength = 26

// outTradeNo names an attempt at Alipay. The first attempt has the order's number, and each later one
// a count behind it, because a closed out_trade_no can never be paid again.
func outTradeNo(order string, earlier int) string {
	if earlier == 0 {
		return order
	}
	return fmt.Sprintf("%s_%d", order, earlier+1)
}

// orderNumberOf is the number of the order that an out_trade_no belongs to; false if the out_trade_no
// does not have the form that outTradeNo gives it.
func orderNumberOf(outTradeNo string) (string, bool) {
	if len(outTradeNo) < OrderNumberLength || !digitsOnly(outTradeNo[:OrderNumberLength]) {
		return "", false
	}
	return outTradeNo[:OrderNumberLength], true
}
