package models

import (
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// DiscountType is the code in ly_discount.discount_type.
type DiscountType int8

// The four kinds of discount. Each reads Discount.Sale in its own form.
const (
	DiscountFree DiscountType = 1 // sale is empty
	DiscountRate DiscountType = 2 // "*0.88"
	DiscountOff  DiscountType = 3 // "-100", in yuan
	DiscountStep DiscountType = 4 // "满100-10 满200-25", in yuan: the highest step that the price reaches counts
)

// String returns the name that students read.
func (t DiscountType) String() string {
	switch t {
	case DiscountFree:
		return "限时免费"
	case DiscountRate:
		return "限时折扣"
	case DiscountOff:
		return "限时减免"
	case DiscountStep:
		return "满减"
	default:
		return "优惠"
	}
}

// Activity is a period in which its discounts apply: from StartTime until just before EndTime.
type Activity struct {
	ID        int64
	Name      string
	StartTime time.Time
	EndTime   time.Time
	Published bool
}

// TableName names the seed's table.
func (Activity) TableName() string { return "ly_activity" }

// Discount is one course's price rule in an activity.
type Discount struct {
	ID             int64
	ActivityID     int64
	CourseID       int64
	DiscountType   DiscountType
	Sale           string
	ConditionPrice Fen // prices below this are not reduced
}

// TableName names the seed's table.
func (Discount) TableName() string { return "ly_discount" }

// ErrSale reports a price rule that cannot be read.
var ErrSale = errors.New(`not a price rule like "*0.88", "-100" or "满100-10 满200-25"`)

// Apply returns the price after the discount, which is never below zero. The error is ErrSale.
func (d Discount) Apply(price Fen) (Fen, error) {
	if price < d.ConditionPrice {
		return price, nil
	}
	switch d.DiscountType {
	case DiscountFree:
		return 0, nil
	case DiscountRate:
		return applyRate(d.Sale, price)
	case DiscountOff:
		return applyOff(d.Sale, price)
	case DiscountStep:
		return applySteps(d.Sale, price)
	default:
		return price, fmt.Errorf("discount type %d: %w", d.DiscountType, ErrSale)
	}
}

// applySale applies the rule of a coupon, "*0.88" or "-50".
func applySale(sale string, price Fen) (Fen, error) {
	if strings.HasPrefix(sale, "*") {
		return applyRate(sale, price)
	}
	return applyOff(sale, price)
}

// applyRate applies a rule like "*0.88". Half a fen is rounded up.
func applyRate(sale string, price Fen) (Fen, error) {
	perTenThousand, err := parseRate(sale)
	if err != nil {
		return price, err
	}
	return (price*perTenThousand + 5000) / 10000, nil
}

// applyOff applies a rule like "-50", in yuan.
func applyOff(sale string, price Fen) (Fen, error) {
	off, err := parseOff(sale)
	return max(price-off, 0), err
}

// parseRate reads "*0.88" as 8800 ten-thousandths. A rate above 1 or with more than four decimals is
// refused.
func parseRate(sale string) (perTenThousand Fen, err error) {
	rate, ok := strings.CutPrefix(sale, "*")
	whole, part, dotted := strings.Cut(rate, ".")
	if !ok || len(whole) != 1 || len(part) > 4 || dotted && part == "" || !digitsOnly(whole+part) {
		return 0, fmt.Errorf("%q: %w", sale, ErrSale)
	}
	n, err := strconv.Atoi(whole + (part + "0000")[:4])
	if err != nil || n > 10000 {
		return 0, fmt.Errorf("%q: %w", sale, ErrSale)
	}
	return Fen(n), nil
}

// parseOff reads "-50", in yuan.
func parseOff(sale string) (Fen, error) {
	off, ok := strings.CutPrefix(sale, "-")
	amount, err := ParseFen(off)
	if !ok || err != nil {
		return 0, fmt.Errorf("%q: %w", sale, ErrSale)
	}
	return amount, nil
}

// saleStep is one step of a 满减: a price of at least from is reduced by off.
type saleStep struct{ from, off Fen }

// parseSteps reads "满100-10 满200-25".
func parseSteps(sale string) ([]saleStep, error) {
	var steps []saleStep
	for text := range strings.FieldsSeq(sale) {
		from, off, ok := strings.Cut(strings.TrimPrefix(text, "满"), "-")
		least, err1 := ParseFen(from)
		amount, err2 := ParseFen(off)
		if !ok || err1 != nil || err2 != nil {
			return nil, fmt.Errorf("%q: %w", text, ErrSale)
		}
		steps = append(steps, saleStep{least, amount})
	}
	if len(steps) == 0 {
		return nil, fmt.Errorf("%q: %w", sale, ErrSale)
	}
	return steps, nil
}

// applySteps applies a rule like "满100-10 满200-25": the highest step that the price reaches. Of steps
// that begin at the same price the last one counts.
func applySteps(sale string, price Fen) (Fen, error) {
	steps, err := parseSteps(sale)
	var reached saleStep
	for _, step := range steps {
		if price >= step.from && step.from >= reached.from {
			reached = step
		}
	}
	return max(price-reached.off, 0), err
}

// spread divides a reduction among prices in proportion to them, exactly to the fen: the shares add
// up to the reduction, and none exceeds its price. The reduction must not exceed the sum of the prices.
func spread(reduction Fen, prices []Fen) []Fen {
	shares := make([]Fen, len(prices))
	var sum Fen
	for _, p := range prices {
		sum += p
	}
	// Each share is the difference between two rounded running totals, so that the rounding errors do
	// not add up.
	var running, given Fen
	for i, p := range prices {
		running += p
		if sum > 0 {
			upTo := mulDiv(reduction, running, sum)
			shares[i] = upTo - given
			given = upTo
		}
	}
	return shares
}

// mulDiv is a*b/c rounded down, for 0 <= a <= c and b <= c. The product may exceed 64 bits.
func mulDiv(a, b, c Fen) Fen {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	q, _ := bits.Div64(hi, lo, uint64(c))
	return Fen(q)
}
