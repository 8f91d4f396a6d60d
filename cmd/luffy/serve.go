package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"

	"luffy/cmd/internal/server"
	"luffy/cmd/internal/settings"
)

// serve runs the shop until it is told to stop.
func (p program) serve(ctx context.Context, args []string) error {
	if len(args) != 0 {
		return errUsage
	}
	log := slog.New(slog.NewJSONHandler(p.stderr, nil))
	s := settings.Read(p.environ)
	shop, err := server.New(ctx, s, log)
	if err != nil {
		return fmt.Errorf("%w:\n%w", errSettings, err)
	}
	pages, pagesFault := listen("LUFFY_ADDR", s.Addr)
	metrics, metricsFault := listen("LUFFY_METRICS_ADDR", s.MetricsAddr)
	if err := errors.Join(pagesFault, metricsFault); err != nil {
		return fmt.Errorf("%w:\n%w", errSettings, err)
	}
	if metrics != nil {
		log.Info("metrics", "addr", metrics.Addr().String())
	}
	server.CollectLess()
	log.Info("serving", "addr", pages.Addr().String(), "base_url", s.BaseURL)
	return shop.Serve(ctx, pages, metrics)
}

// listen opens the port that a setting names; nil without an address.
func listen(setting, address string) (net.Listener, error) {
	if address == "" {
		return nil, nil
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", setting, err)
	}
	return listener, nil
}
