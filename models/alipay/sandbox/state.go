package sandbox

import "time"

// state is everything that the journal brings back.
type state struct {
	trades     map[string]*Trade // by out_trade_no
	byTradeNo  map[string]*Trade
	waiting    map[string]*Trade // those in WAIT_BUYER_PAY, by out_trade_no
	paid       map[string]*Trade // those in TRADE_SUCCESS
	firstPaid  time.Time         // none of those was paid earlier; zero = there are none
	refunding  map[string]*Trade // those with a refund whose money has not moved yet
	cashiers   map[string]*cashier
	lastVisit  map[string]*cashier  // the newest by out_trade_no; of those opened at one instant, the one used last
	firstAsked map[string]time.Time // first page request of an out_trade_no
	accounts   []*Account           // in the order in which pages list them
	events     []*Event
	eventByID  map[string]*Event
	pending    map[string]*Event // those with something left to deliver, by notify_id
	deliveries []Delivery
}

// keptDeliveries bounds the delivery log, which holds whole messages.
const keptDeliveries = 10_000

func newState(sellerID string) *state {
	st := &state{
		trades:     map[string]*Trade{},
		byTradeNo:  map[string]*Trade{},
		waiting:    map[string]*Trade{},
		paid:       map[string]*Trade{},
		refunding:  map[string]*Trade{},
		cashiers:   map[string]*cashier{},
		lastVisit:  map[string]*cashier{},
		firstAsked: map[string]time.Time{},
		eventByID:  map[string]*Event{},
		pending:    map[string]*Event{},
	}
	for _, a := range firstAccounts(sellerID) {
		st.putAccount(&a)
	}
	return st
}

func (st *state) account(id string) *Account {
	for _, a := range st.accounts {
		if a.ID == id {
			return a
		}
	}
	return nil
}

func (st *state) putAccount(a *Account) {
	if known := st.account(a.ID); known != nil {
		*known = *a
		return
	}
	st.accounts = append(st.accounts, a)
}

// putTrade enters a new trade, or its newer state, into every index.
func (st *state) putTrade(t *Trade) {
	st.trades[t.OutTradeNo] = t
	st.byTradeNo[t.TradeNo] = t
	keep(st.waiting, t, t.Status == WaitBuyerPay)
	keep(st.paid, t, t.Status == TradeSuccess)
	keep(st.refunding, t, t.refunding())
	st.noteFirstPaid(t)
}

func keep(index map[string]*Trade, t *Trade, belongs bool) {
	if belongs {
		index[t.OutTradeNo] = t
	} else {
		delete(index, t.OutTradeNo)
	}
}

func (st *state) noteFirstPaid(t *Trade) {
	if t.Status == TradeSuccess && (st.firstPaid.IsZero() || t.PaidAt.Before(st.firstPaid)) {
		st.firstPaid = t.PaidAt
	}
}

func (st *state) putCashier(c *cashier) {
	st.cashiers[c.Token] = c
	if last := st.lastVisit[c.OutTradeNo]; last == nil || !c.CreatedAt.Before(last.CreatedAt) {
		st.lastVisit[c.OutTradeNo] = c
	}
	if first, asked := st.firstAsked[c.OutTradeNo]; !asked || c.CreatedAt.Before(first) {
		st.firstAsked[c.OutTradeNo] = c.CreatedAt
	}
}

func (st *state) putEvent(e *Event) {
	if known := st.eventByID[e.NotifyID]; known == nil {
		st.events = append(st.events, e)
	} else if known != e {
		*known = *e
		e = known
	}
	st.eventByID[e.NotifyID] = e
	if e.open() {
		st.pending[e.NotifyID] = e
	} else {
		delete(st.pending, e.NotifyID)
	}
}

func (st *state) putDelivery(d Delivery) {
	if len(st.deliveries) >= 2*keptDeliveries {
		st.deliveries = append([]Delivery(nil), st.deliveries[keptDeliveries:]...)
	}
	st.deliveries = append(st.deliveries, d)
}
