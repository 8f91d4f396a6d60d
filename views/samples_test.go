package views

import (
	"time"

	"luffy/models"
)

const sampleNumber = "20261122223000000042739105"

var (
	sampleNow  = time.Date(2026, 11, 22, 14, 31, 0, 0, time.UTC) // 22:31 in Beijing
	samplePage = Page{CSRF: "csrf-token", User: "xiaoming", CartCount: 2}
)

func sampleTerms() []Term {
	return []Term{
		{ID: 1, Text: "一个月有效", ListPrice: 310_00, Price: 272_80, Discount: "限时折扣", Selected: true},
		{ID: 2, Text: "半年有效", ListPrice: 800_00, Price: 704_00, Discount: "限时折扣"},
		{ID: 0, Text: "永久有效", ListPrice: 1234_00, Price: 1234_00},
	}
}

func sampleChapters() []Chapter {
	return []Chapter{
		{Number: 1, Name: "环境与语法", Lessons: []Lesson{{ID: 11, Name: "安装 Go", Duration: "12:30", Current: true},
			{ID: 12, Name: "变量与类型", Duration: "25:10"}}},
		{Number: 2, Name: "并发", Lessons: []Lesson{{ID: 21, Name: "goroutine 与 channel", Duration: "31:05"}}},
	}
}

func sampleCourses() CourseList {
	ends := sampleNow.Add(72 * time.Hour)
	return CourseList{
		Page:       samplePage,
		Categories: []Category{{ID: 1, Name: "后端"}, {ID: 2, Name: "前端"}, {ID: 3, Name: "基础"}},
		PageNo:     1, Pages: 1, Matches: 9,
		Courses: []CourseCard{
			{
				ID: 1, Name: "Go 语言从入门到实战", Picture: "img/go.svg", Teacher: "后端教研组",
				Students: 1280, ListPrice: 310_00, Price: 272_80, From: true, Discount: "限时折扣", DiscountEnds: ends,
			},
			{
				ID: 2, Name: "Python 全栈开发", Picture: "img/python.svg", Teacher: "综合教研组",
				Students: 5321, ListPrice: 1234_00, Price: 1234_00,
			},
			{
				ID: 3, Name: "Linux 运维与 Shell 编程", Picture: "img/linux.svg", Teacher: "综合教研组",
				Students: 860, ListPrice: 199_00, Price: 0, Discount: "限时免费", DiscountEnds: ends,
			},
			{
				ID: 4, Name: "MySQL 索引、事务与优化", Picture: "img/mysql.svg", Teacher: "综合教研组",
				Students: 932, ListPrice: 260_00, Price: 160_00, Discount: "限时减免", DiscountEnds: ends,
			},
			{
				ID: 5, Name: "Django 企业级开发", Picture: "img/django.svg", Teacher: "综合教研组",
				Students: 411, ListPrice: 388_00, Price: 388_00,
			},
			{
				ID: 6, Name: "Vue 前端工程实战", Picture: "img/vue.svg", Teacher: "综合教研组",
				Students: 1201, ListPrice: 288_00, Price: 288_00,
			},
			{
				ID: 7, Name: "算法与数据结构", Picture: "img/algorithm.svg", Teacher: "后端教研组",
				Students: 2044, ListPrice: 420_00, Price: 420_00,
			},
			{
				ID: 8, Name: "爬虫与数据采集", Picture: "img/crawler.svg", Teacher: "综合教研组",
				Students: 377, ListPrice: 150_00, Price: 150_00,
			},
			{ID: 9, Name: "没有封面的新课", Picture: "img/gone.svg", Students: 0, ListPrice: 99_00, Price: 99_00},
		},
	}
}

func sampleCourse() Course {
	return Course{
		Page: samplePage, ID: 1, Name: "Go 语言从入门到实战", Brief: "从语法到并发，再到一个可以上线的网络服务。", Picture: "img/go.svg",
		Teacher: "后端教研组", TeacherTitle: "课程设计与答疑", Students: 1280,
		Discounts: []CourseDiscount{{Name: "限时折扣", Rule: "8.8 折", Ends: sampleNow.Add(72 * time.Hour)}},
		Terms:     sampleTerms(), Chapters: sampleChapters(), Refunds: models.RefundRule{Days: 7, Watched: 30},
	}
}

func sampleCart() Cart {
	return Cart{
		Page: samplePage, SelectedCount: 1, ListTotal: 310_00, DiscountSaved: 37_20, Total: 272_80,
		Lines: []CartLine{
			{CourseID: 1, Name: "Go 语言从入门到实战", Picture: "img/go.svg", Terms: sampleTerms(), Selected: true,
				ListPrice: 310_00, Price: 272_80, Discount: "限时折扣",
				Changed: true, OldPrice: 310_00, Owned: Ownership{Live: true, Until: sampleNow}},
			{
				CourseID: 2, Name: "Python 全栈开发", Picture: "img/python.svg",
				Terms: sampleTerms()[2:], ListPrice: 1234_00, Price: 1234_00,
			},
			{CourseID: 5, Name: "Django 企业级开发", Picture: "img/django.svg", Withdrawn: true},
		},
	}
}

