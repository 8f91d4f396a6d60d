package sandbox

import (
	"strings"

	"luffy/models/alipay"
)

// billColumn is one column of the list of trades.
type billColumn struct {
	name string
	cell func(billRow) string
}

func named(name string) func(billColumn) bool {
	return func(c billColumn) bool { return c.name == name }
}

func constant(text string) func(billRow) string { return func(billRow) string { return text } }

// billColumns are the columns of a usual account. The tab keeps spreadsheets from reading long numbers
// as amounts.
var billColumns = []billColumn{
	{"支付宝交易号", func(r billRow) string { return r.TradeNo + "\t" }},
	{"商户订单号", func(r billRow) string { return r.OutTradeNo + "\t" }},
	{"业务类型", func(r billRow) string { return r.kind() + "\t" }},
	{"商品名称", func(r billRow) string { return r.Subject }},
	{"创建时间", func(r billRow) string { return alipay.FormatTime(r.CreatedAt) }},
	{"完成时间", func(r billRow) string { return alipay.FormatTime(r.FinishedAt) }},
	{"门店编号", constant("\t")},
	{"门店名称", constant("\t")},
	{"操作员", constant("\t")},
	{"终端号", constant("\t")},
	{"对方账户", func(r billRow) string { return r.Buyer + "\t" }},
	{"订单金额（元）", func(r billRow) string { return alipay.FormatAmount(r.Amount) }},
	{"商家实收（元）", func(r billRow) string { return alipay.FormatAmount(r.Amount) }},
	{"支付宝红包（元）", constant("0.00")},
	{"集分宝（元）", constant("0.00")},
	{"支付宝优惠（元）", constant("0.00")},
	{"商家优惠（元）", constant("0.00")},
	{"券核销金额（元）", constant("0.00")},
	{"券名称", constant("")},
	{"商家红包消费金额（元）", constant("0.00\t")},
	{"卡消费金额（元）", constant("0.00")},
	{"退款批次号/请求号", func(r billRow) string { return r.OutRequestNo + "\t" }},
	{"服务费（元）", func(r billRow) string { return alipay.FormatAmount(r.Fee) }},
	{"分润（元）", constant("0.00")},
	{"备注", constant("")},
}

// line writes one row. A cell is quoted only if it could not be read otherwise.
func line(columns []billColumn, r billRow) string {
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = c.cell(r)
		if strings.ContainsAny(cells[i], `,"`) {
			cells[i] = `"` + strings.ReplaceAll(cells[i], `"`, `""`) + `"`
		}
	}
	return strings.Join(cells, ",")
}
