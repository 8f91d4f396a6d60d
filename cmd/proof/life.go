package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/PuerkitoBio/goquery"

	"luffy/models/alipay/sandbox"
)

// life is what one student does in a storm. The seed decides its choices, but not how they meet those of
// the others.
type life struct {
	*storm
	*visitor
	rng    *rand.Rand
	coupon int64
}

func (l *life) oneIn(n int) bool { return l.rng.IntN(n) == 0 }

// students starts the program and makes its students, who are logged in and have a coupon each.
func (s *storm) students(ctx context.Context, seed uint64) ([]*life, error) {
	if err := s.start(); err != nil {
		return nil, err
	}
	all := make([]*life, stormStudents)
	for i := range all {
		student, err := s.newVisitor(ctx, fmt.Sprintf("student%d", i))
		if err != nil {
			return nil, err
		}
		if err := student.logIn(ctx); err != nil {
			return nil, err
		}
		coupon, err := s.db.GiveCoupon(ctx, student.ID, couponName)
		if err != nil {
			return nil, err
		}
		rng := rand.New(rand.NewPCG(seed, uint64(i+1)))
		all[i] = &life{storm: s, visitor: student, rng: rng, coupon: coupon.ID}
	}
	return all, nil
}

// The lives of an order for which a student was sent to Alipay. A third of them are pays: the last ones
// of nine count as one.
const (
	forgets = iota
	opens
	opensAndCancels
	paysWhileCancelling
	cancelsThenPays
	paysTwice
	pays
	lives = 9
)

// live takes one order through one of its possible lives. The error is something that must not happen to
// a student.
func (l *life) live(ctx context.Context) error {
	number, link, err := l.buy(ctx)
	if err != nil || number == "" {
		return err
	}
	l.orders.Add(1)
	act := min(l.rng.IntN(lives), pays)
	if act != paysTwice { // nobody asks about the attempt that the shop believes to be dead, so its notify must come
		if err := l.misfortune(number); err != nil {
			return err
		}
	}
	switch act {
	case forgets:
	case opens:
		_ = l.world.alipay.OpenTrade(link, "") // the time may be over
	case opensAndCancels:
		_ = l.world.alipay.OpenTrade(link, "")
		l.cancel(ctx, number)
	case paysWhileCancelling:
		var both sync.WaitGroup
		both.Go(func() { l.pay(link) })
		l.cancel(ctx, number)
		both.Wait()
	case cancelsThenPays:
		l.cancel(ctx, number)
		l.pay(link)
	case paysTwice:
		return l.payTwice(ctx, number, link)
	case pays:
		l.pay(link)
	}
	_, _ = l.get(ctx, "/orders/"+number+"/result") // there may be nobody to answer
	if l.oneIn(3) {
		return l.giveBack(ctx, number)
	}
	return nil
}

// buy chooses courses, checks out and orders. The number is empty if the shop refused.
func (l *life) buy(ctx context.Context) (number, link string, err error) {
	for range 1 + l.rng.IntN(2) {
		form := url.Values{"course": {strconv.Itoa(1 + l.rng.IntN(3))}, "expire": {"0"}}
		if _, err := l.insist(ctx, "/cart/items", form); err != nil {
			return "", "", err
		}
	}
	form, err := l.checkout(ctx)
	if err != nil || form == nil {
		return "", "", err
	}
	form.Set("points", strconv.Itoa(l.rng.IntN(300)))
	if l.oneIn(2) {
		form.Set("coupon", strconv.FormatInt(l.coupon, 10)) // refused while another order holds it
	}
	link, err = l.insist(ctx, "/orders", form)
	if errors.Is(err, errRefused) {
		return "", "", nil
	}
	if err != nil || !strings.HasPrefix(link, l.gateway.URL) {
		return "", "", err
	}
	row := l.db.SQL().QueryRowContext(ctx, "SELECT order_number FROM ly_order WHERE checkout_token = ?", form.Get("token"))
	if err := row.Scan(&number); err != nil {
		return "", "", fmt.Errorf("a student was sent to pay an order that is not there: %w", err)
	}
	return number, link, nil
}

