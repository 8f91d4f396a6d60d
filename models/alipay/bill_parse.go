package alipay

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"
)

// parseBill reads the zip of the trade bill of date, yyyy-MM-dd. The bill states how many payments
// and refunds it has and what they come to: rows that do not agree with that are refused. The error
// wraps ErrBill and says what is wrong and in which line.
func parseBill(zipped []byte, date string) (Bill, error) {
	rows, err := readBill(zipped, date)
	if err != nil {
		return Bill{}, fmt.Errorf("%w: %w", ErrBill, err)
	}
	return Bill{Date: date, Rows: rows}, nil
}

func readBill(zipped []byte, date string) ([]BillRow, error) {
	day, err := parseBillDate(date)
	if err != nil {
		return nil, err
	}
	file, err := openBill(zipped)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	r := billReader{
		start:   day.Format("起始日期：[2006年01月02日"),
		counted: make(map[string]billTotal),
		stated:  make(map[string]billTotal),
	}
	if err := r.read(transform.NewReader(file, simplifiedchinese.GB18030.NewDecoder())); err != nil {
		return nil, err
	}
	return r.rows, nil
}

// billReader reads a bill line by line, one line for each row. Alipay does not document how quotation
// marks in a course's name are written, and a stray one must not join rows.
type billReader struct {
	start   string // the beginning of the day, as the bill states it
	columns billColumns
	rows    []BillRow
	ended   bool
	counted map[string]billTotal // by 业务类型, from the rows
	stated  map[string]billTotal // by 业务类型, from the lines 合计
}

// billTotal is how many rows of a kind there are and what their 商家实收 comes to, in fen.
type billTotal struct {
	rows     int
	received int64
}

// String returns the total for an error.
func (t billTotal) String() string {
	return fmt.Sprintf("%d with %s", t.rows, FormatAmount(t.received))
}

func (r *billReader) read(text io.Reader) error {
	lines, n := bufio.NewScanner(text), 0
	for lines.Scan() {
		n++
		if err := r.line(lines.Text()); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("after line %d: %w", n, err)
	}
	return r.complete()
}

func (r *billReader) line(text string) (err error) {
	switch {
	case strings.TrimSpace(text) == "":
		return nil
	case strings.HasPrefix(text, "#"):
		return r.note(text)
	case r.ended:
		return errors.New("a row after the end of the list")
	case r.columns == nil:
		r.columns, err = readBillColumns(text)
		return err
	}
	row, err := r.columns.row(text)
	if err != nil {
		return err
	}
	kind := billKind(row.Refund)
	total := r.counted[kind]
	r.counted[kind] = billTotal{total.rows + 1, total.received + row.Received}
	r.rows = append(r.rows, row)
	return nil
}

// totalForm is "#交易合计：6笔，商家实收共0.06元，…" or "#退款合计：4笔，商家实收退款共-0.04元，…".
var totalForm = regexp.MustCompile(`^#(交易|退款)合计：(\d{1,9})笔，商家实收(?:退款)?共(-?[\d.]+)元`)

// note reads a line that is not a row: the day, the end of the list, or a total.
func (r *billReader) note(text string) error {
	if strings.Contains(text, "起始日期") && !strings.Contains(text, r.start) {
		return fmt.Errorf("the bill is of another day: %.200q", text)
	}
	if strings.Contains(text, "列表结束") {
		r.ended = true
	}
	parts := totalForm.FindStringSubmatch(text)
	if parts == nil {
		return nil
	}
	rows, err := strconv.Atoi(parts[2])
	if err != nil {
		return err
	}
	received, err := parseSignedAmount(parts[3])
	if err != nil {
		return err
	}
	r.stated[parts[1]] = billTotal{rows, received}
	return nil
}

// complete returns an error unless the whole bill was read.
func (r *billReader) complete() error {
	if !r.ended {
		return errors.New("cut off: the line 业务明细列表结束 is missing")
	}
	if r.columns == nil {
		return errors.New("the line with the names of the columns is missing")
	}
	for _, kind := range []string{billTrade, billRefund} {
		stated, ok := r.stated[kind]
		if !ok {
			return fmt.Errorf("cut off: the line %s合计 is missing or unreadable", kind)
		}
		if counted := r.counted[kind]; counted != stated {
			return fmt.Errorf("cut off or altered: %s合计 states %v, the rows have %v", kind, stated, counted)
		}
	}
	return nil
}
