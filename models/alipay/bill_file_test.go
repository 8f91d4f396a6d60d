package alipay

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

const testBillDate = "2026-11-21"

// billColumnNames are the columns of a usual bill.
const billColumnNames = "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户," +
	"订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称," +
	"商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"

// billLine is a row of a usual bill; a refund has a request number and negative sums.
func billLine(number, requestNo, subject, amount, fee string) string {
	kind := "交易"
	if requestNo != "" {
		kind = "退款"
	}
	return number + "88\t," + number + "\t," + kind + "\t," + subject +
		",2026-11-21 23:59:58,2026-11-21 23:59:59,\t,\t,\t,\t," +
		"*明(159****5620)\t," + amount + "," + amount + ",0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00," +
		requestNo + "\t," + fee + ",0.00,"
}

// billText is a usual bill around rows; total is what the lines 合计 say of payments and of refunds.
func billText(total [2]string, rows ...string) string {
	lines := []string{
		"#支付宝业务明细查询", "#账号：[20881021758680260156]",
		"#起始日期：[2026年11月21日 00:00:00]   终止日期：[2026年11月22日 00:00:00]",
		"#-----------------------------------------业务明细列表----------------------------------------",
		billColumnNames,
	}
	lines = append(lines, rows...)
	lines = append(lines,
		"#-----------------------------------------业务明细列表结束------------------------------------",
		"#交易合计："+total[0]+"元，商家优惠共0.00元", "#退款合计："+total[1]+"元，商家优惠退款共0.00元",
		"#导出时间：[2026年11月22日 05:46:49]", "")
	return strings.Join(lines, "\r\n")
}

// sampleBill has two payments and a refund.
func sampleBill() string {
	return billText([2]string{"2笔，商家实收共310.01", "1笔，商家实收退款共-100.00"},
		billLine("T1", "", "Python 全栈", "310.00", "-1.86"),
		billLine("T2", "", `"Go" 从零`, "0.01", "0.00"),
		billLine("T1", "RF1", "Python 全栈", "-100.00", "0.60"))
}

// billFile is one file in a zip, its name and text to be written in GB18030.
type billFile struct{ name, text string }

func billZip(t testing.TB, text string) []byte {
	t.Helper()
	return zipFiles(t, billFile{"20881021758680260156_20261121_业务明细.csv", text},
		billFile{"20881021758680260156_20261121_业务明细(汇总).csv", "#支付宝业务汇总查询\r\n"})
}

func zipFiles(t testing.TB, files ...billFile) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, file := range files {
		f, err := w.CreateHeader(&zip.FileHeader{Name: gb18030(t, file.name), NonUTF8: true, Method: zip.Deflate})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, gb18030(t, file.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bombZip has a detail file whose real size is blocks MiB of empty lines, and which states its size
// as stated bytes.
func bombZip(t *testing.T, blocks int, stated uint64) []byte {
	t.Helper()
	var packed, b bytes.Buffer
	deflate, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := deflate.Write(bytes.Repeat([]byte("\n"), 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := deflate.Flush(); err != nil {
		t.Fatal(err)
	}
	// A flushed block stands alone, so it can be repeated without being packed again.
	body := bytes.Repeat(packed.Bytes(), blocks)
	packed.Reset()
	deflate.Reset(&packed)
	if err := deflate.Close(); err != nil {
		t.Fatal(err)
	}
	body = append(body, packed.Bytes()...)
	w := zip.NewWriter(&b)
	f, err := w.CreateRaw(&zip.FileHeader{
		Name: gb18030(t, "业务明细.csv"), NonUTF8: true, Method: zip.Deflate,
		CompressedSize64: uint64(len(body)), UncompressedSize64: stated,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gb18030(t testing.TB, text string) string {
	t.Helper()
	encoded, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

// manyRows is a bill with n payments of one yuan.
func manyRows(n int) string {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = billLine(fmt.Sprintf("T%d", i), "", "课程", "1.00", "0.00")
	}
	return billText([2]string{fmt.Sprintf("%d笔，商家实收共%d.00", n, n), "0笔，商家实收退款共0.00"}, rows...)
}

// zipBytes packs text as it is.
func zipBytes(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.CreateHeader(&zip.FileHeader{Name: gb18030(t, "业务明细.csv"), NonUTF8: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
