package handlers_test

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

// estate is a shop in which ann owns one of everything that a route can name, and eve owns nothing.
type estate struct {
	*world
	ann, eve, boss             *browser // boss is of the staff
	owner, stranger            models.User
	unpaid, paid, asked, ended string // numbers of ann's orders
	learnt, inCart, elsewhere  int64  // courses: one that ann bought, one in her cart, one of neither
	lesson                     int64
	refused, difference        int64  // for staff: a refund that Alipay refused, a difference of a bill
	yesterday                  string // whose bill has nothing in it
}

func newEstate(t *testing.T) *estate {
	t.Helper()
	e := &estate{world: newWorld(t, modelstest.SQLite(t))}
	e.ann, e.owner = e.student("ann")
	e.eve, e.stranger = e.student("eve")
	e.learnt, e.inCart, e.elsewhere = e.stock.Plain.ID, e.stock.Step.ID, e.stock.Rate.ID
	e.lesson = e.count(`
		SELECT MIN(l.id) FROM ly_lesson l JOIN ly_chapter c ON c.id = l.chapter_id
		WHERE c.course_id = ?`, e.learnt)
	e.paid = e.buys(e.stock.Plain.For(30))
	e.asked = e.buys(e.stock.Off.For(0))
	request := "/orders/" + e.asked + "/refund"
	e.ann.submit(e.ann.open(request), request, "line", "1", "reason", "mistake").wantTo("/orders/" + e.asked)
	e.ended = modelstest.Order(t, e.db, e.owner, e.stock.Rate.For(30)).OrderNumber
	e.ann.submit(e.ann.open("/orders/"+e.ended+"/cancel"), "/orders/"+e.ended+"/cancel").wantTo("/orders/" + e.ended)
	e.unpaid = modelstest.Order(t, e.db, e.owner, e.stock.Rate.For(60)).OrderNumber
	modelstest.FillCart(t, e.db, e.owner, e.stock.Step.For(0))
	e.boss = e.shopkeeper("boss")
	e.leaveWork()
	return e
}

// leaveWork leaves what waits for staff, beside the request for the order asked.
func (e *estate) leaveWork() {
	e.t.Helper()
	refund, err := e.db.CreateRefund(e.t.Context(), models.NewRefund{OrderNumber: e.paid, Amount: 1_00, Reason: "补差价"})
	if err == nil {
		err = e.db.FailRefund(e.t.Context(), refund.ID, "ACQ.TRADE_HAS_FINISHED")
	}
	if err != nil {
		e.t.Fatal(err)
	}
	e.refused = refund.ID
	e.yesterday = e.db.Now().In(models.Beijing).AddDate(0, 0, -1).Format(time.DateOnly)
	found, err := e.db.SaveBillDifferences(e.t.Context(), "2026-01-01",
		[]models.BillDifference{{Kind: models.MissingThere, OutTradeNo: e.paid, ShopAmount: new(models.Fen(100))}})
	if err != nil {
		e.t.Fatal(err)
	}
	e.difference = found[0].ID
}

// by is who may use a route.
func (e *estate) by(r route) *browser {
	if r.may == staff {
		return e.boss
	}
	return e.ann
}

func (e *estate) buys(offer models.Offer) (number string) {
	e.t.Helper()
	order, _ := modelstest.Paid(e.t, e.db, e.owner, offer)
	return order.OrderNumber
}

// in is the same estate, reporting to a part of the test.
func (e *estate) in(t *testing.T) *estate {
	part := *e
	part.world = e.world.in(t)
	part.ann, part.eve, part.boss = e.ann.in(part.world), e.eve.in(part.world), e.boss.in(part.world)
	return &part
}

