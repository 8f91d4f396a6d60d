package handlers_test

import (
	"strconv"
	"strings"
	"testing"

	"luffy/models/modelstest"
)

// cards returns the names of the courses shown, in their order.
func (p *page) cards() string {
	var names []string
	for _, card := range p.Find(".card h2").EachIter() {
		names = append(names, card.Text())
	}
	return strings.Join(names, "、")
}

// The query decides what is shown. Values that make no sense are ignored.
func TestCourseListAddress(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b := w.browser()
	const all = "Go 语言实战、Python 入门、Django 项目实战、Vue 前端开发、MySQL 进阶"
	for address, want := range map[string]string{
		"/":                               all,
		"/?category=2":                    "Vue 前端开发",
		"/?category=99":                   all,
		"/?category=-1":                   all,
		"/?category=x' OR 1=1":            all,
		"/?category=99999999999999999999": all,
		"/?sort=price":                    "Python 入门、Vue 前端开发、MySQL 进阶、Go 语言实战、Django 项目实战",
		"/?sort=-price":                   "Django 项目实战、Go 语言实战、MySQL 进阶、Python 入门、Vue 前端开发",
		"/?sort=name":                     all,
		"/?q=%20mysql%20":                 "MySQL 进阶",
		"/?q=%ff%fe":                      all,
		"/?q=" + strings.Repeat("%E8%AF%BE", 5000): "",
		"/?q=%3Cb%3E":                            "",
		"/?q=实战&category=2":                      "",
		"/?q=实战&sort=-price&page=1000000000":     "Django 项目实战、Go 语言实战",
		"/?page=0":                               all,
		"/?page=-5":                              all,
		"/?page=99999999999999999999":            all,
		"/?page=two":                             all,
		"/?category=1&category=2&sort=&page=&q=": "Go 语言实战、Python 入门、Django 项目实战、MySQL 进阶",
	} {
		if got := b.open(strings.ReplaceAll(address, " ", "%20")).cards(); got != want {
			t.Errorf("%.60s: got %s, want %s", address, got, want)
		}
	}
	nothing := b.open("/?q=%3Cb%3E🐍")
	nothing.wantText("main", "没有找到课程：“<b>🐍”")
	if got := nothing.Find("#q").AttrOr("value", ""); got != "<b>🐍" {
		t.Errorf("got %q in the search field, want what was typed", got)
	}
}

// All four discounts are shown with old and new price, name and end.
func TestDiscountsAreShown(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	w.exec("UPDATE ly_activity SET end_time = '2099-11-30 15:59:00'")
	b := w.browser()
	list := b.open("/")
	for name, c := range map[string]struct {
		course     modelstest.Course
		list, term string
	}{
		"限时免费": {w.stock.Free, "¥0.00 原价 ¥39.00 限时免费", "一个月有效 价格 ¥0.00 原价 ¥39.00 限时免费"},
		"限时折扣": {w.stock.Rate, "¥117.33起 原价 ¥133.33 限时折扣", "两个月有效 价格 ¥175.99 原价 ¥199.99 限时折扣"},
		"限时减免": {w.stock.Off, "¥0.00起 原价 ¥88.00 限时减免", "两个月有效 价格 ¥48.00 原价 ¥148.00 限时减免"},
		"满减":   {w.stock.Step, "¥90.00起 满减", "三个月有效 价格 ¥185.00 原价 ¥210.00 满减"},
	} {
		id := strconv.FormatInt(c.course.ID, 10)
		list.wantText(`.card:has(a[href="/courses/`+id+`"])`, c.list)
		course := b.open("/courses/" + id)
		course.wantText(".course-buy", c.term, "活动截止 2099-11-30 23:59")
		if got := course.Find(".course-buy time").AttrOr("datetime", ""); got != "2099-11-30T23:59:00+08:00" {
			t.Errorf("%s: got end %q, want it with Beijing's offset", name, got)
		}
	}
	if w.count("SELECT COUNT(*) FROM ly_discount") != 4 {
		t.Error("the fixture has not one of each")
	}
}

// If one discount is better for some terms and another one for the rest, the page shows both, each with
// its own end.
func TestTwoDiscountsOfACourse(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	w.exec("UPDATE ly_activity SET end_time = '2099-11-30 15:59:00'")
	w.exec(`INSERT INTO ly_activity (id, name, start_time, end_time, published)
		VALUES (99, '双十二', '2026-01-01', '2098-12-12 15:59:00', 1)`)
	w.exec(`INSERT INTO ly_discount (activity_id, course_id, discount_type, sale, condition_price)
		VALUES (99, ?, 3, '-20', 0)`,
		w.stock.Rate.ID)
	course := w.browser().open("/courses/" + strconv.FormatInt(w.stock.Rate.ID, 10))
	course.wantText(".course-buy",
		"限时减免：减 ¥20.00活动截止 2098-12-12 23:59", "限时折扣：8.8 折活动截止 2099-11-30 23:59")
}
