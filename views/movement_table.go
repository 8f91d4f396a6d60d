package views

import (
	"cmp"
	"encoding/csv"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"luffy/models"
)

// MovementTable writes payments and refunds as CSV for a spreadsheet.
type MovementTable struct{ csv *csv.Writer }

// byteOrderMark tells Excel that the text is UTF-8.
const byteOrderMark = "\ufeff"

// NewMovementTable begins the table with its headings, in the words of Alipay's bill, beside which it is read.
func NewMovementTable(w io.Writer) (MovementTable, error) {
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return MovementTable{}, err
	}
	table := csv.NewWriter(w)
	table.UseCRLF = true
	return MovementTable{table}, table.Write([]string{
		"时间", "业务类型", "订单号", "商户订单号", "支付宝交易号", "退款批次号", "学员", "课程", "金额（元）", "方式", "备注",
		"付款时间", "退款发起时间", "退款经办",
	})
}

// Write adds the row of a movement.
func (t MovementTable) Write(m models.Movement) error {
	kind, way, remark := "交易", "支付宝", stateRemarks[m.State]
	if m.OutRequestNo != "" {
		kind, remark = "退款", m.Reason
	}
	if m.SettledBy != "" {
		way, remark = "其他方式", m.Note
	}
	asked, by := m.AskedAt, cmp.Or(m.SettledBy, doerWord(m.Cause, m.RequestedBy))
	if m.Cause.Outside() {
		asked = time.Time{} // it is only known when the shop heard of it
	}
	return t.csv.Write([]string{
		second(m.At), kind,
		digits(m.OrderNumber), digits(m.OutTradeNo), digits(m.TradeNo), digits(m.OutRequestNo),
		plain(m.Username), plain(m.Title), m.Amount.String(), way, plain(remark),
		second(m.PaidAt), second(asked), plain(by),
	})
}

// End writes what is left and says whether all of the table could be written.
func (t MovementTable) End() error {
	t.csv.Flush()
	return t.csv.Error()
}

// stateRemarks are for payments that their orders could not take.
var stateRemarks = map[models.PaymentState]string{
	models.PaymentHeld:     "金额不符，待核对",
	models.PaymentSurplus:  "多付或迟到，退款中",
	models.PaymentReturned: "多付或迟到，已退款",
}

// second shows a time as Alipay's bill does, and nothing for none.
func second(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(models.Beijing).Format(time.DateTime)
}

// digits are followed by a tab, as in Alipay's bill: a spreadsheet would round a long number.
func digits(s string) string {
	if s == "" {
		return ""
	}
	return s + "\t"
}

// plain keeps a spreadsheet from taking what somebody wrote for a formula, or for a number or a date: the student 007
// would become 7, the number of a bank's transfer 6.2E+18. One in Chinese or Japanese also begins a formula with the
// wide signs.
func plain(s string) string {
	first, _ := utf8.DecodeRuneInString(s)
	switch {
	case strings.ContainsRune("=+-@\t\r\n＝＋－＠", first):
		return "'" + s
	case unicode.IsDigit(first):
		return digits(s)
	default:
		return s
	}
}
