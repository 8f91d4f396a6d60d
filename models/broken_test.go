package models_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

// A failing database must be reported as a fault, never as one of the errors that pages and Alipay are
// told: an order that "is not found" while the server restarts would be refused for good.
func TestFaultsAreNotAnswers(t *testing.T) {
	db, ctx := modelstest.Broken(t), t.Context()
	number := strings.Repeat("1", models.OrderNumberLength)
	only := func(_ any, err error) error { return err }
	for name, err := range map[string]error{
		"Ping":                db.Ping(ctx),
		"AddUser":             only(db.AddUser(ctx, models.NewUser{Username: "ann", Password: modelstest.Password})),
		"Authenticate":        only(db.Authenticate(ctx, "ann", modelstest.Password)),
		"UserByName":          only(db.UserByName(ctx, "ann")),
		"Visitor":             only(db.Visitor(ctx, "one")),
		"AddSession":          db.AddSession(ctx, "one", models.SessionState{}),
		"UpdateSession":       db.UpdateSession(ctx, "one", models.SessionState{}),
		"DropSession":         db.DropSession(ctx, "one"),
		"DropExpiredSessions": db.DropExpiredSessions(ctx),
		"Categories":          only(db.Categories(ctx)),
		"Courses":             only(db.Courses(ctx, models.CourseFilter{})),
		"Course":              only(db.Course(ctx, 1)),
		"Import":              db.Import(ctx, models.Catalogue{Coupons: []models.CatalogueCoupon{{}}}),
		"Cart":                only(db.Cart(ctx, 1)),
		"PutInCart":           db.PutInCart(ctx, models.CartItem{}),
		"AlreadyHas":          only(db.AlreadyHas(ctx, models.OrderView{Lines: make([]models.LineView, 1)})),
		"CouponsFor":          only(db.CouponsFor(ctx, 1, 1)),
		"SelectCart":          db.SelectCart(ctx, 1, true),
		"BuyNow":              only(db.BuyNow(ctx, models.CartItem{})),
		"RemoveFromCart":      db.RemoveFromCart(ctx, 1, 1),
		"InCart":              only(db.InCart(ctx, 1, 1)),
		"GiveCoupon":          only(db.GiveCoupon(ctx, 1, "kind")),
		"Checkout":            only(db.Checkout(ctx, 1, models.Choice{})),
		"PlaceOrder":          only(db.PlaceOrder(ctx, models.NewOrder{Token: "page"})),
		"Order":               only(db.Order(ctx, 1, number)),
		"MyOrders":            only(db.MyOrders(ctx, models.OrderFilter{})),
		"OpenAttempt":         only(db.OpenAttempt(ctx, models.Attempt{OrderNumber: number})),
		"PaymentByOutTradeNo": only(db.PaymentByOutTradeNo(ctx, number)),
		"ClaimQuery":          only(db.ClaimQuery(ctx, 1, time.Second)),
		"NoteTradeStatus":     db.NoteTradeStatus(ctx, 1, "TRADE_CLOSED"),
		"Confirm":             only(db.Confirm(ctx, models.PaidTrade{OutTradeNo: number}, models.PaymentEvent{})),
		"RecordEvent":         db.RecordEvent(ctx, models.PaymentEvent{}),
		"Returned":            only(db.Returned(ctx, number)),
		"Rights":              only(db.Rights(ctx, 1, 1)),
		"OwnedCourses":        only(db.OwnedCourses(ctx, 1, 1)),
		"Admit":               db.Admit(ctx, models.LimitName("ann")),
		"Forgive":             db.Forgive(ctx, models.LimitName("ann")),
		"DropSpentThrottles":  db.DropSpentThrottles(ctx),
		"User":                only(db.User(ctx, 1)),
		"SetMobile":           db.SetMobile(ctx, 1, ""),
		"PasswordStands":      db.PasswordStands(ctx, models.User{}),
		"SetPassword":         db.SetPassword(ctx, models.User{}, modelstest.Password),
		"EndSessions":         db.EndSessions(ctx, 1),
		"Summary":             only(db.Summary(ctx, 1)),
		"Ledger":              only(db.Ledger(ctx, 1, 1)),
		"MyCoupons":           only(db.MyCoupons(ctx, 1, models.CouponsUsable, 1)),
		"FoldStudents":        only(db.FoldStudents(ctx)),
		"OpenLesson":          db.OpenLesson(ctx, 1, 1, 1),
		"Learning":            only(db.Learning(ctx, 1, 1)),
		"RequestRefund":       only(db.RequestRefund(ctx, models.RefundWish{OrderNumber: number, Lines: []int{1}}, sevenDays)),
		"WithdrawRefund":      db.WithdrawRefund(ctx, 1, number, 1),
		"ApproveRefund":       only(db.ApproveRefund(ctx, 1, models.RefundDecision{})),
		"RejectRefund":        db.RejectRefund(ctx, 1, models.RefundDecision{}),
		"RefundRequestsOf":    only(db.RefundRequestsOf(ctx, number)),
		"FailedRefunds":       only(db.FailedRefunds(ctx, number)),
		"SettleRefund":        db.SettleRefund(ctx, 1, "boss", "transfer"),
		"SettleDifference":    db.SettleBillDifference(ctx, 1, "boss", "asked"),
		"NoteAct":             db.NoteAct(ctx, models.StaffAct{}),
		"ActsOf":              only(db.ActsOf(ctx, number, 1)),
		"ActsIn":              only(db.ActsIn(ctx, "2026-11-21", 1)),
		"ActsBefore":          only(db.ActsBefore(ctx, 0, 1)),
	} {
		if err == nil {
			t.Errorf("%s: got no error", name)
		}
		for _, answer := range []error{
			models.ErrNotFound, models.ErrTaken, models.ErrCartFull, models.ErrEmptyCart,
			models.ErrWithdrawn, models.ErrPriceChanged,
			models.ErrCoupon, models.ErrPoints, models.ErrNotPayable, models.ErrPastDeadline,
			models.ErrNothingPaid, models.ErrLineNotOpen,
			models.ErrRefundBarred, models.ErrDecided, models.ErrNoRight, models.ErrRefundRequested,
		} {
			if errors.Is(err, answer) {
				t.Errorf("%s: got %v, want a fault", name, err)
			}
		}
	}
}
