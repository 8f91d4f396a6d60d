package main

import (
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"luffy/cmd/internal/settings"
	"luffy/models"
	"luffy/models/alipay"
	"luffy/models/modelstest"
	"luffy/models/payment"
)

// TestRestoredBackup: what the backup lacks is booked from Alipay's bill or listed for staff, and no money
// goes back twice.
func TestRestoredBackup(t *testing.T) {
	t.Parallel()
	onEachTill(t, func(p *till) {
		sold := p.sell(p.stock.Plain.For(0), p.stock.Step.For(0))
		unheard := p.order(p.stock.Plain.For(30))
		restore := p.backUp()
		refund, err := p.payments.Refund(p.t.Context(), models.NewRefund{
			OrderNumber: sold.OrderNumber, Line: 1, Reason: "换课",
		})
		if err != nil || refund.State != models.RefundDone {
			p.t.Fatalf("got %+v, %v; want the refund done", refund, err)
		}
		lost := p.sell(p.stock.Off.For(60))
		p.today()

		restore()
		p.want(0, "migrate up", "nothing to apply")
		p.want(0, "audit", "clean")
		p.want(exitOpen, "reconcile "+p.date(), "open differences: 1",
			"paid_at_alipay_not_here    "+lost.OrderNumber, "confirmed by query: fulfilled", "booked from the bill")
		p.want(0, "order "+unheard.OrderNumber, models.OrderPaid.String())
		p.want(exitFailure, "refund "+sold.OrderNumber+" --line 1 --reason 换课", "given back before")
		p.want(0, "refund "+sold.OrderNumber+" --reason 停课", sold.OrderNumber+"R1 of ¥")
		p.want(0, "audit", "clean")
		trade, _ := p.alipay.Trade(sold.OrderNumber)
		if models.Fen(trade.Refunded) != sold.RealPrice || len(trade.Refunds) != 2 {
			p.t.Errorf("at Alipay %d went back in %d refunds, want %d in 2", trade.Refunded, len(trade.Refunds), sold.RealPrice)
		}
	})
}

// TestRestoredBackupLacksAnAttempt: a second attempt that the backup lacks ends as the first would. Of two
// orders, one was paid by it, and one paid by it and refunded in part.
func TestRestoredBackupLacksAnAttempt(t *testing.T) {
	t.Parallel()
	onEachTill(t, func(p *till) {
		paid := modelstest.Order(p.t, p.db, p.student, p.stock.Plain.For(30))
		refunded := modelstest.Order(p.t, p.db, p.student, p.stock.Plain.For(0), p.stock.Step.For(0))
		restore := p.backUp()
		for _, order := range []models.Order{paid, refunded} {
			p.secondAttempt(order)
		}
		refund, err := p.payments.Refund(p.t.Context(), models.NewRefund{OrderNumber: refunded.OrderNumber, Line: 1, Reason: "换课"})
		if err != nil || refund.State != models.RefundDone {
			p.t.Fatalf("got %+v, %v; want the refund done", refund, err)
		}
		p.today()

		restore()
		p.want(0, "reconcile "+p.date(), "balanced", "confirmed by query: fulfilled", "booked from the bill")
		for _, order := range []models.Order{paid, refunded} {
			p.want(0, "order "+order.OrderNumber, models.OrderPaid.String(), order.OrderNumber+"_2")
		}
		p.want(exitFailure, "refund "+refunded.OrderNumber+" --line 1 --reason 换课", "given back before")
		p.want(0, "audit", "clean")
	})
}

// secondAttempt begins to pay an order, has Alipay close the trade, and pays by a second one.
func (p *till) secondAttempt(order models.Order) {
	p.t.Helper()
	first := modelstest.Attempt(p.t, p.db, order)
	p.must(p.db.ClosePayment(p.t.Context(), first.ID, alipay.TradeClosed))
	link, err := p.payments.Start(p.t.Context(), p.student.ID, order.OrderNumber, payment.Desktop)
	p.must(err)
	p.must(p.alipay.Pay(link, ""))
	second := order.OrderNumber + "_2"
	standing, err := p.db.PaymentByOutTradeNo(p.t.Context(), second)
	p.must(err)
	if standing.Payment.ID == 0 {
		p.t.Fatalf("there is no attempt %s", second)
	}
	p.payments.AskSoon(p.t.Context(), standing.Payment)
	p.must(p.payments.Wait(p.t.Context()))
}