func sampleCheckout() Checkout {
	return Checkout{
		Page: samplePage, Token: "once", Seal: "1506.80-seal", ListTotal: 1544_00, DiscountSaved: 37_20,
		CouponSaved: 50_00, PointsSaved: 10_00, ToPay: 1446_80,
		Lines: []CheckoutLine{
			{Name: "Go 语言从入门到实战", Picture: "img/go.svg", Term: "一个月有效", ListPrice: 310_00, Price: 272_80, Discount: "限时折扣",
				Owned: Ownership{Live: true, Until: sampleNow}, Renewed: sampleNow.AddDate(0, 0, 30)},
			{
				Name: "Python 全栈开发", Picture: "img/python.svg", Term: "永久有效",
				ListPrice: 1234_00, Price: 1234_00, Unpaid: sampleNumber,
			},
		},
		Coupons: []Coupon{{ID: 7, Name: "新人减 50", Saves: 50_00, Ends: sampleNow.Add(240 * time.Hour), Selected: true},
			{ID: 8, Name: "九折券", Saves: 150_68}},
		Unusable: []UnusableCoupon{{Name: "满 2000 减 300", Reason: "满 ¥2,000.00 可用"}},
		Points:   Points{Value: "100", Balance: 860, Max: 500, MaxWorth: 50_00},
	}
}

// sampleOrder is an order of two courses; a paid one is fulfilled.
func sampleOrder(status models.OrderStatus) Order {
	o := Order{
		Number: sampleNumber, Status: status, OrderedAt: sampleNow.Add(-time.Minute),
		Deadline:  sampleNow.Add(14 * time.Minute),
		ListTotal: 1544_00, DiscountSaved: 37_20, CouponName: "新人减 50", CouponSaved: 50_00,
		Points: 100, PointsSaved: 10_00, Total: 1446_80,
		Lines: []OrderLine{
			{
				CourseID: 1, Name: "Go 语言从入门到实战", Picture: "img/go.svg", Term: "一个月有效",
				ListPrice: 310_00, Price: 261_94, Discount: "限时折扣",
			},
			{CourseID: 2, Name: "Python 全栈开发", Picture: "img/python.svg", Term: "永久有效", ListPrice: 1234_00, Price: 1184_86},
		},
	}
	access := AccessNone
	switch status {
	case models.OrderPaid:
		access = AccessLive
		o.Lines[0].Until = sampleNow.Add(30 * 24 * time.Hour)
	case models.OrderRefunded:
		access = AccessWithdrawn
		o.Refunded = o.Total
	}
	if status == models.OrderPaid || status == models.OrderRefunded {
		o.PaidAt, o.PayWay, o.TradeNo = sampleNow, "支付宝", "2026112222001439881000120282"
	}
	if status != models.OrderUnpaid && status != models.OrderPaid {
		o.ClosedAt = sampleNow.Add(time.Hour)
	}
	for i := range o.Lines {
		o.Lines[i].Access = access
	}
	return o
}

func sampleMyOrders() MyOrders {
	unpaid, paid := sampleOrder(models.OrderUnpaid), sampleOrder(models.OrderPaid)
	paid.Number, paid.Lines[0].Access = "20261120090000000042000002", AccessEnding
	cancelled, timedOut := sampleOrder(models.OrderCancelled), sampleOrder(models.OrderTimedOut)
	cancelled.Number, timedOut.Number = "20261119090000000042000003", "20261118090000000042000004"
	refunded := sampleOrder(models.OrderRefunded)
	refunded.Number = "20261117090000000042000005"
	timedOut.Lines, timedOut.CouponName, timedOut.Points, timedOut.DiscountSaved = timedOut.Lines[:1], "", 0, 0
	return MyOrders{
		Page: samplePage, Tab: models.TabAll, PageNo: 2, Pages: 3, Matches: 25, Now: sampleNow,
		Counts: map[models.OrderTab]int{models.TabAll: 25, models.TabUnpaid: 1, models.TabPaid: 20,
			models.TabClosed: 3, models.TabRefund: 1},
		Orders: []Order{unpaid, paid, cancelled, timedOut, refunded},
	}
}

func sampleDetail(status models.OrderStatus) OrderDetail {
	o := sampleOrder(status)
	return OrderDetail{Page: samplePage, Order: o, Now: sampleNow, Timeline: []OrderEvent{
		{At: o.OrderedAt, Text: "提交订单，优惠券和积分已锁定"},
		{At: sampleNow, Text: "支付宝付款成功 ¥1,446.80"},
	}}
}

func sampleResult(state ResultState) Result {
	status := map[ResultState]models.OrderStatus{
		ResultConfirming: models.OrderUnpaid,
		ResultPaid:       models.OrderPaid,
		ResultUnpaid:     models.OrderUnpaid,
		ResultClosed:     models.OrderTimedOut,
		ResultRefunded:   models.OrderRefunded,
	}[state]
	r := Result{Page: samplePage, State: state, Order: sampleOrder(status), Now: sampleNow}
	if state == ResultConfirming {
		r.NextRefresh, r.Round = 3, 1
	}
	return r
}

func sampleCancel() Cancel { return Cancel{Page: samplePage, Order: sampleOrder(models.OrderUnpaid)} }

func sampleLearn() Learn {
	chapters := sampleChapters()
	chapters[0].Lessons[0].Seen = true
	return Learn{Page: samplePage, CourseID: 1, Name: "Go 语言从入门到实战", Until: sampleNow.Add(48 * time.Hour),
		Chapters: chapters,
		Lesson:   chapters[0].Lessons[0], Text: "下载安装包。\n\n运行 go version，看到版本号就说明安装成功。", Seen: 1, Lessons: 3}
}

func sampleError() Error {
	return Error{Page: samplePage, Status: 400, Title: "支付结果无法确认", Sentence: "支付宝响应数据校验失败",
		Advice:      "如果您已经付款，请在我的订单中查看订单状态。",
		OrderNumber: sampleNumber,
		Back:        Link{Text: "查看订单", Href: "/orders/" + sampleNumber}}
}
