package sandbox

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"luffy/models/alipay"
)

// The states of a notify event.
const (
	EventQueued    = "queued"    // a delivery is due at NextAt
	EventHeld      = "held"      // a fault keeps it back until something else has happened
	EventDelivered = "delivered" // the shop answered success
	EventGivenUp   = "given_up"  // eight deliveries, no success
	EventDropped   = "dropped"   // a fault lost it
)

// Event is something that the shop is notified of. All its deliveries have the same notify_id.
type Event struct {
	NotifyID   string            `json:"notify_id"`
	OutTradeNo string            `json:"out_trade_no"`
	URL        string            `json:"url"`
	Fields     map[string]string `json:"fields"` // without notify_time and sign, which every delivery gets anew
	State      string            `json:"state"`
	Attempts   int               `json:"attempts"`
	CreatedAt  time.Time         `json:"created_at"`
	NextAt     time.Time         `json:"next_at"`
	HeldFor    string            `json:"held_for,omitempty"` // the fault that holds it

	resend   bool // one delivery beside the schedule
	inFlight bool
}

func (e *Event) open() bool { return e.State == EventQueued || e.State == EventHeld || e.resend }

func (e *Event) isRefund() bool { return e.Fields["out_biz_no"] != "" }

func (e *Event) copy() Event {
	c := *e
	c.Fields = maps.Clone(e.Fields)
	return c
}

// retryGaps are the real gaps between deliveries: eight in all, then silence for ever.
var retryGaps = []time.Duration{
	4 * time.Minute, 10 * time.Minute, 10 * time.Minute, time.Hour, 2 * time.Hour, 6 * time.Hour, 15 * time.Hour,
}

// DefaultTriggers lists the states that are notified by default. Page pay notifies of TRADE_SUCCESS
// only: of payments and of partial refunds, which leave the trade in that state, but not of full
// ones. Wap pay also notifies of closing and of the end of the refund window.
func DefaultTriggers() map[string][]string {
	return map[string][]string{
		ProductPage: {TradeSuccess},
		ProductWap:  {TradeSuccess, TradeFinished, TradeClosed},
	}
}

// emit queues the notify of a trade's new state, if this state is to be notified. refund is the refund
// that led to it, or nil. s.mu is held.
func (s *Sandbox) emit(t *Trade, status string, refund *Refund) {
	if t.NotifyURL == "" || !slices.Contains(s.cfg.Triggers[t.Product], status) {
		return
	}
	now := s.clock.now()
	e := &Event{
		NotifyID: newNotifyID(now), OutTradeNo: t.OutTradeNo, URL: t.NotifyURL, State: EventQueued,
		CreatedAt: now, NextAt: now,
	}
	e.Fields = s.notifyFields(t, refund)
	e.Fields["notify_id"] = e.NotifyID
	s.applyScheduleFaults(e)
	s.save(record{Event: e})
	s.wakeWorker()
}

func (s *Sandbox) notifyFields(t *Trade, refund *Refund) map[string]string {
	fields := map[string]string{
		"notify_type": "trade_status_sync", "charset": t.Charset, "version": "1.0", "sign_type": "RSA2",
		"app_id": s.cfg.AppID, "auth_app_id": s.cfg.AppID, "seller_id": s.receiver(t), "buyer_id": t.BuyerID,
		"trade_no": t.TradeNo, "out_trade_no": t.OutTradeNo, "trade_status": t.Status, "subject": t.Subject,
		"total_amount": alipay.FormatAmount(t.Total), "gmt_create": alipay.FormatTime(t.CreatedAt),
	}
	for name, value := range map[string]string{"body": t.Body, "passback_params": t.PassbackParams} {
		if value != "" {
			fields[name] = value
		}
	}
	if !t.PaidAt.IsZero() {
		fields["gmt_payment"] = alipay.FormatTime(t.PaidAt)
	}
	if !t.ClosedAt.IsZero() {
		fields["gmt_close"] = alipay.FormatTime(t.ClosedAt)
	}
	if refund != nil {
		addRefundFields(fields, t, refund)
	} else if !t.PaidAt.IsZero() {
		addPaymentFields(fields, t)
	}
	return fields
}

// addPaymentFields adds the sums that only the notify of a payment carries. fundChannel is in camel
// case here, unlike in the answer of a query.
func addPaymentFields(fields map[string]string, t *Trade) {
	total := alipay.FormatAmount(t.Total)
	fields["receipt_amount"], fields["invoice_amount"], fields["buyer_pay_amount"] = total, total, total
	fields["point_amount"] = "0.00"
	fields["fund_bill_list"] = fmt.Sprintf(`[{"amount":"%s","fundChannel":"ALIPAYACCOUNT"}]`, total)
}

// addRefundFields adds what marks a refund. refund_fee is the sum of all refunds so far; gmt_refund
// alone has milliseconds, not padded with zeros.
func addRefundFields(fields map[string]string, t *Trade, refund *Refund) {
	fields["refund_fee"] = alipay.FormatAmount(t.Refunded)
	fields["out_biz_no"] = refund.OutRequestNo
	fields["gmt_refund"] = fmt.Sprintf("%s.%d", alipay.FormatTime(refund.At), refund.At.Nanosecond()/int(time.Millisecond))
}

// Events returns copies of all notify events, oldest first.
func (s *Sandbox) Events() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Event, 0, len(s.state.events))
	for _, e := range s.state.events {
		all = append(all, e.copy())
	}
	return all
}

var errNoEvent = errors.New("no such notify_id")

// Resend delivers an event once more, now, whatever its state and beside its schedule.
func (s *Sandbox) Resend(notifyID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.state.eventByID[notifyID]
	if e == nil {
		return fmt.Errorf("resend %q: %w", notifyID, errNoEvent)
	}
	e.resend = true
	s.save(record{Event: e})
	s.wakeWorker()
	return nil
}