// TestRestoredBackupOfLinesOfOnePrice: the backup lacks a refund of the first of two lines of one price,
// and before the bill comes, a line is given back. It is the same refund again, or one of its own.
func TestRestoredBackupOfLinesOfOnePrice(t *testing.T) {
	t.Parallel()
	for line, back := range map[string]models.Fen{"1": 99_00, "2": 198_00} {
		onEachTill(t, func(p *till) {
			_, err := p.db.SQL().ExecContext(p.t.Context(), "UPDATE ly_course_expire SET price = 19900 WHERE course_id = ?", p.stock.Off.ID)
			p.must(err)
			sold := p.sell(p.stock.Plain.For(30), p.stock.Off.For(30)) // 99.00 and 199.00 - 100.00
			restore := p.backUp()
			lost, err := p.payments.Refund(p.t.Context(), models.NewRefund{OrderNumber: sold.OrderNumber, Line: 1, Reason: "换课"})
			if err != nil || lost.State != models.RefundDone {
				p.t.Fatalf("got %+v, %v; want the refund done", lost, err)
			}
			p.today()

			restore()
			p.want(0, "refund "+sold.OrderNumber+" --reason 换课 --line "+line, sold.OrderNumber+"R1L"+line+" of ¥99.00: done")
			p.want(0, "reconcile "+p.date(), "balanced")
			p.want(exitFailure, "refund "+sold.OrderNumber+" --reason 换课 --line 1")
			p.want(0, "audit", "clean")
			if trade, _ := p.alipay.Trade(sold.OrderNumber); models.Fen(trade.Refunded) != back {
				p.t.Errorf("line %s: at Alipay %s went back, want %s", line, models.Fen(trade.Refunded), back)
			}
		})
	}
}

// TestRestoredBackupOfAnOrderThatWasGivenBack: the backup has an open order that was paid and given back in
// parts since. Of these Alipay first tells only the sum, and their numbers with the bill.
func TestRestoredBackupOfAnOrderThatWasGivenBack(t *testing.T) {
	t.Parallel()
	onEachTill(t, func(p *till) {
		order := modelstest.Order(p.t, p.db, p.student, p.stock.Plain.For(0), p.stock.Step.For(0))
		link, err := p.payments.Start(p.t.Context(), p.student.ID, order.OrderNumber, payment.Desktop)
		p.must(err)
		restore := p.backUp()
		p.must(p.alipay.Pay(link, ""))
		standing, err := p.db.PaymentByOutTradeNo(p.t.Context(), order.OrderNumber)
		p.must(err)
		p.payments.AskSoon(p.t.Context(), standing.Payment)
		p.must(p.payments.Wait(p.t.Context()))
		for _, part := range []models.Fen{50_00, 0} { // 0 is all that is left
			p.pause()
			refund, err := p.payments.Refund(p.t.Context(), models.NewRefund{OrderNumber: order.OrderNumber, Amount: part, Reason: "停课"})
			if err != nil || refund.State != models.RefundDone {
				p.t.Fatalf("got %+v, %v; want the refund done", refund, err)
			}
		}
		p.today()

		restore()
		p.want(0, "order ask "+order.OrderNumber)
		p.want(0, "reconcile "+p.date(), "balanced")
		p.want(0, "order "+order.OrderNumber, order.OrderNumber+"R1  done   50.00", order.OrderNumber+"R2  done   515.00")
		p.want(0, "audit", "clean")
	})
}

// backUp makes a backup of the shop's database as an operator does, for the program to go on with once
// restore has loaded it.
func (p *till) backUp() (restore func()) {
	p.t.Helper()
	if p.db.Dialect() == models.DialectSQLite {
		file := filepath.Join(p.t.TempDir(), "backup.db")
		_, err := p.db.SQL().ExecContext(p.t.Context(), "VACUUM INTO ?", file)
		p.must(err)
		return func() { p.environ = append(p.environ, "LUFFY_DATABASE_URL=sqlite:"+file) }
	}
	address, err := url.Parse(settings.Read(p.environ).DatabaseURL)
	p.must(err)
	name := address.Path[1:]
	dump := p.atServer(address, "", "mariadb-dump", "--single-transaction", name)
	return func() {
		p.atServer(address, "DROP DATABASE "+name+"; CREATE DATABASE "+name+" CHARACTER SET utf8mb4", "mariadb")
		p.atServer(address, dump, "mariadb", name)
	}
}

// atServer runs a program of MariaDB's and returns what it prints.
func (p *till) atServer(address *url.URL, stdin, program string, args ...string) string {
	p.t.Helper()
	password, _ := address.User.Password()
	server := []string{"--host=" + address.Hostname(), "--port=" + address.Port(), "--user=" + address.User.Username()}
	command := exec.CommandContext(p.t.Context(), program, append(server, args...)...)
	command.Env = append(os.Environ(), "MYSQL_PWD="+password)
	var said strings.Builder
	command.Stdin, command.Stderr = strings.NewReader(stdin), &said
	out, err := command.Output()
	if err != nil {
		p.t.Fatalf("%s: %v\n%s", program, err, said.String())
	}
	return string(out)
}
