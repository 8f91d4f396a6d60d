package alipay

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParseBill(t *testing.T) {
	t.Parallel()
	created := time.Date(2026, 11, 21, 15, 59, 58, 0, time.UTC)
	want := Bill{Date: testBillDate, Rows: []BillRow{
		{
			TradeNo: "T188", OutTradeNo: "T1", Amount: 31000, Received: 31000, ServiceFee: -186,
			CreatedAt: created, FinishedAt: created.Add(time.Second), Subject: "Python 全栈",
		},
		{
			TradeNo: "T288", OutTradeNo: "T2", Amount: 1, Received: 1,
			CreatedAt: created, FinishedAt: created.Add(time.Second), Subject: `"Go" 从零`,
		},
		{
			TradeNo: "T188", OutTradeNo: "T1", OutRequestNo: "RF1", Refund: true,
			Amount: 10000, Received: -10000, ServiceFee: 60,
			CreatedAt: created, FinishedAt: created.Add(time.Second), Subject: "Python 全栈",
		},
	}}
	sample := sampleBill()
	tests := map[string][]byte{
		"usual":          billZip(t, sample),
		"LF alone":       billZip(t, strings.ReplaceAll(sample, "\r\n", "\n")),
		"no end of line": billZip(t, strings.TrimSpace(sample)),
		"blank lines":    billZip(t, strings.ReplaceAll(sample, "\r\n", "\r\n\r\n")),
		"without tabs":   billZip(t, strings.ReplaceAll(sample, "\t", "")),
		"quoted cells": billZip(
			t, strings.NewReplacer(`"Go" 从零`, `"""Go"" 从零"`, "Python 全栈", `"Python 全栈"`).Replace(sample),
		),
		"more columns":       billZip(t, moreColumns(sample)),
		"columns reversed":   billZip(t, reverseColumns(sample)),
		"in a folder":        zipFiles(t, billFile{"../账单/", ""}, billFile{"../账单/业务明细.csv", sample}),
		"one file":           zipFiles(t, billFile{"业务明细.csv", sample}),
		"no line 起始日期":       billZip(t, strings.Replace(sample, "#起始日期", "#", 1)),
		"totals before rows": billZip(t, "#交易合计：2笔，商家实收共310.01元\r\n"+sample),
	}
	for name, zipped := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := parseBill(zipped, testBillDate); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("parseBill = %+v, %v, want %+v", got, err, want)
			}
		})
	}
}

// mapRows changes the line of names and the rows; the second argument of change tells which it is.
func mapRows(text string, change func(line string, names bool) string) string {
	lines := strings.Split(text, "\r\n")
	for i, line := range lines {
		if line != "" && !strings.HasPrefix(line, "#") {
			lines[i] = change(line, strings.HasPrefix(line, "支付宝交易号"))
		}
	}
	return strings.Join(lines, "\r\n")
}

func moreColumns(text string) string {
	return mapRows(text, func(line string, names bool) string {
		if names {
			return "序号," + line + ",实收净额（元）,交易方式"
		}
		return "1\t," + line + ",0.00,扫码"
	})
}

func reverseColumns(text string) string {
	return mapRows(text, func(line string, _ bool) string {
		cells := strings.Split(line, ",")
		slices.Reverse(cells)
		return strings.Join(cells, ",")
	})
}

func TestParseBillOfAnEmptyDay(t *testing.T) {
	t.Parallel()
	got, err := parseBill(billZip(t, billText([2]string{"0笔，商家实收共0.00", "0笔，商家实收退款共0.00"})), testBillDate)
	if want := (Bill{Date: testBillDate}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("parseBill = %+v, %v, want %+v", got, err, want)
	}
}

// TestParseBillKeepsCellsApart: marks in two texts of a row look like one cell to a reader of CSV.
func TestParseBillKeepsCellsApart(t *testing.T) {
	t.Parallel()
	row := billLine("T1", "", `"Go`, "1.00", "0.00") + `从零"`
	text := billText([2]string{"1笔，商家实收共1.00", "0笔，商家实收退款共0.00"}, row)
	got, err := parseBill(billZip(t, text), testBillDate)
	if err != nil || len(got.Rows) != 1 || got.Rows[0].Subject != `"Go` {
		t.Errorf("parseBill = %+v, %v, want one row with the subject %q", got, err, `"Go`)
	}
}

// TestParseBillWithCommasInTheRemark: the last column is a text, which may be anything.
func TestParseBillWithCommasInTheRemark(t *testing.T) {
	t.Parallel()
	row := billLine("T1", "RF1", "Go", "-1.00", "0.00") + "换课, 学员来电,谢谢"
	text := billText([2]string{"0笔，商家实收共0.00", "1笔，商家实收退款共-1.00"}, row)
	if got, err := parseBill(billZip(t, text), testBillDate); err != nil || len(got.Rows) != 1 {
		t.Errorf("parseBill = %+v, %v, want one row", got, err)
	}
}

