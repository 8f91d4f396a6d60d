package handlers

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"luffy/models/alipay"
	"luffy/models/payment"
	"luffy/views"
)

// What is shown of a message is bounded: anybody can send one in Alipay's name.
const (
	maxShownRaw    = 16 << 10 // bytes of the text as it came
	maxShownFields = 128
	maxShownValue  = 2_000 // characters of one value
)

// message is GET /staff/messages/:id: what Alipay, or somebody in its name, said, word by word.
func (s *shop) message(c echo.Context) error {
	m, err := s.db.Message(c.Request().Context(), idOf(c.Param("id")))
	if err != nil {
		return err
	}
	reading := s.payments.Read(m)
	view := views.StaffMessage{
		Message: messageView(m), NotifyID: m.NotifyID, Size: len(m.Raw), Raw: string(m.Raw[:min(len(m.Raw), maxShownRaw)]),
		Signature: signature(reading.Refusal),
	}
	for _, f := range reading.Fields[:min(len(reading.Fields), maxShownFields)] {
		value := []rune(f.Value)
		view.Fields = append(view.Fields, views.MessageField{
			Name: f.Name, Value: string(value[:min(len(value), maxShownValue)]),
		})
	}
	if view.Page, err = s.page(c); err != nil {
		return err
	}
	return render(c, http.StatusOK, views.StaffMessagePage(view))
}

func signature(refusal error) views.Signature {
	switch {
	case refusal == nil:
		return views.Signature{Valid: true}
	case errors.Is(refusal, payment.ErrUnsigned):
		return views.Signature{Unkept: true}
	default:
		return views.Signature{Reason: alipay.Reason(refusal)}
	}
}
