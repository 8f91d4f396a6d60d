package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"luffy/models"
)

// user makes accounts, and gives those who have forgotten their password another.
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

func (p program) addUser(ctx context.Context, name string, args []string) error {
	flags := flag.NewFlagSet("user add", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	staff := flags.Bool("staff", false, "member of staff")
	points := flags.Int64("points", 0, "points to begin with")
	if err := flags.Parse(args); err != nil || flags.NArg() != 0 || *points < 0 {
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

// password is read from standard input, where it stands in no list of processes and in no shell
// history. The error is that of a context that ended while somebody was to type.
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

// course imports a catalogue.
func (p program) course(ctx context.Context, args []string) error {
	if len(args) != 2 || args[0] != "import" {
		return errUsage
	}
	text, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	catalogue, err := models.ReadCatalogue(text)
	if err != nil {
		return err
	}
	return p.onSchema(ctx, func(db *models.DB) error {
		if err := db.Import(ctx, catalogue); err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "imported %d courses, %d activities, %d coupons\n",
			len(catalogue.Courses), len(catalogue.Activities), len(catalogue.Coupons))
		return nil
	})
}

// coupon gives a coupon to a student.
func (p program) coupon(ctx context.Context, args []string) error {
	if len(args) != 3 || args[0] != "give" {
		return errUsage
	}
	return p.onSchema(ctx, func(db *models.DB) error {
		user, err := db.UserByName(ctx, args[1])
		if err != nil {
			return fmt.Errorf("user %q: %w", args[1], err)
		}
		given, err := db.GiveCoupon(ctx, user.ID, args[2])
		if err != nil {
			return fmt.Errorf("coupon %q: %w", args[2], err)
		}
		fmt.Fprintln(p.stdout, "given, valid until", given.EndTime.In(models.Beijing).Format("2006-01-02 15:04"))
		return nil
	})
}