func TestParseBillRefusesText(t *testing.T) {
	t.Parallel()
	sample := sampleBill()
	replace := func(old, new string) string {
		if !strings.Contains(sample, old) {
			t.Fatalf("the sample has no %q", old)
		}
		return strings.Replace(sample, old, new, 1)
	}
	upTo := func(mark string) string { return sample[:strings.Index(sample, mark)] }
	tests := map[string]struct{ text, want string }{
		"columns missing": {strings.NewReplacer("商户订单号", "订单号", "（元）,商家实收（元）", "（元）,实收").Replace(sample),
			"line 5: missing columns: 商户订单号, 商家实收（元）"},
		"column twice":          {replace("备注", "订单金额（元）"), "line 5: the column 订单金额（元） is there twice"},
		"page":                  {"<html>系统繁忙</html>", "line 1: missing columns: 支付宝交易号"},
		"nothing":               {"", "cut off: the line 业务明细列表结束 is missing"},
		"no names":              {"#业务明细列表结束", "names of the columns"},
		"cut off in a row":      {upTo("0.01,0.01"), "line 7: 12 cells for 25 columns"},
		"cut off in a cell":     {upTo("81021758680260156"), "业务明细列表结束 is missing"},
		"cut off between rows":  {upTo("T288"), "业务明细列表结束 is missing"},
		"cut off before totals": {upTo("#交易合计"), "交易合计 is missing"},
		"cut off in the totals": {upTo("#退款合计"), "退款合计 is missing"},
		"row missing": {replace(billLine("T2", "", `"Go" 从零`, "0.01", "0.00")+"\r\n", ""),
			"交易合计 states 2 with 310.01, the rows have 1 with 310.00"},
		"row added": {replace("T188", billLine("T9", "", "", "0.00", "0.00")+"\r\nT188"),
			"交易合计 states 2 with 310.01, the rows have 3 with 310.01"},
		"row altered": {
			replace("310.00,310.00", "300.00,300.00"), "交易合计 states 2 with 310.01, the rows have 2 with 300.01",
		},
		"refund altered": {
			replace("-100.00,-100.00", "-1.00,-1.00"), "退款合计 states 1 with -100.00, the rows have 1 with -1.00",
		},
		"total altered":      {replace("共-100.00元", "共-100.01元"), "退款合计 states 1 with -100.01"},
		"total unreadable":   {replace("共310.01元", "共3.1.1元"), `"3.1.1" is not an amount`},
		"total in words":     {replace("2笔", "两笔"), "交易合计 is missing or unreadable"},
		"amount unreadable":  {replace("0.01,0.01", "0.010,0.01"), `line 7: 订单金额（元）: "0.010" is not an amount`},
		"amount with commas": {replace("310.00,310.00", "1,310.00,310.00"), "line 6: 服务费（元）"},
		"amount empty":       {replace("310.00,310.00", "310.00,"), `line 6: 商家实收（元）: "" is not an amount`},
		"two signs":          {replace("-1.86", "--1.86"), `line 6: 服务费（元）: "--1.86"`},
		"exponent":           {replace("-1.86", "1e2"), `line 6: 服务费（元）: "1e2"`},
		"negative payment":   {replace("0.01,0.01", "-0.01,0.01"), "line 7: 订单金额（元）: a 交易 must not be negative"},
		"positive refund": {
			replace("-100.00,-100.00", "100.00,-100.00"),
			"line 8: 订单金额（元）: a 交易 must not be negative, a 退款 not positive",
		},
		"time unreadable":   {replace("2026-11-21 23:59:58", "2026/11/21"), `line 6: 创建时间: "2026/11/21" is not a time`},
		"time empty":        {replace("2026-11-21 23:59:59", ""), "line 6: 完成时间"},
		"other kind":        {replace("交易\t", "充值\t"), `line 6: 业务类型: "充值" is neither`},
		"no trade number":   {replace("T188\t", "\t"), "line 6: 支付宝交易号: it is empty"},
		"row after the end": {sample + billLine("T3", "", "", "0.00", "0.00"), "a row after the end of the list"},
		"another day":       {replace("2026年11月21日", "2026年11月20日"), "line 3: the bill is of another day"},
		"endless line":      {replace("备注", strings.Repeat("备", 1<<17)), "after line 4: bufio.Scanner: token too long"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkRefused(t, billZip(t, tt.text), tt.want)
		})
	}
}

