package handlers_test

import (
	"strings"
)

// count returns the number that a SELECT COUNT or SUM gives.
func (w *world) count(query string, args ...any) int64 {
	w.t.Helper()
	var n int64
	if err := w.db.SQL().QueryRowContext(w.t.Context(), query, args...).Scan(&n); err != nil {
		w.t.Fatalf("%s: %v", query, err)
	}
	return n
}

func (w *world) exec(statement string, args ...any) {
	w.t.Helper()
	if _, err := w.db.SQL().ExecContext(w.t.Context(), statement, args...); err != nil {
		w.t.Fatalf("%s: %v", statement, err)
	}
}

// events lists what is stored of Alipay's messages, as "source verdict reason", oldest first.
func (w *world) events() []string {
	w.t.Helper()
	rows, err := w.db.SQL().QueryContext(w.t.Context(), "SELECT source, verdict, reason FROM ly_payment_event ORDER BY id")
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var word [3]string
		if err := rows.Scan(&word[0], &word[1], &word[2]); err != nil {
			w.t.Fatal(err)
		}
		all = append(all, strings.Join(word[:], " "))
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	return all
}

// lastEvent is the newest of events, or empty.
func (w *world) lastEvent() string {
	w.t.Helper()
	all := w.events()
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

// orderStatus is the code of an order.
func (w *world) orderStatus(number string) int64 {
	w.t.Helper()
	return w.count("SELECT order_status FROM ly_order WHERE order_number = ?", number)
}

// accepted counts the messages that fulfilled an order.
func (w *world) accepted() int64 {
	w.t.Helper()
	return w.count("SELECT COUNT(*) FROM ly_payment_event WHERE verdict = 'accepted'")
}
