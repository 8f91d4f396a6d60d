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
		if got.Find("h1").Text() == "" || got.text("main") == "" ||
			got.Find(`main a[href="/courses/1#buy-title"]`).Length() == 0 {
			t.Errorf("%s: got page %q, want a reason and the way to the course", why, got.text("main"))
		}
	}
	closed("not bought")
	w.attempt(ann)
	closed("ordered, not paid")
	modelstest.Paid(t, w.db, ann, w.stock.Plain.For(30))

	first := b.open("/learn/1")
	first.wantText("main", "安装与第一个程序", "2026-12-22", "已打开 0 / 3 课时")
	first.wantNoText(".lesson", "从一个能运行的文件开始")
	b.submit(first, "/learn/1", "lesson", "1").wantTo("/learn/1?lesson=1")
	b.open("/learn/1?lesson=1").wantText("main", "从一个能运行的文件开始", "已打开 1 / 3 课时")
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

// Only a form opens a lesson, not looking at its address, and only with a right to its own course.
func TestOpenLesson(t *testing.T) {
	w := newWorld(t, modelstest.SQLite(t))
	b, ann := w.student("ann")
	modelstest.Paid(t, w.db, ann, w.stock.Plain.For(30))
	eve, _ := w.student("eve")
	opened := func(want int64) {
		t.Helper()
		if got := w.count("SELECT COUNT(*) FROM ly_lesson_seen"); got != want {
			t.Errorf("got %d opened lessons, want %d", got, want)
		}
	}
	looked := b.open("/learn/1?lesson=2")
	looked.wantText(".lesson h2", "包与模块")
	looked.wantNoText(".lesson", "一个文件夹是一个包")
	form := looked.form("/learn/1")
	for _, lesson := range []string{"99", "0", "-1", "x", "", "99999999999999999999", "<b>", "😀"} {
		form.Set("lesson", lesson)
		b.post("/learn/1", form).want(http.StatusNotFound)
	}
	form.Set("lesson", "2")
	b.post("/learn/2", form).wantTo("/learn/2?lesson=2") // which says that the course is not bought
	b.get("/learn/2?lesson=2").want(http.StatusForbidden)
	opened(0)
	for range 2 {
		b.post("/learn/1", form).wantTo("/learn/1?lesson=2")
		opened(1)
	}
	b.open("/learn/1").wantText(".lesson", "一个文件夹是一个包") // where one left off
	form = eve.open("/").form("/logout")
	form.Set("lesson", "1")
	eve.follow(eve.post("/learn/1", form)).want(http.StatusForbidden)
	opened(1)
}
