package settings

import (
	"errors"
	"fmt"
	"strconv"

	"luffy/models"
)

// maxRefundDays is for how many days after a payment Alipay refunds it, unless the contract says
// otherwise.
const maxRefundDays = 365

// RefundRule reads when students may ask for a refund. The error names every fault at once.
func (s Settings) RefundRule() (models.RefundRule, error) {
	days, daysFault := within("LUFFY_REFUND_DAYS", s.RefundDays, 0, maxRefundDays)
	watched, watchedFault := within("LUFFY_REFUND_WATCHED", s.RefundWatched, 1, 100)
	return models.RefundRule{Days: days, Watched: watched}, errors.Join(daysFault, watchedFault)
}

func within(name, text string, least, most int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, fmt.Errorf("%s %q: a number from %d to %d is expected", name, text, least, most)
	}
	return n, nil
}
