package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"

	"luffy/models"
)

// sizeConns is the number of connections with which the sizes are compared.
const sizeConns = 16

// measureSizes prints (f): notifies and pages with tables that hold so many paid orders of other
// students. Each size is a shop with a database of its own on the same server, and they take turns.
func measureSizes(ctx context.Context, host string, o options) (err error) {
	if len(o.sizes) == 0 {
		return nil
	}
	var measurements []func() (sample, error)
	for _, size := range o.sizes {
		b, err := openBench(ctx, host, fmt.Sprintf("luffy_bench_%d", size), o)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, b.close()) }()
		request, err := b.readerPage(ctx)
		if err != nil {
			return err
		}
		if err := b.fill(ctx, size); err != nil {
			return err
		}
		measurements = append(measurements,
			func() (sample, error) { return b.notifyShop(ctx, sizeConns, distinctCourses) },
			func() (sample, error) { return b.pagesOf(ctx, b.caller, sizeConns, request) })
	}
	taken, err := inTurns(o.rounds, measurements...)
	if err != nil {
		return err
	}
	fmt.Printf("\n(f) by the number of orders in the tables, %d connections\n%10s %12s %8s %12s %8s\n",
		sizeConns, "orders", "notifies/s", "of first", "pages/s", "of first")
	for i, size := range o.sizes {
		notifies, pages := taken[2*i].rate, taken[2*i+1].rate
		fmt.Printf("%10d %12.0f %8.2f %12.0f %8.2f\n",
			size, notifies, notifies/taken[0].rate, pages, pages/taken[1].rate)
	}
	return nil
}

// ordersAStudent is how many orders each of those other students has.
const ordersAStudent = 20

// fillBatch keeps the server's undo log short.
const fillBatch = 100_000

// fill adds paid orders of one line until the tables hold so many. The rows are made by the server from
// its sequences: nothing else is fast enough for millions.
func (b *bench) fill(ctx context.Context, orders int) error {
	conn, err := b.sql.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	var have int
	if err := conn.QueryRowContext(ctx, "SELECT COUNT(*) FROM ly_order").Scan(&have); err != nil {
		return err
	}
	for have < orders {
		n := min(fillBatch, orders-have)
		from := b.next + 1
		b.next, have = b.next+n, have+n
		for _, statement := range fillRows(from, b.next) {
			if _, err := conn.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("%.60s: %w", statement, err)
			}
		}
	}
	return settle(ctx, conn)
}

// settle waits until the server has written everything to disk, which would otherwise slow down the next
// measurement.
func settle(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, "SET GLOBAL innodb_max_dirty_pages_pct = 0"); err != nil {
		return err
	}
	for dirty := math.MaxInt; dirty > 500; {
		var name string
		err := conn.QueryRowContext(ctx, "SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_pages_dirty'").Scan(&name, &dirty)
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	_, err := conn.ExecContext(ctx, "SET GLOBAL innodb_max_dirty_pages_pct = 90") // the default
	return err
}

// fillRows are the statements that insert the paid orders with these numbers.
func fillRows(from, to int) []string {
	of := fmt.Sprintf("FROM seq_%d_to_%d", from, to)
	student := fmt.Sprintf("%d + FLOOR((seq - %d) / %d) * %d", from, from, ordersAStudent, ordersAStudent)
	number := "CONCAT('20251122', LPAD(seq, 18, '0'))"
	return []string{
		fmt.Sprintf(`INSERT INTO ly_user (id, username, password, created_at)
			SELECT seq, CONCAT('f', seq), '', UTC_TIMESTAMP(6) FROM seq_%d_to_%d_step_%d`,
			from, to, ordersAStudent),
		fmt.Sprintf(`INSERT INTO ly_order (id, order_number, user_id, order_title,
			                      total_price, real_price, order_status, pay_type, created_at, expires_at, pay_time)
			SELECT seq, %s, %s, 'bench', %d, %d, %d, %d, NOW(6), NOW(6), NOW(6) %s`,
			number, student, orderAmount, orderAmount, models.OrderPaid, models.PayAlipay, of),
		fmt.Sprintf(`INSERT INTO ly_order_detail (id, order_id, course_id, position, expire_text, expire_days,
			                             course_name, course_img, price, sale_price, real_price)
			SELECT seq * %d, seq, seq MOD %d + 1, 1, '三个月有效', 90, '课程', 'img/go.svg', %d, %d, %d %s`,
			linesAnOrder, courses, orderAmount, orderAmount, orderAmount, of),
		fmt.Sprintf(`INSERT INTO ly_payment (id, order_id, out_trade_no, app_id, amount, subject, state,
			                        trade_no, expires_at, created_at, paid_at)
			SELECT seq, seq, %s, '%s', %d, 'bench', 'paid', CONCAT('2025', %s), NOW(6), NOW(6), NOW(6) %s`,
			number, appID, orderAmount, number, of),
		fmt.Sprintf(`INSERT INTO ly_user_course (user_id, course_id, order_detail_id, trade_no, buy_type,
			                            pay_time, out_time, created_at)
			SELECT %s, seq MOD %d + 1, seq * %d, CONCAT('2025', %s), 1, NOW(6), NOW(6) + INTERVAL 90 DAY, NOW(6) %s`,
			student, courses, linesAnOrder, number, of),
		fmt.Sprintf(`INSERT INTO ly_payment_event (received_at, source, notify_id, out_trade_no, trade_no,
			                              trade_status, verdict, reason, raw)
			SELECT NOW(6), 'notify', CONCAT('f', seq), %s, CONCAT('2025', %s),
			       'TRADE_SUCCESS', 'accepted', 'fulfilled', REPEAT('x', 1200) %s`,
			number, number, of),
	}
}
