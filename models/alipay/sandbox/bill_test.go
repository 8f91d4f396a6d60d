package sandbox_test

import (
	"archive/zip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"luffy/models/alipay/sandbox"

	"golang.org/x/text/encoding/simplifiedchinese"
)

const (
	bill      = "alipay.data.dataservice.bill.downloadurl.query"
	billNames = "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户," +
		"订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称," +
		"商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)

func (w *world) askBill(date string) map[string]string {
	w.t.Helper()
	return w.call(bill, object{"bill_type": "trade", "bill_date": date})
}

// downloadBill asks for a bill and gives what stands at its address.
func (w *world) downloadBill(date string) string {
	w.t.Helper()
	got := w.get(w.askBill(date)["bill_download_url"])
	if got.status != http.StatusOK {
		w.t.Fatalf("download: status %d, want 200", got.status)
	}
	return got.body
}

// unpack reads the files of a bill, whose names and texts are GBK.
func unpack(t *testing.T, archive string) map[string]string {
	t.Helper()
	opened, err := zip.NewReader(strings.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, file := range opened.File {
		name, err := simplifiedchinese.GBK.NewDecoder().String(file.Name)
		if err != nil || !file.NonUTF8 {
			t.Errorf("name %q: %v, marked as UTF-8: %v; want GBK without the mark", file.Name, err, !file.NonUTF8)
		}
		content, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(simplifiedchinese.GBK.NewDecoder().Reader(content))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(text)
	}
	return files
}

// traded is an evening with two payments and a refund before midnight, a payment and a refund after
// it, and trades that no bill has.
func traded(w *world) {
	w.t.Helper()
	w.pay(pagePay, "A1", nil)
	w.login(w.open(pagePay, "UNPAID", object{"timeout_express": "30m"}), sandbox.BuyerRich)
	w.advance(10 * time.Minute)
	w.call(refund, object{"out_trade_no": "A1", "refund_amount": "100.00", "out_request_no": "R1"})
	w.advance(110*time.Minute - time.Second)
	w.pay(wapPay, "B1", object{"total_amount": "0.01", "subject": `"Go" 从零, 第二版`})
	w.advance(time.Second)
	w.pay(pagePay, "C1", nil)
	w.advance(time.Millisecond)
	w.call(refund, object{"out_trade_no": "A1", "refund_amount": "210.00", "out_request_no": "R2"})
}

func TestBill(t *testing.T) {
	t.Parallel()
	w := newEvening(t)
	traded(w)
	files := unpack(t, w.downloadBill("2026-11-21"))
	if len(files) != 2 {
		t.Errorf("got %d files, want 2", len(files))
	}
	numberOf := func(outTradeNo string) string {
		trade, _ := w.s.Trade(outTradeNo)
		return trade.TradeNo
	}
	const noShop, rest = "\t,\t,\t,\t,*家甲(159****5620)\t,", ",0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,"
	want := []string{
		"#支付宝业务明细查询",
		"#账号：[20881021758680260156]",
		"#起始日期：[2026年11月21日 00:00:00]   终止日期：[2026年11月22日 00:00:00]",
		"#-----------------------------------------业务明细列表----------------------------------------",
		billNames,
		numberOf("A1") + "\t,A1\t,交易\t,路飞学城-Python 课程,2026-11-21 22:00:00,2026-11-21 22:00:00," + noShop +
			"310.00,310.00" + rest + "\t,-1.86,0.00,",
		numberOf("A1") + "\t,A1\t,退款\t,路飞学城-Python 课程,2026-11-21 22:00:00,2026-11-21 22:10:00," + noShop +
			"-100.00,-100.00" + rest + "R1\t,0.60,0.00,",
		numberOf("B1") + "\t,B1\t,交易\t,\"\"\"Go\"\" 从零, 第二版\",2026-11-21 23:59:59,2026-11-21 23:59:59," + noShop +
			"0.01,0.01" + rest + "\t,0.00,0.00,",
		"#-----------------------------------------业务明细列表结束------------------------------------",
		"#交易合计：2笔，商家实收共310.01元，商家优惠共0.00元",
		"#退款合计：1笔，商家实收退款共-100.00元，商家优惠退款共0.00元",
		"#导出时间：[2026年11月22日 00:00:00]",
		"",
	}
	got := strings.Split(files["20881021758680260156_20261121_业务明细.csv"], "\r\n")
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("line %d differs:\ngot\n%s\nwant\n%s", i+1, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	summary := files["20881021758680260156_20261121_业务明细(汇总).csv"]
	if !strings.Contains(summary, "\r\n合计\t,\t,2,1,210.01,210.01,0.00,0.00,0.00,-1.26,0.00,208.75\r\n") {
		t.Errorf("summary: got\n%s", summary)
	}
}

// TestBillDays: a refund stands in the bill of its own day, and a month has all of its days.
func TestBillDays(t *testing.T) {
	t.Parallel()
	w := newEvening(t)
	traded(w)
	w.advance(24 * time.Hour)
	days := fetch[[]sandbox.BillDay](w, "bills")
	want := []sandbox.BillDay{
		{
			Date: "2026-11-22", Payments: 1, Paid: 310_00, Refunds: 1, Refunded: 210_00,
			ThereAt: evening.Add(26 * time.Hour), There: true,
		},
		{
			Date: "2026-11-21", Payments: 2, Paid: 310_01, Refunds: 1, Refunded: 100_00,
			ThereAt: evening.Add(2 * time.Hour), There: true,
		},
	}
	if len(days) != 2 || days[0] != want[0] || days[1] != want[1] {
		t.Errorf("days: got %+v, want %+v", days, want)
	}
	wantRows(t, w.downloadBill("2026-11-22"), "C1 310.00,A1 -210.00 R2")
	w.advance(11 * 24 * time.Hour)
	wantRows(t, w.downloadBill("2026-11"), "A1 310.00,A1 -100.00 R1,B1 0.01,C1 310.00,A1 -210.00 R2")
}

// wantRows compares a bill's rows, as order number, sum and request number, and its lines 合计 with them.
func wantRows(t *testing.T, archive, want string) {
	t.Helper()
	var rows []string
	text := listOf(t, archive)
	for line := range strings.SplitSeq(text, "\r\n") {
		cells := strings.Split(line, ",")
		if strings.HasPrefix(line, "#") || len(cells) < 25 || cells[0] == "支付宝交易号" {
			continue
		}
		last := len(cells) - 1 // the subject may have commas
		rows = append(rows, strings.TrimSpace(strings.TrimSuffix(cells[1], "\t")+" "+cells[last-12]+" "+cells[last-3]))
	}
	if got := strings.Join(rows, ","); got != want {
		t.Errorf("rows: got %q, want %q", got, want)
	}
	refunds := strings.Count(want, "-")
	for _, total := range []string{
		fmt.Sprintf("#交易合计：%d笔", len(rows)-refunds), fmt.Sprintf("#退款合计：%d笔", refunds),
	} {
		if !strings.Contains(text, total) {
			t.Errorf("the bill does not state %s:\n%s", total, text)
		}
	}
}

// listOf is the list of trades in a bill.
func listOf(t *testing.T, archive string) string {
	t.Helper()
	for name, text := range unpack(t, archive) {
		if strings.HasSuffix(name, "_业务明细.csv") {
			return text
		}
	}
	t.Fatal("the bill has no list of trades")
	return ""
}

func TestWhenTheBillIsThere(t *testing.T) {
	t.Parallel()
	const invalid, notThere, there, empty = "isv.invalid_arguments", "isp.bill_not_exist", "", "EMPTY_DATA_WITH_BILL_FILE"
	for _, c := range []struct {
		name  string
		date  string
		after time.Duration // on the clock, since the evening of November 21
		delay time.Duration
		want  string // sub_code, or bill_file_code
	}{
		{"today", "2026-11-21", 0, 0, notThere},
		{"a second before midnight", "2026-11-21", 2*time.Hour - time.Second, 0, notThere},
		{"midnight", "2026-11-21", 2 * time.Hour, 0, there},
		{"a second before nine", "2026-11-21", 11*time.Hour - time.Second, 9 * time.Hour, notThere},
		{"nine o'clock", "2026-11-21", 11 * time.Hour, 9 * time.Hour, there},
		{"an idle day", "2026-11-20", 0, 0, empty},
		{"tomorrow", "2026-11-22", 0, 0, invalid},
		{"next year", "2027-11-21", 0, 0, invalid},
		{"this month", "2026-11", 0, 0, notThere},
		{"the month, too early", "2026-11", 11 * 24 * time.Hour, 0, notThere},
		{"the month on the third", "2026-11", 12 * 24 * time.Hour, 0, there},
		{"next month", "2026-12", 0, 0, invalid},
		{"an idle month", "2026-10", 0, 0, empty},
		{"six years ago", "2020-11-22", 0, 0, empty},
		{"longer ago", "2020-11-20", 0, 0, "BILL_DATE_BEFORE_REGISTRATION"},
		{"no date", "", 0, 0, invalid},
		{"no such day", "2026-11-31", 0, 0, invalid},
		{"no leading zero", "2026-1-1", 0, 0, invalid},
		{"without dashes", "20261120", 0, 0, invalid},
		{"with a time", "2026-11-20 00:00:00", 0, 0, invalid},
		{"a year", "2026", 0, 0, invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newEvening(t, func(cfg *sandbox.Config) { cfg.BillDelay = c.delay })
			w.pay(pagePay, "A1", nil)
			if c.after > 0 {
				w.advance(c.after)
			}
			got := w.askBill(c.date)
			if reason := got["sub_code"] + got["bill_file_code"]; reason != c.want {
				t.Errorf("got %q, want %q", reason, c.want)
			}
			if hasAddress := got["bill_download_url"] != ""; hasAddress != (got["code"] == "10000") {
				t.Errorf("code %s with address %q", got["code"], got["bill_download_url"])
			}
		})
	}
}

func TestBillTypes(t *testing.T) {
	t.Parallel()
	w := newEvening(t)
	for _, kind := range []string{"", "signcustomer", "Trade"} {
		got := w.call(bill, object{"bill_type": kind, "bill_date": "2026-11-20"})
		wantMembers(t, kind, got, map[string]string{"code": "40004", "sub_code": "TYPE_NOT_SUPPORTED"})
	}
}

// TestEmptyBill: the day without trades has a file all the same.
func TestEmptyBill(t *testing.T) {
	t.Parallel()
	wantRows(t, newEvening(t).downloadBill("2026-11-20"), "")
}

// TestBillAddress: it is good for once, and for less than thirty seconds of the virtual clock.
func TestBillAddress(t *testing.T) {
	t.Parallel()
	w := newEvening(t)
	address := func() string { return w.askBill("2026-11-20")["bill_download_url"] }
	status := func(address string, want int) {
		t.Helper()
		if got := w.get(address).status; got != want {
			t.Errorf("status: got %d, want %d", got, want)
		}
	}
	first, second, third := address(), address(), address()
	if !strings.HasPrefix(first, w.server.URL+"/billdownload?") {
		t.Errorf("address: got %q, want one of %s", first, w.server.URL)
	}
	status(first, http.StatusOK)
	status(first, http.StatusForbidden)
	w.advance(30*time.Second - 1)
	status(second, http.StatusOK)
	w.advance(1)
	status(third, http.StatusForbidden)
	status(w.server.URL+"/billdownload", http.StatusForbidden)
}
