package models_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

// A failing database must be reported as a fault, never as one of the errors that pages and Alipay are
// told: an order that "is not found" while the server restarts would be refused for good. Every method
// that takes a context is called, with arguments that it does not refuse by itself.
func TestFaultsAreNotAnswers(t *testing.T) {
	db := reflect.ValueOf(modelstest.Broken(t))
	takesContext := func(m reflect.Method) bool {
		return m.Type.NumIn() > 1 && m.Type.In(1) == reflect.TypeFor[context.Context]()
	}
	called := 0
	for i := range db.NumMethod() {
		method := db.Type().Method(i)
		if !takesContext(method) {
			continue
		}
		called++
		args := []reflect.Value{reflect.ValueOf(t.Context())}
		for in := 2; in < method.Type.NumIn(); in++ {
			args = append(args, sample(method, method.Type.In(in)))
		}
		call := db.Method(i).Call
		if method.Type.IsVariadic() {
			call = db.Method(i).CallSlice
		}
		results := call(args)
		err, _ := results[len(results)-1].Interface().(error)
		if err == nil || !strings.Contains(err.Error(), "database is closed") {
			t.Errorf("%s: got %v, want the database's fault", method.Name, err)
		}
		for _, answer := range answers {
			if errors.Is(err, answer) {
				t.Errorf("%s: got %v, want a fault and no answer", method.Name, err)
			}
		}
	}
	if called == 0 {
		t.Error("no method was called: this test looks at nothing")
	}
}

var answers = []error{
	models.ErrNotFound, models.ErrTaken, models.ErrCartFull, models.ErrEmptyCart,
	models.ErrWithdrawn, models.ErrPriceChanged,
	models.ErrCoupon, models.ErrPoints, models.ErrTooMuch, models.ErrNotPayable,
	models.ErrNotEnded, models.ErrPastDeadline,
	models.ErrNothingPaid, models.ErrLineNotOpen, models.ErrRefundTooMuch, models.ErrRefundNothing, models.ErrKeyUsed,
	models.ErrRefundBarred, models.ErrDecided, models.ErrNoRight, models.ErrRefundRequested, models.ErrOldPassword,
}

// someNumber has the form of an order number and of an out_trade_no.
var someNumber = strings.Repeat("1", models.OrderNumberLength)

// samples are the arguments whose zero value some method would refuse before it asks the database.
var samples = []any{
	someNumber, 1, int64(1), []int{1}, []string{someNumber}, []int64{1}, []models.Limit{models.LimitName("ann")},
	models.NewUser{Username: "ann", Password: modelstest.Password},
	models.PasswordChange{Old: modelstest.Password, New: modelstest.Password, Again: modelstest.Password},
	models.Catalogue{Coupons: []models.CatalogueCoupon{{}}},
	models.NewOrder{Token: "page"},
	models.Attempt{OrderNumber: someNumber},
	models.PaidTrade{OutTradeNo: someNumber},
	models.RefundNews{OutTradeNo: someNumber},
	models.NewRefund{OrderNumber: someNumber},
	models.RefundWish{OrderNumber: someNumber, Lines: []int{1}},
	models.OrderView{Lines: make([]models.LineView, 1)},
	models.Period{From: noon, To: noon.Add(time.Hour)},
}

// sample is an argument of that type for a method.
func sample(method reflect.Method, kind reflect.Type) reflect.Value {
	if method.Name == "Authenticate" || method.Name == "SetPassword" && kind.Kind() == reflect.String {
		return reflect.ValueOf(modelstest.Password) // which is short enough to be a name, too
	}
	for _, s := range samples {
		if reflect.TypeOf(s) == kind {
			return reflect.ValueOf(s)
		}
	}
	return reflect.Zero(kind)
}
