package models

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// Seal identifies what the student was shown: the courses, their terms and prices, and how much each
// coupon would take off.
func (q Quote) Seal() string {
	parts := []string{q.sealLines()}
	for _, coupon := range q.Coupons {
		if coupon.Why == "" {
			parts = append(parts, sealCoupon(coupon.ID, coupon.Saves))
		}
	}
	return strings.Join(parts, sealSeparator)
}

// sealSeparator separates the parts of a seal: first that of the lines, then one for each coupon.
const sealSeparator = ";"

func (q Quote) sealLines() string {
	var b strings.Builder
	for _, line := range q.Lines {
		fmt.Fprintf(&b, "%d,%d,%d,%d;", line.CourseID, line.Expire, line.Price, line.SalePrice)
	}
	sum := sha256.Sum256([]byte(b.String()))
	return (q.Total - q.Discount).String() + "-" + hex.EncodeToString(sum[:8])
}

func sealCoupon(coupon int64, saves Fen) string { return fmt.Sprintf("%d:%d", coupon, saves) }

// Keeps tells whether the page with that seal showed the quote's courses, terms and prices, and the
// amount that the chosen coupon takes off now. Only then is an order made. A coupon that cannot be
// used is ErrCoupon, whatever the seal says.
func (q Quote) Keeps(seal string, coupon int64) bool {
	parts := strings.Split(seal, sealSeparator)
	return parts[0] == q.sealLines() && (q.CouponOff == 0 || slices.Contains(parts[1:], sealCoupon(coupon, q.CouponOff)))
}

// SealedTotal is the sum before coupon and points that the page with that seal showed; 0 if the seal
// cannot be read.
func SealedTotal(seal string) Fen {
	sum, _, _ := strings.Cut(seal, "-")
	total, err := ParseFen(sum)
	if err != nil {
		return 0
	}
	return total
}
