package sandbox

import "fmt"

// Password is the payment password of every simulated buyer; the cashier shows it.
const Password = "111111"

// Account is a buyer or the seller. Balance is fen.
type Account struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	LogonID string `json:"logon_id"` // masked, as Alipay shows it
	Balance int64  `json:"balance"`
}

// The buyers that every simulator starts with, beside the seller itself.
const (
	BuyerRich  = "2088102177891234" // can pay anything
	BuyerOther = "2088102177894321" // can pay anything too
	BuyerPoor  = "2088102177890050" // owns 0.05 yuan
)

func firstAccounts(sellerID string) []Account {
	return []Account{
		{BuyerRich, "买家甲", "159****5620", 200_000_000_00},
		{BuyerOther, "买家乙", "138****0417", 200_000_000_00},
		{BuyerPoor, "买家丙（余额不足）", "buyer***@example.com", 5},
		{sellerID, "商家自己", "shop***@example.com", 0},
	}
}

// Accounts returns the buyers and, last, the seller.
func (s *Sandbox) Accounts() []Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Account, 0, len(s.state.accounts))
	for _, a := range s.state.accounts {
		all = append(all, *a)
	}
	return all
}

// SetBalance sets the balance of an account, in fen. A seller without money cannot refund, and a buyer
// without money cannot pay.
func (s *Sandbox) SetBalance(id string, fen int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.state.account(id)
	if a == nil || fen < 0 {
		return fmt.Errorf("set balance of %q to %d fen: no such account, or a negative sum", id, fen)
	}
	a.Balance = fen
	s.save(record{Account: a})
	return nil
}

// credit adds a sum in fen, which may be negative, to an account. Unknown accounts are ignored. s.mu is
// held.
func (s *Sandbox) credit(id string, fen int64) {
	if a := s.state.account(id); a != nil {
		a.Balance += fen
		s.save(record{Account: a})
	}
}
