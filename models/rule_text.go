package models

import (
	"fmt"
	"strings"
)

// Rule tells students what the discount does, like "8.8 折", "减 ¥100.00" or "满 ¥100.00 减 ¥10.00，满
// ¥200.00 减 ¥25.00". It is empty if the discount's name says everything or the rule cannot be read.
func (d Discount) Rule() string {
	rule, err := d.rule()
	if err != nil || d.ConditionPrice == 0 {
		return rule
	}
	least := "原价满 " + d.ConditionPrice.Yuan() + " 起"
	if rule == "" {
		return least
	}
	return rule + "（" + least + "）"
}

// rule is Rule without the least price. It is empty if it cannot be read.
func (d Discount) rule() (string, error) {
	switch d.DiscountType {
	case DiscountFree:
		return "", nil
	case DiscountRate:
		return rateText(d.Sale)
	case DiscountOff:
		return offText(d.Sale)
	case DiscountStep:
		return stepsText(d.Sale)
	default:
		return "", ErrSale
	}
}

// SaleText tells students what a coupon takes off: 减 ¥50.00, 8.8 折. A rule that cannot be read is
// returned as it is.
func SaleText(sale string) string {
	if text, err := offText(sale); err == nil {
		return text
	}
	if text, err := rateText(sale); err == nil {
		return text
	}
	return sale
}

func rateText(sale string) (string, error) {
	perTenThousand, err := parseRate(sale)
	switch {
	case err != nil:
		return "", err
	case perTenThousand == 0:
		return "免费", nil
	default:
		return tenths(perTenThousand) + " 折", nil
	}
}

func offText(sale string) (string, error) {
	off, err := parseOff(sale)
	if err != nil {
		return "", err
	}
	return "减 " + off.Yuan(), nil
}

func stepsText(sale string) (string, error) {
	steps, err := parseSteps(sale)
	parts := make([]string, len(steps))
	for i, step := range steps {
		parts[i] = "满 " + step.from.Yuan() + " 减 " + step.off.Yuan()
	}
	return strings.Join(parts, "，"), err
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
