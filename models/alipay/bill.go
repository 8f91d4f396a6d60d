package alipay

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	methodBill = "alipay.data.dataservice.bill.downloadurl.query"

	// emptyBill is the bill_file_code of a day on which nothing was traded.
	emptyBill = "EMPTY_DATA_WITH_BILL_FILE"
)

var (
	// ErrNoBill marks a day for which Alipay has no bill: it is not made yet, or never will be,
	// because nothing was traded; see IsNoTrades. Only sellers who did not change the settings of
	// their bills get a bill without rows for such a day (bill_file_code).
	ErrNoBill = errors.New("the bill is not there yet")

	// ErrBill marks a bill that is incomplete, of another day or unreadable. None of its rows is
	// returned.
	ErrBill = errors.New("the bill cannot be used")
)

// Bill is the trade bill (收单业务账单) of one day, all apps of the seller together.
type Bill struct {
	Date string    // the Beijing day, yyyy-MM-dd
	Rows []BillRow // in the order of the bill
}

// BillRow is one payment or one refund. Amounts are fen, times UTC.
type BillRow struct {
	TradeNo      string
	OutTradeNo   string
	OutRequestNo string // 退款批次号/请求号; of a refund only
	Refund       bool   // 业务类型 is 退款, else 交易
	Amount       int64  // 订单金额; of a refund the sum given back, not negative either
	Received     int64  // 商家实收; negative for a refund, as in the bill
	ServiceFee   int64  // 服务费; negative when charged, as in the bill
	CreatedAt    time.Time
	FinishedAt   time.Time // decides which day's bill has the row, but may be slightly outside that day
	Subject      string
}

// Bill fetches the trade bill of a day that is over in Beijing, written yyyy-MM-dd
// (查询对账单下载地址, then the download). Besides ErrNoBill and ErrBill the error may wrap
// ErrUnknown, or be an *Error; in every case nothing is known about the day. Bills are normally
// there by 09:00 Beijing time; ask after 10:00.
func (c *Client) Bill(ctx context.Context, date string) (Bill, error) {
	if err := c.checkBillDate(date); err != nil {
		return Bill{}, fmt.Errorf("%s: %w", methodBill, err)
	}
	var a struct {
		DownloadURL string `json:"bill_download_url"`
		FileCode    string `json:"bill_file_code"`
	}
	err := c.ask(ctx, methodBill, callContent{BillType: "trade", BillDate: date, Secure: "true"}, &a)
	switch {
	case hasSubCode(err, "BILL_NOT_EXIST", "NO_BILL_DATA"):
		return Bill{}, fmt.Errorf("%w: %w", ErrNoBill, err)
	case err != nil:
		return Bill{}, err
	case a.FileCode == emptyBill:
		return Bill{Date: date}, nil
	}
	zipped, err := c.downloadBill(ctx, a.DownloadURL)
	if err != nil {
		return Bill{}, unknown(methodBill, err)
	}
	return parseBill(zipped, date)
}

// IsNoTrades tells whether an ErrNoBill is Alipay's word that nothing was traded on the day.
func IsNoTrades(err error) bool { return hasSubCode(err, "NO_BILL_DATA") }

// checkBillDate refuses dates for which the gateway cannot have a bill, like days that are not over.
func (c *Client) checkBillDate(date string) error {
	if _, err := parseBillDate(date); err != nil {
		return err
	}
	if today := c.now().In(Zone).Format(time.DateOnly); date >= today {
		return fmt.Errorf("bill of %s: the day must be over, and in Beijing it is %s", date, today)
	}
	return nil
}

func parseBillDate(date string) (time.Time, error) {
	day, err := time.ParseInLocation(time.DateOnly, date, Zone)
	if err != nil {
		return time.Time{}, fmt.Errorf("bill of %.20q: a date like %s is expected", date, time.DateOnly)
	}
	return day, nil
}
