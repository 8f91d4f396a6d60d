package payment

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"luffy/models"
	"luffy/models/alipay"
)

// Reading is a stored message as people read it.
type Reading struct {
	Fields []alipay.Field // decoded, sorted by name; none if the message cannot be read
	// Refusal is why the signature is not believed under the keys that are configured now; nil if it
	// is, ErrUnsigned if it was not kept.
	Refusal error
}

// ErrUnsigned means that a message was stored without its signature: an answer to the shop's own
// question is verified when it comes, and only the signed part is kept.
var ErrUnsigned = errors.New("the signature was verified when it came, and not kept")

// Read decodes a stored message and verifies its signature again.
func (s *Service) Read(m models.PaymentEvent) Reading {
	if m.Source == models.SourceQuery {
		return Reading{answerFields(m.Raw), ErrUnsigned}
	}
	message, err := s.alipay.Verify(string(m.Raw))
	return Reading{message.Fields(), err}
}

// answerFields are the members of a JSON object; none if it is not one.
func answerFields(raw []byte) []alipay.Field {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return nil
	}
	var fields []alipay.Field
	for _, name := range slices.Sorted(maps.Keys(members)) {
		value := string(members[name])
		var text string
		if json.Unmarshal(members[name], &text) == nil {
			value = text
		}
		fields = append(fields, alipay.Field{Name: name, Value: value})
	}
	return fields
}