// path fills the parameters of a route in with what is ann's.
func (e *estate) path(route string) string {
	number, course, row := e.unpaid, e.inCart, e.learnt
	switch {
	case route == "/staff/movements":
		return route + "?date=" + e.yesterday
	case route == "/staff/export":
		return route + "?period=2026-11"
	case strings.HasPrefix(route, "/staff/requests/"):
		row = e.requestOf(1)
	case strings.HasPrefix(route, "/staff/refunds/"):
		row = e.refused
	case strings.HasPrefix(route, "/staff/differences/"):
		row = e.difference
	case strings.HasSuffix(route, "/withdraw"):
		number = e.asked
	case strings.HasSuffix(route, "/refund"):
		number = e.paid
	case strings.HasSuffix(route, "/again"), strings.HasSuffix(route, "/hide"):
		number = e.ended
	case strings.HasPrefix(route, "/learn/"):
		course = e.learnt
	}
	return strings.NewReplacer(":number", number, ":course", id(course), ":id", id(row), "*", "nothing").
		Replace(route)
}

func id(n int64) string { return strconv.FormatInt(n, 10) }

// fill is the form with which ann changes something, without a token.
func (e *estate) fill(c change) url.Values {
	e.t.Helper()
	if c == nil {
		return url.Values{}
	}
	return c(e)
}

// change makes the fields of a form that changes something.
type change func(*estate) url.Values

// with is a form whose fields are always the same. Pairs of name and value.
func with(fields ...string) change {
	return func(*estate) url.Values {
		form := url.Values{}
		for i := 0; i < len(fields); i += 2 {
			form.Add(fields[i], fields[i+1])
		}
		return form
	}
}

// withToken is a form as a browser sends it from a page of the shop that it has open.
func (b *browser) withToken(form url.Values) url.Values {
	b.t.Helper()
	form.Set("_csrf", b.open("/courses/1").Find("input[name=_csrf]").First().AttrOr("value", ""))
	return form
}

// rows are all rows of the database, except those of eve, of messages, and of used-up limits.
func (e *estate) rows() []string {
	e.t.Helper()
	var all []string
	for _, table := range e.column(`
		SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'ly\_%' ESCAPE '\' ORDER BY name`) {
		for _, row := range e.table(table) {
			all = append(all, table+" "+row)
		}
	}
	return all
}

// table is all of a table that belongs to somebody else than eve, or to nobody.
func (e *estate) table(name string) []string {
	e.t.Helper()
	columns, owner := "*", ""
	switch {
	case name == "ly_throttle":
		return nil
	case name == "ly_session": // whose message and end every page may change
		columns, owner = "id_hash, user_id", "user_id"
	case name == "ly_user":
		owner = "id"
	case slices.Contains(e.column("SELECT name FROM pragma_table_info(?)", name), "user_id"):
		owner = "user_id"
	}
	where := ""
	if owner != "" {
		where = fmt.Sprintf(" WHERE %s <> %d", owner, e.stranger.ID)
	}
	rows, err := e.db.SQL().QueryContext(e.t.Context(), "SELECT "+columns+" FROM "+name+where+" ORDER BY 1")
	if err != nil {
		e.t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		e.t.Fatal(err)
	}
	var found []string
	for rows.Next() {
		values, places := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			e.t.Fatal(err)
		}
		found = append(found, fmt.Sprint(values...))
	}
	if err := rows.Err(); err != nil {
		e.t.Fatal(err)
	}
	return found
}

func (e *estate) column(query string, args ...any) []string {
	e.t.Helper()
	rows, err := e.db.SQL().QueryContext(e.t.Context(), query, args...)
	if err != nil {
		e.t.Fatal(err)
	}
	defer rows.Close()
	var found []string
	for rows.Next() {
		var value string
		if err := rows.Scan(&value); err != nil {
			e.t.Fatal(err)
		}
		found = append(found, value)
	}
	if err := rows.Err(); err != nil {
		e.t.Fatal(err)
	}
	return found
}

// wantNothingChanged compares the rows with those of before.
func (e *estate) wantNothingChanged(before []string, what string) {
	e.t.Helper()
	after := e.rows()
	if slices.Equal(before, after) {
		return
	}
	for _, row := range after {
		if !slices.Contains(before, row) {
			e.t.Errorf("%s: the database got %s", what, row)
		}
	}
	for _, row := range before {
		if !slices.Contains(after, row) {
			e.t.Errorf("%s: the database lost %s", what, row)
		}
	}
}
