package main

import (
	"testing"
)

func TestAudit(t *testing.T) {
	t.Parallel()
	onEachTill(t, func(p *till) {
		sold := p.sell(p.stock.Plain.For(0), p.stock.Rate.For(0))
		p.want(0, "audit", "clean")
		for statement, row := range map[string]string{
			"UPDATE ly_user SET credit = credit + 1":                  "nami: want 1000, got 1001",
			"UPDATE ly_order_detail SET real_price = real_price + 1":  sold.OrderNumber,
			"UPDATE ly_payment SET amount = amount - 1":               sold.OrderNumber,
			"DELETE FROM ly_user_course WHERE course_id = 1":          sold.OrderNumber,
			"UPDATE ly_course SET students = students + 1 WHERE id=2": p.stock.Free.Course.Name,
		} {
			_, err := p.db.SQL().ExecContext(p.t.Context(), statement)
			p.must(err)
			p.want(exitOpen, "audit", row, "break an invariant: ")
		}
	})
	wantRun(t, []string{"LUFFY_DATABASE_URL=sqlite::memory:"}, "",
		[]string{"audit"}, exitUsage, "LUFFY_DATABASE_URL", "luffy migrate up")
	wantRun(t, nil, "", []string{"audit", "now"}, exitUsage, "see luffy help")
}
