package models

import "strings"

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
