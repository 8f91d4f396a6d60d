package models_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

// Who claims a refund, its news, its errors and the job beside them take their locks in one sequence.
func TestRefundsAtOnce(t *testing.T) {
	s, log := newBusyScene(t)
	const orders, rounds = 6, 12
	var paid [orders]models.Order
	for i := range paid {
		user := student(t, s.DB, fmt.Sprintf("buyer%d", i))
		paid[i], _ = modelstest.Paid(t, s.DB, user, s.Plain.For(30))
	}
	for range rounds {
		var refunds [orders]models.Refund
		for i, o := range paid {
			refunds[i] = s.refund(t, models.NewRefund{OrderNumber: o.OrderNumber, Amount: 1})
		}
		together(5*orders, func(i int) {
			o, r := paid[i/5], refunds[i/5]
			var err error
			switch i % 5 {
			case 0:
				_, err = s.ClaimRefund(t.Context(), r.ID)
				for _, usual := range []error{models.ErrRefundTooSoon, models.ErrNotFound} {
					if errors.Is(err, usual) {
						err = nil
					}
				}
			case 1:
				err = s.NoteRefund(t.Context(), models.RefundNews{
					OutTradeNo: o.OrderNumber, OutRequestNo: r.OutRequestNo, Amount: 1, At: noon,
				})
			case 2:
				_, err = s.ClaimRefunds(t.Context(), modelstest.AppID, 2)
			case 3:
				err = s.NoteRefundError(t.Context(), r.ID, "no answer")
			case 4:
				err = s.RefundTried(t.Context(), models.RefundTask{Refund: r})
			}
			if err != nil {
				t.Errorf("call %d: %v", i, err)
			}
		})
		s.clock.forward(time.Hour)
	}
	log.wantNoDeadlock(t)
	wantClean(t, s.DB)
}
