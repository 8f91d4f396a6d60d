package models

import (
	"fmt"
	"strings"
)

// Rule tells students what the discount does, like "8.8 折", "减 ¥100.00" or "满 ¥100.00 减 ¥10.00，满
// ¥200.00 减 ¥25.00". It is empty if the discount's name says everything or the rule cannot be read.
func (d Discount) Rule() string {
	rule, err := d.rule()
	if err != nil || rule == "" {
		return ""
	}
	if d.ConditionPrice > 0 {
		rule += "（原价满 " + d.ConditionPrice.Yuan() + " 起）"
	}
	return rule
}

func (d Discount) rule() (string, error) {
	switch d.DiscountType {
	case DiscountRate:
		rate, err := parseRate(strings.TrimPrefix(d.Sale, "*"))
		return tenths(rate) + " 折", err
	case DiscountOff:
		off, err := ParseFen(strings.TrimPrefix(d.Sale, "-"))
		return "减 " + off.Yuan(), err
	case DiscountStep:
		steps, err := parseSteps(d.Sale)
		parts := make([]string, len(steps))
		for i, step := range steps {
			parts[i] = "满 " + step.from.Yuan() + " 减 " + step.off.Yuan()
		}
		return strings.Join(parts, "，"), err
	default:
		return "", nil
	}
}

// SaleText tells students what a coupon takes off: 减 ¥50.00, 8.8 折. A rule that cannot be read is
// returned as it is.
func SaleText(sale string) string {
	if len(sale) < 2 {
		return sale
	}
	if amount, err := ParseFen(sale[1:]); err == nil && sale[0] == '-' {
		return "减 " + amount.Yuan()
	}
	perTenThousand, err := parseRate(sale[1:])
	switch {
	case err != nil || sale[0] != '*':
		return sale
	case perTenThousand == 0:
		return "免费"
	default:
		return tenths(perTenThousand) + " 折"
	}
}

// tenths writes a rate in tenths, as discounts are named in Chinese: 8800 is 8.8 (折).
func tenths(perTenThousand Fen) string {
	return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%d.%03d", perTenThousand/1000, perTenThousand%1000), "0"), ".")
}

// ConditionText tells students from which sum on a coupon can be used.
func ConditionText(least Fen) string {
	if least == 0 {
		return "无门槛"
	}
	return "满 " + least.Yuan() + " 可用"
}
