package main

import (
	"context"
	"fmt"
	"strconv"

	"luffy/models"
)

// message prints one message as it came, for luffy alipay verify to read.
func (p program) message(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errUsage
	}
	id, err := strconv.ParseInt(args[0], 10, 64)
	if err != nil {
		return fmt.Errorf("%w: the ID of a message is a number, as luffy order shows it", errUsage)
	}
	return p.onSchema(ctx, func(db *models.DB) error {
		m, err := db.Message(ctx, id)
		if err != nil {
			return fmt.Errorf("message %d: %w", id, err)
		}
		_, err = p.stdout.Write(m.Raw)
		return err
	})
}
