package alipay

import (
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The columns that are read. Which other columns a bill has, and their order, depends on the account.
const (
	columnTradeNo      = "支付宝交易号"
	columnOutTradeNo   = "商户订单号"
	columnKind         = "业务类型"
	columnSubject      = "商品名称"
	columnCreated      = "创建时间"
	columnFinished     = "完成时间"
	columnAmount       = "订单金额（元）"
	columnReceived     = "商家实收（元）"
	columnOutRequestNo = "退款批次号/请求号"
	columnServiceFee   = "服务费（元）"
)

var neededColumns = []string{
	columnTradeNo, columnOutTradeNo, columnKind, columnSubject, columnCreated, columnFinished,
	columnAmount, columnReceived, columnOutRequestNo, columnServiceFee,
}

// The values of 业务类型.
const (
	billTrade  = "交易"
	billRefund = "退款"
)

func billKind(refund bool) string {
	if refund {
		return billRefund
	}
	return billTrade
}

// billColumns are the names of a bill's columns from left to right.
type billColumns []string

func readBillColumns(line string) (billColumns, error) {
	columns := billColumns(strings.Split(line, ","))
	for i, name := range columns {
		columns[i] = strings.TrimSpace(name)
	}
	var missing []string
	for _, name := range neededColumns {
		at := slices.Index(columns, name)
		if at < 0 {
			missing = append(missing, name)
		} else if slices.Contains(columns[at+1:], name) {
			return nil, fmt.Errorf("the column %s is there twice", name)
		}
	}
	if missing != nil {
		return nil, fmt.Errorf("missing columns: %s", strings.Join(missing, ", "))
	}
	return columns, nil
}

func (c billColumns) row(line string) (BillRow, error) {
	values, err := c.split(line)
	if err != nil {
		return BillRow{}, err
	}
	cells := billCells{columns: c, values: values}
	row := BillRow{
		TradeNo:      cells.text(columnTradeNo),
		OutTradeNo:   cells.text(columnOutTradeNo),
		OutRequestNo: cells.text(columnOutRequestNo),
		Refund:       cells.text(columnKind) == billRefund,
		Amount:       cells.amount(columnAmount),
		Received:     cells.amount(columnReceived),
		ServiceFee:   cells.amount(columnServiceFee),
		CreatedAt:    cells.time(columnCreated),
		FinishedAt:   cells.time(columnFinished),
		Subject:      cells.text(columnSubject),
	}
	if row.Refund {
		row.Amount = -row.Amount
	}
	if kind := cells.text(columnKind); kind != billKind(row.Refund) {
		cells.fail(columnKind, fmt.Errorf("%.40q is neither 交易 nor 退款", kind))
	}
	if row.TradeNo == "" {
		cells.fail(columnTradeNo, errors.New("it is empty"))
	}
	if row.Amount < 0 {
		cells.fail(columnAmount, errors.New("a 交易 must not be negative, a 退款 not positive"))
	}
	return row, cells.err
}

// split cuts a row into one cell for each column. Quotation marks that do not follow the rules of
// CSV are text. So are commas in the last cell, 备注; one in any other text shifts 服务费 onto a cell
// that is no amount.
func (c billColumns) split(line string) ([]string, error) {
	if strings.Contains(line, `"`) {
		if values, err := csv.NewReader(strings.NewReader(line)).Read(); err == nil && len(values) == len(c) {
			return values, nil
		}
	}
	values := strings.SplitN(line, ",", len(c))
	if len(values) < len(c) {
		return nil, fmt.Errorf("%d cells for %d columns; the bill is cut off", len(values), len(c))
	}
	return values, nil
}

// billCells reads typed values out of a row and remembers the first that is unreadable.
type billCells struct {
	columns billColumns
	values  []string
	err     error
}

func (c *billCells) fail(column string, problem error) {
	if c.err == nil {
		c.err = fmt.Errorf("%s: %w", column, problem)
	}
}

// text returns a cell without the tab that keeps spreadsheets from taking long numbers for amounts.
func (c *billCells) text(column string) string {
	return strings.TrimSpace(c.values[slices.Index(c.columns, column)])
}

func (c *billCells) amount(column string) int64 {
	fen, err := parseSignedAmount(c.text(column))
	if err != nil {
		c.fail(column, err)
	}
	return fen
}

func (c *billCells) time(column string) time.Time {
	at, err := ParseTime(c.text(column))
	if err != nil {
		c.fail(column, err)
	}
	return at
}
