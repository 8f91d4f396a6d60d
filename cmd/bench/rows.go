package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	courses      = 300
	linesAnOrder = 3
)

// order is an unpaid order with everything that fulfilling it touches: coupon and points held, three
// lines and three cart items.
type order struct {
	id, user, coupon int64
	number           string
	courses          [linesAnOrder]int64
}

const (
	orderAmount = 310_00
	orderPoints = 100
)

func (b *bench) addCourses(ctx context.Context) error {
	statements := []string{
		"INSERT INTO ly_category (id, name) VALUES (1, 'bench')",
		"INSERT INTO ly_teacher (id, name) VALUES (1, 'bench')",
		"INSERT INTO ly_coupon (id, name, sale, days) VALUES (1, 'bench', '-10', 30)",
	}
	var rows []string
	for i := 1; i <= courses; i++ {
		rows = append(rows, fmt.Sprintf("(%d, 1, 1, '课程 %d', 'img/go.svg', 20000, UTC_TIMESTAMP(6))", i, i))
	}
	statements = append(statements,
		"INSERT INTO ly_course (id, category_id, teacher_id, name, course_img, price, created_at) VALUES "+
			strings.Join(rows, ","))
	return b.exec(ctx, statements)
}

func (b *bench) exec(ctx context.Context, statements []string) error {
	for _, s := range statements {
		if _, err := b.sql.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("%.60s: %w", s, err)
		}
	}
	return nil
}

// choice chooses the courses of an order.
type choice func(order int64) [linesAnOrder]int64

// sameCourses is the choice of everybody during a sale: courses 1, 2 and 3.
func sameCourses(int64) (chosen [linesAnOrder]int64) {
	for i := range chosen {
		chosen[i] = int64(i + 1)
	}
	return chosen
}

// distinctCourses goes through all courses, so that orders at the same moment have no course in common.
func distinctCourses(order int64) (chosen [linesAnOrder]int64) {
	for i := range chosen {
		chosen[i] = (order*linesAnOrder+int64(i))%courses + 1
	}
	return chosen
}

// addOrders makes unpaid orders, each of a student of its own.
func (b *bench) addOrders(ctx context.Context, n int, choose choice) ([]order, error) {
	made := make([]order, n)
	for i := range made {
		b.next++
		id := int64(b.next)
		made[i] = order{
			id: id, user: id, coupon: id, number: fmt.Sprintf("20261122%018d", id), courses: choose(id),
		}
	}
	for batch := range slices.Chunk(made, 500) {
		if err := b.exec(ctx, orderRows(batch)); err != nil {
			return nil, err
		}
	}
	return made, nil
}

func orderRows(batch []order) []string {
	const now, later = "UTC_TIMESTAMP(6)", "UTC_TIMESTAMP(6) + INTERVAL 1 DAY"
	var users, coupons, orders, lines, payments, carts []string
	for _, o := range batch {
		users = append(users, fmt.Sprintf("(%d, 's%d', '', 500, %d, %s)", o.user, o.user, orderPoints, now))
		coupons = append(coupons, fmt.Sprintf("(%d, %d, 1, %s, %s, %d)", o.coupon, o.user, now, later, o.id))
		orders = append(orders, fmt.Sprintf("(%d, '%s', %d, 'bench', %d, 1000, 1000, %d, %d, %d, %s, %s)",
			o.id, o.number, o.user, orderAmount+2000, orderAmount, orderPoints, o.coupon, now, later))
		payments = append(payments, fmt.Sprintf("(%d, '%s', '%s', %d, 'bench', 'open', %s, %s, %s)",
			o.id, o.number, appID, orderAmount, later, now, later))
		for j, course := range o.courses {
			lines = append(lines, fmt.Sprintf("(%d, %d, %d, '三个月有效', 90, '课程 %d', 'img/go.svg', 11000, 11000, 10333)",
				o.id, course, j+1, course))
			carts = append(carts, fmt.Sprintf("(%d, %d, 11000, %s)", o.user, course, now))
		}
	}
	insert := func(head string, rows []string) string {
		return "INSERT INTO " + head + " VALUES " + strings.Join(rows, ",")
	}
	return []string{
		insert("ly_user (id, username, password, credit, credit_held, created_at)", users),
		insert("ly_user_coupon (id, user_id, coupon_id, start_time, end_time, order_id)", coupons),
		insert("ly_order (id, order_number, user_id, order_title, "+
			"total_price, coupon_amount, credit_amount, real_price, credit, coupon, created_at, expires_at)", orders),
		insert("ly_order_detail (order_id, course_id, position, expire_text, expire_days, course_name, course_img, "+
			"price, sale_price, real_price)", lines),
		insert("ly_payment (order_id, out_trade_no, app_id, amount, subject, state, "+
			"expires_at, created_at, ask_at)", payments),
		insert("ly_cart_item (user_id, course_id, price, created_at)", carts),
	}
}

// check verifies that a measurement really did the work that was timed.
func (b *bench) check(ctx context.Context, orders []order) error {
	first, last := orders[0].id, orders[len(orders)-1].id
	var paid, records int
	err := b.sql.QueryRowContext(ctx, `
		SELECT COUNT(DISTINCT o.id), COUNT(r.id) FROM ly_order o JOIN ly_order_detail d ON d.order_id = o.id
		JOIN ly_user_course r ON r.order_detail_id = d.id
		WHERE o.id BETWEEN ? AND ? AND o.order_status = 1`, first, last).Scan(&paid, &records)
	if err == nil && (paid != len(orders) || records != len(orders)*linesAnOrder) {
		err = fmt.Errorf("%d of %d orders paid with %d purchase records", paid, len(orders), records)
	}
	return err
}

// foldWhile runs the job that folds student counts during a measurement, as it does in a shop.
func (b *bench) foldWhile(ctx context.Context, measure func() (sample, error)) (sample, error) {
	ctx, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() {
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				done <- nil
				return
			case <-ticker.C:
			}
			if _, err := b.db.FoldStudents(context.WithoutCancel(ctx)); err != nil {
				done <- err
				return
			}
		}
	}()
	s, err := measure()
	stop()
	if folded := <-done; err == nil {
		err = folded
	}
	return s, err
}
