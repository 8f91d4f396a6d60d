package handlers_test

import (
	"net/http"
	"testing"
	"time"

	"luffy/models/modelstest"
)

// Learning needs a live purchase record, and nothing else opens it.
func TestLearn(t *testing.T) {
	now := newHandClock()
	w := newWorld(t, modelstest.SQLite(t, modelstest.At(now.now)), func(s *setup) { s.now = now.now })
	b, ann := w.student("ann")
	closed := func(why string) {
		t.Helper()
		got := b.get("/learn/1")
		got.want(http.StatusForbidden)
		if got.Find("h1").Text() == "" || got.text("main") == "" || got.Find(`main a[href="/courses/1"]`).Length() == 0 {
			t.Errorf("%s: got page %q, want a reason and the way to the course", why, got.text("main"))
		}
	}
	closed("not bought")
	w.attempt(ann)
	closed("ordered, not paid")
	modelstest.Paid(t, w.db, ann, w.stock.Plain.For(30))

	b.open("/learn/1").wantText("main", "安装与第一个程序", "从一个能运行的文件开始", "2026-12-22")
	b.open("/learn/1?lesson=2").wantText("main", "一个文件夹是一个包")
	for _, lesson := range []string{"99", "-1", "x", "99999999999999999999", ""} {
		b.open("/learn/1?lesson="+lesson).wantText("main", "从一个能运行的文件开始")
	}
	b.open("/mycourses/").wantText("main", "Go 语言实战", "2026-12-22")
	w.browser().get("/learn/1").wantTo("/login?next=%2Flearn%2F1")
	eve, _ := w.student("eve")
	eve.get("/learn/1").want(http.StatusForbidden)

	now.advance(25 * 24 * time.Hour)
	b.login("ann") // the session of weeks ago has ended
	b.open("/mycourses/").wantText("main", "即将到期")
	now.advance(5 * 24 * time.Hour)
	closed("over")
	b.open("/mycourses/").wantText("main", "已过期")
}
