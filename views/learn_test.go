package views

import (
	"testing"

	"luffy/models"
)

func TestLearn(t *testing.T) {
	t.Parallel()
	doc := render(t, LearnPage(sampleLearn()))
	wantText(t, doc, ".learn-nav a[aria-current=page]", "安装 Go")
	wantAttr(t, doc, ".learn-nav li:last-child a[href$='21']", "href", "/learn/1?lesson=21")
	wantText(t, doc, ".lesson h2", "安装 Go")
	wantCount(t, doc, ".lesson p", 2)
	wantCount(t, doc, ".lesson form", 0)
	wantText(t, doc, "#progress", "已打开 1 / 3 课时")
	wantText(t, doc, ".learn-nav .state", "已打开")

	wantCount(t, doc, ".lesson a[rel=prev]", 0)
	wantAttr(t, doc, ".lesson a[rel=next]", "href", "/learn/1?lesson=12")
	wantCount(t, doc, "a[href='/courses/1#buy-title']", 0)

	last := sampleLearn()
	last.Chapters[0].Lessons[0].Current, last.Chapters[1].Lessons[0].Current, last.Ending = false, true, true
	doc = render(t, LearnPage(last))
	wantAttr(t, doc, ".lesson a[rel=prev]", "href", "/learn/1?lesson=12")
	wantCount(t, doc, ".lesson a[rel=next]", 0)
	wantText(t, doc, "a[href='/courses/1#buy-title']", "续费：Go 语言从入门到实战")

	unseen := sampleLearn()
	unseen.Lesson = Lesson{ID: 21, Name: "goroutine 与 channel"}
	doc = render(t, LearnPage(unseen))
	wantAttr(t, doc, ".lesson form", "action", "/learn/1")
	wantAttr(t, doc, "#open-lesson[name=lesson]", "value", "21")

	for step, want := range map[models.RequestStep]string{
		models.StepRequested: "中撤回申请后可以继续学习。",
		models.StepRefunding: "本课程正在退款：不能打开新的课时，打开过的课时在退款完成之前仍可以学习。",
	} {
		unseen.Paused = step
		doc = render(t, LearnPage(unseen))
		wantCount(t, doc, ".lesson form", 0)
		wantContains(t, doc, ".note", want)
	}

	wantContains(t, render(t, LearnPage(Learn{Page: samplePage, Name: "Go"})), ".lesson", "课程内容正在整理中")
}

func TestNoAccess(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		page      NoAccess
		want, buy string
	}{
		{"never bought", NoAccess{CourseID: 1, OnSale: true}, "您还没有购买本课程，或者已经退款。", "去购买"},
		{"expired", NoAccess{CourseID: 1, OnSale: true, Access: AccessExpired, Until: sampleNow},
			"您的学习有效期已于 2026-11-22 22:31 结束。续费后可以继续学习。", "续费"},
		{"expired and not sold any more", NoAccess{CourseID: 1, Access: AccessExpired, Until: sampleNow},
			"您的学习有效期已于 2026-11-22 22:31 结束。 本课程已下架，不能再购买。", ""},
		{"not sold any more", NoAccess{CourseID: 1}, "本课程已下架，不能再购买。", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			doc := render(t, NoAccessPage(test.page))
			wantContains(t, doc, "main", test.want)
			wantText(t, doc, "#buy", test.buy)
		})
	}
}
