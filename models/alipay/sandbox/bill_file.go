package sandbox

import (
	"archive/zip"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"luffy/models/alipay"
)

// bill is the content of a bill before it is written to a file.
type bill struct {
	period
	account  string // PID
	exported time.Time
	rows     []billRow
	faults   faultSet
}

// billSum is the number and the sum of the rows of one kind.
type billSum struct {
	rows int
	fen  int64
}

func (b bill) sums() (payments, refunds billSum) {
	for _, r := range b.rows {
		sum := &payments
		if r.Refund {
			sum = &refunds
		}
		sum.rows++
		sum.fen += r.Amount
	}
	return payments, refunds
}

func (b bill) head(title string) []string {
	return []string{
		"#支付宝业务" + title + "查询",
		"#账号：[" + b.account + "0156]",
		"#起始日期：[" + billTime(b.from) + "]   终止日期：[" + billTime(b.until) + "]",
	}
}

// detail is the list of trades, 业务明细.
func (b bill) detail() string {
	columns := b.faults.alterColumns(slices.Clone(billColumns))
	lines := append(b.head("明细"),
		"#-----------------------------------------业务明细列表----------------------------------------")
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	lines = append(lines, strings.Join(names, ","))
	for _, r := range b.rows {
		lines = append(lines, line(columns, r))
	}
	if b.faults.cutInList() {
		return crlf(lines[:len(lines)-min(1, len(b.rows))])
	}
	payments, refunds := b.sums()
	return crlf(append(lines,
		"#-----------------------------------------业务明细列表结束------------------------------------",
		fmt.Sprintf("#交易合计：%d笔，商家实收共%s元，商家优惠共0.00元", payments.rows, alipay.FormatAmount(payments.fen)),
		fmt.Sprintf("#退款合计：%d笔，商家实收退款共%s元，商家优惠退款共0.00元", refunds.rows, alipay.FormatAmount(refunds.fen)),
		"#导出时间：["+billTime(b.exported)+"]"))
}

// summary is the second file, 业务明细(汇总), with one row for each shop and one for all; there is
// one shop, without a number.
func (b bill) summary() string {
	payments, refunds := b.sums()
	var fees int64
	for _, r := range b.rows {
		fees += r.Fee
	}
	sum := alipay.FormatAmount(payments.fen + refunds.fen)
	return crlf(append(b.head("汇总"),
		"#-----------------------------------------业务汇总列表----------------------------------------",
		"门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）",
		fmt.Sprintf("合计\t,\t,%d,%d,%s,%s,0.00,0.00,0.00,%s,0.00,%s", payments.rows, refunds.rows, sum, sum,
			alipay.FormatAmount(fees), alipay.FormatAmount(payments.fen+refunds.fen+fees)),
		"#-----------------------------------------业务汇总列表结束------------------------------------",
		"#导出时间：["+billTime(b.exported)+"]"))
}

func crlf(lines []string) string { return strings.Join(lines, "\r\n") + "\r\n" }

// archive packs both files. Their names are in GBK, like their content, but no flag of the archive says
// so.
func (b bill) archive() []byte {
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for _, file := range []struct{ name, text string }{
		{b.fileName("业务明细"), b.detail()},
		{b.fileName("业务明细(汇总)"), b.summary()},
	} {
		entry, err := archive.CreateHeader(&zip.FileHeader{
			Name: toGBK(file.name), NonUTF8: true, Method: zip.Deflate, Modified: b.exported,
		})
		if err == nil {
			_, err = entry.Write([]byte(toGBK(file.text)))
		}
		if err != nil {
			panic("alipay sandbox: a buffer takes every archive: " + err.Error())
		}
	}
	if err := archive.Close(); err != nil {
		panic("alipay sandbox: a buffer takes every archive: " + err.Error())
	}
	return out.Bytes()
}

func (b bill) fileName(kind string) string { return b.account + "0156_" + b.name + "_" + kind + ".csv" }

func billTime(t time.Time) string { return t.In(alipay.Zone).Format("2006年01月02日 15:04:05") }
