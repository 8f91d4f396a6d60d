package sandbox

import (
	"cmp"
	"slices"
	"time"
)

// billRow is a payment or a refund in the bill. Sums are fen as the bill shows them: negative where
// money leaves the seller's account.
type billRow struct {
	TradeNo      string
	OutTradeNo   string
	Refund       bool
	OutRequestNo string // of a refund only
	Subject      string
	Buyer        string
	CreatedAt    time.Time
	FinishedAt   time.Time // decides about the day
	Amount       int64
	Fee          int64
}

func (r billRow) kind() string {
	if r.Refund {
		return "退款"
	}
	return "交易"
}

// rowsOf lists what was paid and refunded in a period, in the order in which it happened. s.mu is held.
func (s *Sandbox) rowsOf(p period, now time.Time) []billRow {
	rows := s.rowsWhen(p.holds, now)
	slices.SortFunc(rows, func(a, b billRow) int {
		return cmp.Or(a.FinishedAt.Compare(b.FinishedAt), cmp.Compare(a.TradeNo, b.TradeNo),
			cmp.Compare(a.OutRequestNo, b.OutRequestNo))
	})
	return rows
}

// rowsWhen lists, in no order, what was paid and refunded at the wanted times. s.mu is held.
func (s *Sandbox) rowsWhen(wanted func(time.Time) bool, now time.Time) []billRow {
	var rows []billRow
	s.ageAll(now)
	for _, t := range s.state.trades {
		if t.PaidAt.IsZero() || s.receiver(t) != s.cfg.SellerID { // what another seller received is in that seller's bill
			continue
		}
		if wanted(t.PaidAt) {
			rows = append(rows, s.paymentRow(t))
		}
		for _, r := range t.Refunds {
			if !r.pending() && wanted(r.At) {
				rows = append(rows, s.refundRow(t, r))
			}
		}
	}
	return rows
}

func (s *Sandbox) paymentRow(t *Trade) billRow {
	return billRow{
		TradeNo: t.TradeNo, OutTradeNo: t.OutTradeNo, Subject: t.Subject, Buyer: s.state.account(t.BuyerID).billName(),
		CreatedAt: t.CreatedAt, FinishedAt: t.PaidAt, Amount: t.Total, Fee: -serviceFee(t.Total),
	}
}

func (s *Sandbox) refundRow(t *Trade, r Refund) billRow {
	row := s.paymentRow(t)
	row.Refund, row.OutRequestNo, row.FinishedAt = true, r.OutRequestNo, r.At
	row.Amount, row.Fee = -r.Amount, serviceFee(r.Amount)
	return row
}

// serviceFee is six in a thousand of a sum in fen, the usual rate. It stands in the bill only: no
// account is charged.
func serviceFee(fen int64) int64 { return (fen*6 + 500) / 1000 }

// billName is an account as the bill masks it, like *家甲(159****5620).
func (a *Account) billName() string {
	name := []rune(a.Name)
	return "*" + string(name[min(1, len(name)):]) + "(" + a.LogonID + ")"
}
