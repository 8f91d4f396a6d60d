package sandbox

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"time"

	"luffy/models/alipay"
)

// newTradeNo makes a trade_no of Alipay's form: 28 digits, the day first. The rest is random rather
// than counted, so that a simulator with fresh memory never repeats a number that a shop has kept.
func newTradeNo(now time.Time) string {
	return now.In(alipay.Zone).Format("20060102") + "22001" + randomDigits(15)
}

// newNotifyID makes a notify_id of Alipay's form: 34 digits, day and second first.
func newNotifyID(now time.Time) string {
	at := now.In(alipay.Zone)
	return at.Format("20060102") + "00222" + at.Format("150405") + randomDigits(15)
}

// newRequestNo makes the number that Alipay itself gives to a refund that has none from the shop. It
// does not look like a shop's number, because nothing promises that it does.
func newRequestNo(now time.Time) string {
	return now.In(alipay.Zone).Format("20060102") + "-" + randomDigits(16)
}

func randomDigits(n int) string {
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
	number, err := rand.Int(rand.Reader, limit)
	if err != nil {
		panic("alipay sandbox: no randomness: " + err.Error())
	}
	return fmt.Sprintf("%0*d", n, number)
}
