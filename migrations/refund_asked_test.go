package migrations_test

import (
	"testing"

	"luffy/migrations"
	"luffy/models"
	"luffy/models/modelstest"
)

// An order whose refund was asked for before there was ly_order.refund_asked comes under 退款; one whose
// student has taken that back does not.
func TestRefundAskedBefore(t *testing.T) {
	onEachEmpty(t, func(t *testing.T, db *models.DB) {
		up(t, db)
		shop, ann := modelstest.Shop(t, db), modelstest.Student(t, db, "ann")
		asked, _ := modelstest.Paid(t, db, ann, shop.Plain.For(30))
		withdrawn, _ := modelstest.Paid(t, db, ann, shop.Off.For(60))
		for _, o := range []models.Order{asked, withdrawn} {
			wish := models.RefundWish{UserID: ann.ID, OrderNumber: o.OrderNumber, Lines: []int{1}, Reason: "买错了"}
			if _, err := db.RequestRefund(t.Context(), wish, models.RefundRule{Days: 7, Watched: 30}); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.WithdrawRefund(t.Context(), ann.ID, withdrawn.OrderNumber, 1); err != nil {
			t.Fatal(err)
		}
		p, err := migrations.Provider(db.SQL(), db.Dialect())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.DownTo(t.Context(), 9); err != nil {
			t.Fatal(err)
		}
		up(t, db)
		list, err := db.MyOrders(t.Context(), models.OrderFilter{UserID: ann.ID, Tab: models.TabRefund})
		if err != nil || len(list.Orders) != 1 || list.Orders[0].OrderNumber != asked.OrderNumber {
			t.Errorf("got %d orders under 退款, %v; want %s alone", len(list.Orders), err, asked.OrderNumber)
		}
	})
}
