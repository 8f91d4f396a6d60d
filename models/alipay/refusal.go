package alipay

import "errors"

// Refusal is one reason for not taking a message or an answer as Alipay's. The Err values of this
// file are all there are; compare with errors.Is, count by Reason.
type Refusal struct{ word, text string }

// Error says the reason in a sentence for people.
func (r *Refusal) Error() string { return r.text }

// The reasons, from the outer form of a message to its content.
var (
	ErrMalformed    = &Refusal{"malformed", "the message is not well formed"}
	ErrTooLarge     = &Refusal{"too_large", "the message is larger than Alipay's ever are"}
	ErrRepeatedName = &Refusal{"repeated_name", "a name occurs twice, so readers could disagree about its value"}
	ErrNoNode       = &Refusal{"no_node", "the answer holds no node of the method that was asked"}
	ErrOtherMethod  = &Refusal{"other_method", "the node has the fields of another method's answer"}
	ErrNoSign       = &Refusal{"no_sign", "there is no sign"}
	ErrSignType     = &Refusal{"sign_type", "sign_type is not RSA2"}
	ErrSignEncoding = &Refusal{"sign_encoding", "sign is not standard base64"}
	ErrSignature    = &Refusal{"signature", "the signature does not match the text under the Alipay public key"}
	ErrFields       = &Refusal{"fields", "a signed field is missing or unreadable"}
	ErrAppID        = &Refusal{"app_id", "the message is for another app"}
	ErrSellerID     = &Refusal{"seller_id", "the money went to another seller"}
)

// Reason returns the short word of the Refusal in err, fit for a metric label or a column, or "" when
// err holds none.
func Reason(err error) string {
	if r, ok := errors.AsType[*Refusal](err); ok {
		return r.word
	}
	return ""
}
