package server

import (
	"strings"
	"testing"

	"luffy/cmd/internal/settings"
	"luffy/models"
	"luffy/models/modelstest/logwatch"
)

// TestStartSaysWhetherAlipayAnswers: one who starts the shop with a key that Alipay does not know reads so
// at once; the shop serves all the same.
func TestStartSaysWhetherAlipayAnswers(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s settings.Settings, _ *models.DB) {
		_, s = startAlipay(t, s, alipayKey(), 0)
		strange := s
		strange.AppID = "2021000000000009"
		for want, s := range map[string]settings.Settings{"alipay answers": s, "isv.invalid-app-id": strange} {
			log := &logwatch.Buffer{}
			shop, err := New(t.Context(), s, logwatch.New(t, log))
			if err != nil {
				t.Fatal(err)
			}
			r := serve(t, shop)
			until(t, want, func() bool { return strings.Contains(log.String(), want) })
			if got := get("http://" + r.address + "/readyz"); got != 200 {
				t.Errorf("%s: got status %d, want 200", want, got)
			}
			r.stop()
			if err := <-r.ended; err != nil {
				t.Errorf("%s: Serve: %v", want, err)
			}
		}
	})
}
