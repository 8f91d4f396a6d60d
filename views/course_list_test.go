package views

import (
	"testing"

	"luffy/models"
)

func TestCourseList(t *testing.T) {
	t.Parallel()
	doc := render(t, CourseListPage(sampleCourses()))
	wantCount(t, doc, ".card", 9)
	wantAttr(t, doc, ".cards li:first-child h2 a", "href", "/courses/1")
	wantText(t, doc, ".cards li:first-child .price strong", "价格 ¥272.80 起")
	wantCount(t, doc, ".cards li:nth-child(2) .price small", 0)
	wantText(t, doc, ".cards li:first-child .price del", "原价 ¥310.00")
	wantText(t, doc, ".cards li:first-child .tag", "限时折扣")
	wantAttr(t, doc, ".cards li:first-child time", "datetime", "2026-11-25T22:31:00+08:00")
	wantText(t, doc, ".cards li:first-child time", "2026-11-25 22:31")
	wantCount(t, doc, ".cards li:nth-child(2) del, .cards li:nth-child(2) .tag, .cards li:nth-child(2) time", 0)
	wantAttr(t, doc, ".cards li:last-child img", "alt", "没有封面的新课（暂无封面）")
	wantText(t, doc, ".chip[aria-current]", "全部")
	wantText(t, doc, ".chip[href='/?category=2']", "前端")
	wantText(t, doc, ".sort-row a[aria-current]", "综合")
	wantText(t, doc, ".sort-row a[href='/?sort=-price']", "价格降序")
	wantCount(t, doc, ".paging", 0)
}

// Each link changes one thing and keeps the others, but for the page, which a new choice begins at the first.
func TestCourseListLinks(t *testing.T) {
	t.Parallel()
	list := sampleCourses()
	list.Category, list.Sort, list.Query, list.PageNo, list.Pages = list.Categories[1], models.SortCheap, "Go", 2, 3
	doc := render(t, CourseListPage(list))
	for selector, want := range map[string]string{
		".chips li:first-child a":       "/?q=Go&sort=price",
		".chips li:last-child a":        "/?category=3&q=Go&sort=price",
		".sort-row li:nth-child(2) a":   "/?category=2&q=Go&sort=students",
		".paging a[rel=prev]":           "/?category=2&q=Go&sort=price",
		".paging a[rel=next]":           "/?category=2&page=3&q=Go&sort=price",
		".search a":                     "/?category=2&sort=price",
		".sort-row a[aria-current]":     "/?category=2&q=Go&sort=price",
		".chips a[aria-current='true']": "/?category=2&q=Go&sort=price",
	} {
		wantAttr(t, doc, selector, "href", want)
	}
	wantAttr(t, doc, ".search input[name=sort]", "value", "price")
	wantAttr(t, doc, "#q", "value", "Go")
	wantContains(t, doc, ".sort-row", "按今天的最低实付价排序")
	wantContains(t, doc, ".paging", "第 2 页，共 3 页")
	wantText(t, doc, "h1", "“Go”的搜索结果：前端")
}

// Pictures that are seen at once are not put off, the others are.
func TestPicturesBelowTheFold(t *testing.T) {
	t.Parallel()
	doc := render(t, CourseListPage(sampleCourses()))
	wantCount(t, doc, ".cards img:not([loading])", aboveTheFold)
	wantCount(t, doc, ".cards img[loading=lazy]", 9-aboveTheFold)
	wantCount(t, render(t, CoursePage(sampleCourse())), ".cover:not([loading])", 1)
}

func TestEmptyCourseList(t *testing.T) {
	t.Parallel()
	doc := render(t, CourseListPage(CourseList{Category: Category{2, "前端"}, Categories: []Category{{2, "前端"}}}))
	wantText(t, doc, "h1", "前端课程")
	wantText(t, doc, ".empty p:first-child", "这里还没有课程。")
	wantAttr(t, doc, ".empty a", "href", "/")
	wantText(t, doc, ".chip[aria-current]", "前端")
}
