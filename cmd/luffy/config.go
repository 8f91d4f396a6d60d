package main

import (
	"context"
	"errors"
	"fmt"

	"luffy/cmd/internal/settings"
)

// config prints the settings. It fails wherever serve would, except that it does not ask the database.
func (p program) config(_ context.Context, args []string) error {
	if len(args) != 0 {
		return errUsage
	}
	s := settings.Read(p.environ)
	fmt.Fprint(p.stdout, s)
	_, clientFault := s.Alipay()
	if err := errors.Join(s.Check(), s.CheckDatabase(), s.CheckSessionKeys(), clientFault); err != nil {
		return fmt.Errorf("%w:\n%w", errSettings, err)
	}
	return nil
}
