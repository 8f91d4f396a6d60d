package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"luffy/models"
)

// user makes an account, or sets the password of somebody who has forgotten it.
func (p program) user(ctx context.Context, args []string) error {
	if len(args) < 2 || strings.HasPrefix(args[1], "-") {
		return errUsage
	}
	switch name, flags := args[1], args[2:]; {
	case args[0] == "add":
		return p.addUser(ctx, name, flags)
	case args[0] == "password" && len(flags) == 0:
		return p.setPassword(ctx, name)
	default:
		return errUsage
	}
}

// maxPoints are worth the largest sum that can be paid at once.
const maxPoints = int64(models.MaxFen / models.FenPerPoint)

func (p program) addUser(ctx context.Context, name string, args []string) error {
	flags := flag.NewFlagSet("user add", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	staff := flags.Bool("staff", false, "member of staff")
	points := flags.Int64("points", 0, "points to begin with")
	if err := flags.Parse(args); err != nil || flags.NArg() != 0 || *points < 0 || *points > maxPoints {
		return errUsage
	}
	password, err := p.password(ctx)
	if err != nil {
		return err
	}
	return p.onSchema(ctx, func(db *models.DB) error {
		user, err := db.AddUser(ctx, models.NewUser{Username: name, Password: password, Staff: *staff, Credit: *points})
		if err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
		fmt.Fprintln(p.stdout, "added", user.Username, "with id", user.ID)
		return nil
	})
}

func (p program) setPassword(ctx context.Context, name string) error {
	password, err := p.password(ctx)
	if err != nil {
		return err
	}
	return p.onSchema(ctx, func(db *models.DB) error {
		user, err := db.UserByName(ctx, name)
		if err != nil {
			return fmt.Errorf("user %q: %w", name, err)
		}
		if err := db.SetPassword(ctx, user, password); err != nil {
			return fmt.Errorf("user %q: %w", name, err)
		}
		fmt.Fprintln(p.stdout, "the password of", user.Username, "is changed, and no browser is logged in any more")
		return nil
	})
}

// password reads the first line of standard input, because an argument would show in the list of
// processes and in the shell's history. If ctx ends while somebody is typing, its cause is the error.
func (p program) password(ctx context.Context) (string, error) {
	fmt.Fprint(p.stderr, "password: ")
	var line string
	var err error
	read := make(chan struct{})
	go func() {
		line, err = bufio.NewReader(p.stdin).ReadString('\n')
		close(read)
	}()
	select {
	case <-read:
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}
