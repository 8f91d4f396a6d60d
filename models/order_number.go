package models

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"strconv"
	"strings"
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

// outTradeNo names the nth attempt to pay an order at Alipay, counted from 1. The first has the order's
// number, and each later one its count behind it, because a closed out_trade_no can never be paid again.
func outTradeNo(order string, nth int) string {
	if nth == 1 {
		return order
	}
	return fmt.Sprintf("%s_%d", order, nth)
}

// attemptOf is the count of the attempt that outTradeNo has named so; 0 if it makes no such name.
func attemptOf(name string) int {
	order, ok := orderNumberOf(name)
	if !ok {
		return 0
	}
	nth, err := strconv.Atoi(strings.TrimPrefix(name[len(order):], "_"))
	if err != nil {
		nth = 1
	}
	if nth < 1 || outTradeNo(order, nth) != name {
		return 0
	}
	return nth
}

// orderNumberOf is the number of the order that an out_trade_no belongs to; false if the out_trade_no
// does not begin with one.
func orderNumberOf(outTradeNo string) (string, bool) {
	if len(outTradeNo) < OrderNumberLength || !digitsOnly(outTradeNo[:OrderNumberLength]) {
		return "", false
	}
	return outTradeNo[:OrderNumberLength], true
}
