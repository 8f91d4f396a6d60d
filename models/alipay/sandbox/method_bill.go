package sandbox

import (
	"cmp"
	"time"

	"luffy/models/alipay"
)

type billAnswer struct {
	BillDownloadURL string `json:"bill_download_url"`
	BillFileCode    string `json:"bill_file_code,omitempty"`
}

// emptyBill means that nothing was traded. There is a file all the same, without rows.
const emptyBill = "EMPTY_DATA_WITH_BILL_FILE"

// queryBill is alipay.data.dataservice.bill.downloadurl.query, for the trade bill of a day or a month.
func (s *Sandbox) queryBill(q *request) (any, error) {
	var content struct {
		BillType string `json:"bill_type"`
		BillDate string `json:"bill_date"`
	}
	if err := q.biz(&content); err != nil {
		return nil, err
	}
	if content.BillType != "trade" {
		return nil, billRefusal("TYPE_NOT_SUPPORTED", "只有 trade 账单")
	}
	p, err := readPeriod(content.BillDate)
	if err != nil {
		return nil, err
	}
	b, err := s.makeBill(p)
	if err != nil {
		return nil, err
	}
	var answer billAnswer
	if len(b.rows) == 0 {
		answer.BillFileCode = emptyBill
	}
	answer.BillDownloadURL = q.base + downloadPath + "?token=" + s.offer(b)
	return answer, nil
}

// Two of the codes that the data service gives. Its documents have BILL_NOT_EXIST and INVAILID_ARGUMENTS
// (sic), but with real accounts it gives these (solarhell/alipay-go, code_observed.go).
const (
	billNotExist = "isp.bill_not_exist"
	billBadDate  = "isv.invalid_arguments"
)

// billRefusal is a refusal by the data service.
func billRefusal(subCode, why string) *refusal {
	return &refusal{Code: codeBusiness, SubCode: subCode, SubMsg: why}
}

// period is the day or the month of a bill, from midnight to midnight in Beijing.
type period struct {
	name        string // in the file's name: 20261121 or 202611
	from, until time.Time
	made        time.Time // when its bill is made, but for Config.BillDelay
}

func (p period) holds(t time.Time) bool { return !t.Before(p.from) && t.Before(p.until) }

// billYears is how many years back there are bills.
const billYears = 6

func readPeriod(date string) (period, error) {
	if day, err := time.ParseInLocation(time.DateOnly, date, alipay.Zone); err == nil {
		return dayOf(day), nil
	}
	month, err := time.ParseInLocation("2006-01", date, alipay.Zone)
	if err != nil {
		return period{}, billRefusal(billBadDate, "bill_date 须为 yyyy-MM-dd 或 yyyy-MM")
	}
	next := month.AddDate(0, 1, 0)
	return period{name: month.Format("200601"), from: month, until: next, made: next.AddDate(0, 0, 2)}, nil
}

func dayOf(t time.Time) period {
	year, month, day := t.In(alipay.Zone).Date()
	from := time.Date(year, month, day, 0, 0, 0, 0, alipay.Zone)
	return period{name: from.Format("20060102"), from: from, until: from.AddDate(0, 0, 1), made: from.AddDate(0, 0, 1)}
}

// billThere returns nil if there is a bill of the period now, or else why there is none.
func (s *Sandbox) billThere(p period, now time.Time) error {
	switch {
	case now.Before(p.from):
		return billRefusal(billBadDate, "bill_date 还没有到")
	case now.Before(p.made.Add(s.cfg.BillDelay)):
		return billRefusal(billNotExist, "账单还没有生成")
	case p.from.Before(now.AddDate(-billYears, 0, 0)):
		return billRefusal("BILL_DATE_BEFORE_REGISTRATION", "bill_date 早于可查询的范围")
	}
	return nil
}

// makeBill decides what is in the bill and what is wrong with it.
func (s *Sandbox) makeBill(p period) (bill, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.now()
	if err := s.billThere(p, now); err != nil {
		return bill{}, err
	}
	b := bill{period: p, account: s.cfg.SellerID, exported: now, faults: s.takeFaults(wholeBillFaultNames, faulty{})}
	if f, late := b.faults[BillLate]; late {
		return bill{}, billRefusal(cmp.Or(f.Value, billNotExist), "账单还没有生成")
	}
	if !b.faults.on(BillEmpty) {
		b.rows = s.alterRows(s.rowsOf(p, now), b)
	}
	return b, nil
}
