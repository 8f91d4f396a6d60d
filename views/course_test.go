package views

import "testing"

func TestCourseTerms(t *testing.T) {
	t.Parallel()
	doc := render(t, CoursePage(sampleCourse()))
	wantAttr(t, doc, "form:has(#add-to-cart)", "action", "/cart/items")
	wantAttr(t, doc, "form:has(#add-to-cart) input[name=course]", "value", "1")
	wantCount(t, doc, "input[type=radio][name=expire]", 3)
	wantAttr(t, doc, "input[name=expire][checked]", "value", "1")
	wantContains(t, doc, "label:has(input[value='0'])", "永久有效 价格 ¥1,234.00")
	wantContains(t, doc, "label:has(input[value='1'])", "一个月有效 价格 ¥272.80 原价 ¥310.00 限时折扣")
	wantCount(t, doc, ".note, a[href='/learn/1']", 0)
	wantCount(t, doc, ".lessons li", 3)
	wantContains(t, doc, ".course-buy", "限时折扣：8.8 折 活动截止 2026-11-25 22:31")
	wantText(t, doc, "#buy-now", "立即购买")
	wantContains(t, doc, ".promise", "付款后 7 天内，打开过的课时不到 30%，可以申请退款")
}

func TestFreeCourse(t *testing.T) {
	t.Parallel()
	course := sampleCourse()
	course.Terms = []Term{{Text: "永久有效", ListPrice: 168_00, Discount: "限时免费", Selected: true}}
	course.Discounts = []CourseDiscount{{Name: "限时免费", Ends: sampleNow}}
	doc := render(t, CoursePage(course))
	wantText(t, doc, "#buy-now", "免费领取")
	wantContains(t, doc, ".course-buy", "限时免费 活动截止")
	wantCount(t, doc, ".promise", 0)
}

func TestOwnedCourse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		owned    Ownership
		want     string
		title    string
		canBuy   int
		canLearn int
	}{
		{"never bought", Ownership{}, "", "选择有效期", 1, 0},
		{"with an end", Ownership{Live: true, Until: sampleNow}, "您已拥有本课程，有效期至 2026-11-22。再次购买将延长有效期。", "续费", 1, 1},
		{"for ever", Ownership{Live: true}, "您已拥有本课程，永久有效，不需要再次购买。", "已拥有", 0, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			course := sampleCourse()
			course.Owned = test.owned
			doc := render(t, CoursePage(course))
			wantText(t, doc, ".note p:first-child", test.want)
			wantText(t, doc, "#buy-title", test.title)
			wantCount(t, doc, "#add-to-cart", test.canBuy)
			wantCount(t, doc, "a[href='/learn/1']", test.canLearn)
		})
	}
}

func TestWithdrawnCourseCannotBeBought(t *testing.T) {
	t.Parallel()
	course := sampleCourse()
	course.Terms = nil
	doc := render(t, CoursePage(course))
	wantCount(t, doc, "#add-to-cart", 0)
	wantText(t, doc, "#buy-title", "已下架")
	wantContains(t, doc, ".course-buy", "本课程已下架，不再出售。")

	course.Owned = Ownership{Live: true, Until: sampleNow}
	doc = render(t, CoursePage(course))
	wantText(t, doc, ".note p:first-child", "您已拥有本课程，有效期至 2026-11-22。")
	wantCount(t, doc, "a[href='/learn/1']", 1)
}

func TestCourseInCartForItsOnlyTerm(t *testing.T) {
	t.Parallel()
	course := sampleCourse()
	course.InCart = true
	course.Terms = []Term{{Text: "永久有效", Price: 100_00, ListPrice: 100_00, Selected: true, InCart: true}}
	doc := render(t, CoursePage(course))
	wantCount(t, doc, "#add-to-cart", 0)
	wantText(t, doc, "a.button[href='/cart']", "已在购物车，去查看")
}
