package payment

import (
	"context"
	"errors"
	"fmt"

	"luffy/models/alipay"
)

// noOrder is an out_trade_no that no order has.
const noOrder = "luffy_check"

// Check tells what is wrong between shop and Alipay that the settings alone do not show: a gateway, app
// or key with which Alipay does not answer as it should, and money that belongs to another app.
func (s *Service) Check(ctx context.Context) error {
	return errors.Join(s.checkAnswer(ctx), s.checkApps(ctx))
}

// checkAnswer asks about a trade that does not exist. If Alipay says so, the gateway is the right one,
// it knows the app and the app's key, and its signature verifies.
func (s *Service) checkAnswer(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	_, err := s.alipay.Query(ctx, noOrder)
	if err == nil || alipay.IsTradeNotExist(err) {
		return nil
	}
	return fmt.Errorf("gateway, app or keys are wrong, or Alipay is down: %w", err)
}

// checkApps names the apps under which the shop has begun what it cannot end under the configured one.
func (s *Service) checkApps(ctx context.Context) error {
	apps, err := s.db.StrandedApps(ctx, s.appID)
	if err != nil {
		return err
	}
	var faults []error
	for _, a := range apps {
		faults = append(faults, fmt.Errorf(
			"%d attempts to pay are open and %d refunds wait under app %s, which is not configured",
			a.Attempts, a.Refunds, a.AppID))
	}
	return errors.Join(faults...)
}