// checkout returns the fields of the checkout page's form; nil if there is no page.
func (l *life) checkout(ctx context.Context) (url.Values, error) {
	a, err := l.get(ctx, "/checkout")
	if err != nil || a.status != http.StatusOK {
		// The program has died, or the cart was emptied by a payment: the student does something else.
		return nil, nil //nolint:nilerr // a student sees no errors
	}
	page, err := goquery.NewDocumentFromReader(strings.NewReader(a.body))
	if err != nil {
		return nil, err
	}
	form := url.Values{"coupon": {"0"}, "anyway": {"1"}}
	for _, name := range []string{"token", "quote"} {
		form.Set(name, page.Find(`input[name="`+name+`"]`).AttrOr("value", ""))
	}
	return form, nil
}

// misfortune lets something go wrong at Alipay, or on the way from there. Only the notify of a
// payment may be lost for ever, because the shop asks about payments. Of a refund by hand it would
// hear only from the bill, and a storm does not last that long.
func (l *life) misfortune(number string) error {
	faults := []sandbox.Fault{
		{Name: sandbox.NotifyDrop, Times: 1}, {Name: sandbox.NotifyDuplicate, Value: "3"},
		{Name: sandbox.NotifyDelay, Value: "2s"}, {Name: sandbox.NotifyReorder, Times: 1},
		{Name: sandbox.QueryThenPay, Times: 1}, {Name: sandbox.ClosePaysFirst, Times: 1},
		{Name: sandbox.APITimeoutAfter, Value: "1ms", Times: 2}, {Name: sandbox.APIUnavailable, Times: 2},
		{Name: sandbox.RefundFundChangeN, Times: 1}, {Name: sandbox.RefundLater, Value: "2s", Times: 1},
	}
	l.rng.Shuffle(len(faults), func(i, j int) { faults[i], faults[j] = faults[j], faults[i] })
	for _, f := range faults[:l.rng.IntN(3)] {
		f.OutTradeNo = number
		if err := l.world.alipay.AddFault(f); err != nil {
			return err
		}
	}
	return nil
}

// pay pays at the cashier, which may refuse, because the trade is already paid, closed or expired.
func (l *life) pay(link string) { _ = l.world.alipay.Pay(link, "") }

func (l *life) cancel(ctx context.Context, number string) {
	_, _ = l.insist(ctx, "/orders/"+number+"/cancel", url.Values{}) // it may be paid meanwhile
}

// payTwice pays two attempts of an order. The shop believes that the first one is dead.
func (l *life) payTwice(ctx context.Context, number, first string) error {
	_, err := l.db.SQL().ExecContext(ctx,
		"UPDATE ly_payment SET state = 'closed' WHERE out_trade_no = ? AND state = 'open'", number)
	if err != nil {
		return err
	}
	second, err := l.insist(ctx, "/orders/"+number+"/pay", url.Values{})
	if err != nil {
		return err
	}
	var both sync.WaitGroup
	both.Go(func() { l.pay(first) })
	if strings.HasPrefix(second, l.gateway.URL) {
		l.pay(second)
	}
	both.Wait()
	return nil
}

// giveBack refunds a line or everything by luffy refund, or a sum in Alipay's console. Staff do not
// touch payments that go back by themselves.
func (l *life) giveBack(ctx context.Context, number string) error {
	var price int64
	row := l.db.SQL().QueryRowContext(ctx, `
		SELECT COALESCE(SUM(p.amount), 0) FROM ly_payment p
		WHERE p.out_trade_no = ? AND p.state = 'paid'`, number)
	if err := row.Scan(&price); err != nil || price == 0 {
		return err
	}
	if l.oneIn(2) { // of the last fen Alipay sends no notify
		_ = l.world.alipay.RefundOutside(number, 1+l.rng.Int64N(price-1))
		return nil
	}
	args := []string{"refund", number, "--reason", "换课"}
	if l.oneIn(2) {
		args = append(args, "--line", "1")
	}
	_, _, err := l.run(args...) // it may fail like any program whose database breaks off
	return err
}
