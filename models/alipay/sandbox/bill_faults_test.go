package sandbox_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"luffy/models/alipay/sandbox"
)

// TestBillRowFaults: which rows there are then; the lines 合计 agree with them.
func TestBillRowFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		faults []sandbox.Fault
		want   string
	}{
		{"none", nil, "A1 310.00,A1 -100.00 R1,B1 0.01"},
		{"payment missing", []sandbox.Fault{{Name: sandbox.BillTradeMissing, OutTradeNo: "A1"}}, "A1 -100.00 R1,B1 0.01"},
		{"all payments missing", []sandbox.Fault{{Name: sandbox.BillTradeMissing}}, "A1 -100.00 R1"},
		{"the first payment missing", []sandbox.Fault{{Name: sandbox.BillTradeMissing, Times: 1}}, "A1 -100.00 R1,B1 0.01"},
		{"refund missing", []sandbox.Fault{{Name: sandbox.BillRefundMissing, OutTradeNo: "A1"}}, "A1 310.00,B1 0.01"},
		{"refund without a number", []sandbox.Fault{{Name: sandbox.BillRefundNameless}}, "A1 310.00,A1 -100.00,B1 0.01"},
		{
			"trade added", []sandbox.Fault{{Name: sandbox.BillTradeAdded}},
			"A1 310.00,A1 -100.00 R1,B1 0.01,NOT_OF_THIS_SHOP 1.00",
		},
		{
			"named trade added", []sandbox.Fault{{Name: sandbox.BillTradeAdded, Value: "X1"}},
			"A1 310.00,A1 -100.00 R1,B1 0.01,X1 1.00",
		},
		{
			"other sum", []sandbox.Fault{{Name: sandbox.BillAmount, OutTradeNo: "A1", Value: "300.00"}},
			"A1 300.00,A1 -100.00 R1,B1 0.01",
		},
		{"empty", []sandbox.Fault{{Name: sandbox.BillEmpty}}, ""},
		{"several", []sandbox.Fault{
			{Name: sandbox.BillTradeMissing, OutTradeNo: "B1"}, {Name: sandbox.BillAmount, OutTradeNo: "A1"},
			{Name: sandbox.BillRefundMissing, OutTradeNo: "A1"}, {Name: sandbox.BillTradeAdded},
		}, "A1 0.01,NOT_OF_THIS_SHOP 1.00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newEvening(t)
			traded(w)
			for _, f := range c.faults {
				w.fault(f)
			}
			wantRows(t, w.downloadBill("2026-11-21"), c.want)
			w.s.ClearFaults()
			wantRows(t, w.downloadBill("2026-11-21"), "A1 310.00,A1 -100.00 R1,B1 0.01")
		})
	}
}

func TestEmptyBillFaultHasItsCode(t *testing.T) {
	t.Parallel()
	w := newEvening(t)
	traded(w)
	w.fault(sandbox.Fault{Name: sandbox.BillEmpty})
	wantMembers(t, "answer", w.askBill("2026-11-21"), map[string]string{"bill_file_code": "EMPTY_DATA_WITH_BILL_FILE"})
}

// TestBillColumnFaults: the line of names, and that rows have as many cells.
func TestBillColumnFaults(t *testing.T) {
	t.Parallel()
	const first, last = "支付宝交易号", "备注"
	for _, c := range []struct {
		fault       sandbox.Fault
		columns     int
		first, last string
		missing     string
	}{
		{sandbox.Fault{Name: sandbox.BillExtraColumns}, 28, "序号", "交易方式", ""},
		{sandbox.Fault{Name: sandbox.BillReordered}, 25, last, first, ""},
		{sandbox.Fault{Name: sandbox.BillMissingColumns}, 24, first, last, "商户订单号"},
		{sandbox.Fault{Name: sandbox.BillMissingColumns, Value: "商家实收（元）"}, 24, first, last, "商家实收（元）"},
	} {
		t.Run(c.fault.Name+c.fault.Value, func(t *testing.T) {
			t.Parallel()
			w := newEvening(t)
			w.pay(pagePay, "A1", nil)
			w.advance(2 * time.Hour)
			w.fault(c.fault)
			lines := strings.Split(listOf(t, w.downloadBill("2026-11-21")), "\r\n")
			names, row := strings.Split(lines[4], ","), strings.Split(lines[5], ",")
			if len(names) != c.columns || len(row) != c.columns || names[0] != c.first || names[len(names)-1] != c.last {
				t.Errorf("got %d names, %d cells, from %s to %s; want %d from %s to %s",
					len(names), len(row), names[0], names[len(names)-1], c.columns, c.first, c.last)
			}
			if c.missing != "" && strings.Contains(lines[4], c.missing) {
				t.Errorf("the column %s is there: %s", c.missing, lines[4])
			}
		})
	}
}

func TestBillFileFaults(t *testing.T) {
	t.Parallel()
	w := newEvening(t)
	traded(w)
	once := func(name, value string) { w.fault(sandbox.Fault{Name: name, Value: value, Times: 1}) }

	once(sandbox.BillLate, "")
	wantMembers(t, "late", w.askBill("2026-11-21"), map[string]string{"code": "40004", "sub_code": "isp.bill_not_exist"})
	once(sandbox.BillLate, "NO_BILL_DATA")
	wantMembers(t, "late", w.askBill("2026-11-21"), map[string]string{"code": "40004", "sub_code": "NO_BILL_DATA"})

	once(sandbox.BillExpiredURL, "")
	if got := w.get(w.askBill("2026-11-21")["bill_download_url"]); got.status != http.StatusForbidden {
		t.Errorf("expired address: got status %d, want 403", got.status)
	}
	once(sandbox.BillNotZip, "")
	if got := w.downloadBill("2026-11-21"); !strings.HasPrefix(got, "<!doctype html>") {
		t.Errorf("not a zip: got %.40q, want a page", got)
	}
	once(sandbox.BillCutOff, "")
	text := listOf(t, w.downloadBill("2026-11-21"))
	if strings.Contains(text, "合计") || strings.Contains(text, "B1") || !strings.Contains(text, "R1") {
		t.Errorf("cut off: want all rows but the last and no line after them, got\n%s", text)
	}
	once(sandbox.BillCutOff, "zip")
	cut, whole := w.downloadBill("2026-11-21"), w.downloadBill("2026-11-21")
	if len(cut) != len(whole)/2 || !strings.HasPrefix(whole, cut) {
		t.Errorf("archive cut off: got %d bytes of %d, want half of them", len(cut), len(whole))
	}
	wantRows(t, whole, "A1 310.00,A1 -100.00 R1,B1 0.01")
}
