package main

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"luffy/models/alipay"
	"luffy/models/payment"
)

// measureNotifies prints (a) notifies of distinct orders, (b) notifies of orders that all have the
// same courses, and how (b) compares with (a).
func (b *bench) measureNotifies(ctx context.Context) error {
	distinct, same := make([]comparison, len(b.conns)), make([]comparison, len(b.conns))
	for i, conns := range b.conns {
		taken, err := inTurns(b.rounds,
			func() (sample, error) { return b.notifyShop(ctx, conns, distinctCourses) },
			func() (sample, error) { return b.notifyBare(ctx, conns, distinctCourses) },
			func() (sample, error) { return b.notifyShop(ctx, conns, sameCourses) },
			func() (sample, error) { return b.notifyBare(ctx, conns, sameCourses) })
		if err != nil {
			return err
		}
		distinct[i], same[i] = comparison{taken[0], taken[1]}, comparison{taken[2], taken[3]}
	}
	b.printTable("(a) paid notifies a second, distinct courses", distinct)
	b.printTable("(b) paid notifies a second, all on the same courses", same)
	fmt.Println("\n(b) of (a)")
	for i, conns := range b.conns {
		fmt.Printf("%6d %38.2f\n", conns, same[i].shop.rate/distinct[i].shop.rate)
	}
	return nil
}

func (b *bench) notifyShop(ctx context.Context, conns int, choose choice) (sample, error) {
	orders, err := b.addOrders(ctx, b.notifies, choose)
	if err != nil {
		return sample{}, err
	}
	notifies := make([][]byte, len(orders))
	for i, o := range orders {
		body, err := b.sign(notifyOf(o))
		if err != nil {
			return sample{}, err
		}
		notifies[i] = post(payment.NotifyPath, body)
	}
	s, err := b.foldWhile(ctx, func() (sample, error) {
		return drive(conns, len(orders), 0, func(i int) error { return b.notify(ctx, notifies[i]) })
	})
	if err != nil {
		return s, err
	}
	return s, b.check(ctx, orders)
}

func (b *bench) notify(ctx context.Context, request []byte) error {
	answer, err := b.caller.call(ctx, request)
	if err == nil && string(answer) != "success" {
		err = fmt.Errorf("answered %q", answer)
	}
	return err
}

// notifyOf has all the fields of a genuine notify, so that it is just as long.
func notifyOf(o order) map[string]string {
	now := alipay.FormatTime(time.Now())
	return map[string]string{
		"app_id": appID, "auth_app_id": appID, "buyer_id": "2088102177891234",
		"buyer_pay_amount": "310.00", "charset": "utf-8",
		"fund_bill_list": `[{"amount":"310.00","fundChannel":"ALIPAYACCOUNT"}]`, "gmt_create": now, "gmt_payment": now,
		"invoice_amount": "310.00", "notify_id": "2026112200222" + o.number,
		"notify_time": now, "notify_type": "trade_status_sync",
		"out_trade_no": o.number, "point_amount": "0.00", "receipt_amount": "310.00", "seller_id": sellerID,
		"subject": "路飞学城-Python 课程", "total_amount": "310.00",
		"trade_no": tradeNo(o), "trade_status": "TRADE_SUCCESS", "version": "1.0",
	}
}

func tradeNo(o order) string { return "20" + o.number }

func (b *bench) sign(fields map[string]string) (string, error) {
	var pairs []string
	form := url.Values{"sign_type": {"RSA2"}}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		pairs = append(pairs, name+"="+fields[name])
		form.Set(name, fields[name])
	}
	digest := sha256.Sum256([]byte(strings.Join(pairs, "&")))
	sign, err := rsa.SignPKCS1v15(rand.Reader, b.alipay, crypto.SHA256, digest[:])
	form.Set("sign", base64.StdEncoding.EncodeToString(sign))
	return form.Encode(), err
}