func TestParseBillRefusesZips(t *testing.T) {
	t.Parallel()
	sample := sampleBill()
	good := billZip(t, sample)
	detail := billFile{"a_业务明细.csv", sample}
	crowd := make([]billFile, maxBillFiles)
	tests := map[string]struct {
		zipped []byte
		want   string
	}{
		"nothing":        {nil, "no whole zip"},
		"a page":         {[]byte("<html><body>AccessDenied: expired</body></html>"), "no whole zip"},
		"cut off":        {good[:len(good)-30], "no whole zip"},
		"cut in half":    {good[:len(good)/2], "no whole zip"},
		"not in GBK":     {zipBytes(t, sample), "missing columns: 支付宝交易号"},
		"altered":        {altered(good), "flate"},
		"no detail file": {zipFiles(t, billFile{"a_业务明细(汇总).csv", sample}), "holds 0 files …业务明细.csv, want one"},
		"two of them":    {zipFiles(t, detail, billFile{"b_业务明细.csv", sample}), "holds 2 files …业务明细.csv, want one"},
		"a crowd":        {zipFiles(t, append(crowd, detail)...), "more than 16 files"},
		"too large":      {append(good, make([]byte, maxBillZip)...), "larger than 64 MiB"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkRefused(t, tt.zipped, tt.want)
		})
	}
}

// altered returns the zip with a piece of the packed text overwritten.
func altered(zipped []byte) []byte {
	zipped = slices.Clone(zipped)
	copy(zipped[100:], bytes.Repeat([]byte{0xff}, 40))
	return zipped
}

func checkRefused(t *testing.T, zipped []byte, want string) {
	t.Helper()
	got, err := parseBill(zipped, testBillDate)
	if !errors.Is(err, ErrBill) || !strings.Contains(fmt.Sprint(err), want) {
		t.Errorf("parseBill: %v, want ErrBill with %q", err, want)
	}
	if !reflect.DeepEqual(got, Bill{}) {
		t.Errorf("parseBill gave %+v with its error", got)
	}
}

func TestParseBillRefusesAMalformedDate(t *testing.T) {
	t.Parallel()
	if _, err := parseBill(billZip(t, sampleBill()), "20261121"); !errors.Is(err, ErrBill) {
		t.Errorf("parseBill: %v, want ErrBill", err)
	}
}

// TestParseBillStopsBombs runs alone, because it counts what is allocated.
func TestParseBillStopsBombs(t *testing.T) {
	tests := map[string]struct {
		stated uint64
		want   string
	}{
		"honest":             {2 << 30, "2048 MiB unpacked, at most 256 are read"},
		"says it is small":   {1 << 20, "not a valid zip"},
		"says it is nothing": {0, "not a valid zip"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			zipped := bombZip(t, 2048, tt.stated)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			checkRefused(t, zipped, tt.want)
			runtime.ReadMemStats(&after)
			if got, limit := after.TotalAlloc-before.TotalAlloc, uint64(1<<20); got > limit {
				t.Errorf("%d bytes were allocated for a zip of %d, want at most %d", got, len(zipped), limit)
			}
		})
	}
}

func TestParseBillOfManyRows(t *testing.T) {
	t.Parallel()
	const rows = 10_000
	got, err := parseBill(billZip(t, manyRows(rows)), testBillDate)
	if err != nil || len(got.Rows) != rows || got.Rows[rows-1].OutTradeNo != "T9999" {
		t.Errorf("parseBill gave %d rows, %v, want %d", len(got.Rows), err, rows)
	}
}

// FuzzParseBill: nothing crashes, every refusal is ErrBill and gives no rows, and no row that is
// accepted is half read.
func FuzzParseBill(f *testing.F) {
	for _, text := range []string{sampleBill(), billText([2]string{"0笔，商家实收共0.00", "0笔，商家实收退款共0.00"}), "a,\"b\"\n#"} {
		f.Add([]byte(gb18030(f, text)))
	}
	f.Add(billZip(f, sampleBill()))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, zipped := range [][]byte{data, zipBytes(t, string(data))} {
			bill, err := parseBill(zipped, testBillDate)
			if err != nil && !errors.Is(err, ErrBill) {
				t.Errorf("parseBill: %v, want ErrBill", err)
			}
			if err != nil && bill.Rows != nil {
				t.Errorf("parseBill gave %d rows with %v", len(bill.Rows), err)
			}
			for _, row := range bill.Rows {
				if row.TradeNo == "" || row.Amount < 0 || row.CreatedAt.Location() != time.UTC {
					t.Errorf("parseBill accepted the row %+v", row)
				}
			}
		}
	})
}
