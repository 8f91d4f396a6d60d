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
	rows := slices.DeleteFunc(s.allRows(now), func(r billRow) bool {
		return r.FinishedAt.Before(p.from) || !r.FinishedAt.Before(p.until)
	})
	slices.SortFunc(rows, func(a, b billRow) int {
		return cmp.Or(a.FinishedAt.Compare(b.FinishedAt), cmp.Compare(a.TradeNo, b.TradeNo),
			cmp.Compare(a.OutRequestNo, b.OutRequestNo))
	})
	return rows
}

func (s *Sandbox) allRows(now time.Time) []billRow {
	var rows []billRow
	s.ageAll(now)
	for _, t := range s.state.trades {
		// A trade that another seller received is in that seller's bill.
		if !t.PaidAt.IsZero() && s.receiver(t) == s.cfg.SellerID {
			rows = append(rows, s.rowsOfTrade(t)...)
		}
	}
	return rows
}

func (s *Sandbox) rowsOfTrade(t *Trade) []billRow {
	row := billRow{
		TradeNo: t.TradeNo, OutTradeNo: t.OutTradeNo, Subject: t.Subject, Buyer: s.state.account(t.BuyerID).billName(),
		CreatedAt: t.CreatedAt, FinishedAt: t.PaidAt, Amount: t.Total, Fee: -serviceFee(t.Total),
	}
	rows := []billRow{row}
	row.Refund = true
	for _, r := range t.Refunds {
		if r.pending() {
			continue
		}
		row.OutRequestNo, row.FinishedAt, row.Amount, row.Fee = r.OutRequestNo, r.At, -r.Amount, serviceFee(r.Amount)
		rows = append(rows, row)
	}
	return rows
}

// serviceFee is six in a thousand of a sum in fen, the usual rate. It stands in the bill only: no
// account is charged.
func serviceFee(fen int64) int64 { return (fen*6 + 500) / 1000 }

// billName is an account as the bill masks it, like *家甲(159****5620).
func (a *Account) billName() string {
	name := []rune(a.Name)
	return "*" + string(name[min(1, len(name)):]) + "(" + a.LogonID + ")"
}
