package models_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"luffy/models"
	"luffy/models/modelstest"
)

// A request whose turn to hash does not come before its deadline gets the context's error. Hashes
// that have begun go on.
func TestPasswordsWaitTheirTurn(t *testing.T) {
	db := modelstest.SQLite(t)
	ann := modelstest.Student(t, db, "ann")
	leave := models.FillHashing()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	for name, try := range map[string]func() error{
		"login":        func() error { _, err := db.Authenticate(ctx, "ann", modelstest.Password); return err },
		"unknown name": func() error { _, err := db.Authenticate(ctx, "eve", modelstest.Password); return err },
		"registration": func() error {
			_, err := db.AddUser(ctx, models.NewUser{Username: "bob", Password: modelstest.Password})
			return err
		},
		"new password": func() error {
			_, err := db.ChangePassword(ctx, models.PasswordChange{
				UserID: ann.ID, Old: modelstest.Password, New: "another horse", Again: "another horse",
			})
			return err
		},
	} {
		if err := try(); !errors.Is(err, context.DeadlineExceeded) || !models.Unavailable(err) {
			t.Errorf("%s: got %v, want the end of the time, as what may be tried again", name, err)
		}
	}
	leave()
	if _, err := db.Authenticate(t.Context(), "ann", modelstest.Password); err != nil {
		t.Errorf("when the others are done: %v", err)
	}
	if _, err := db.UserByName(t.Context(), "bob"); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("whose registration was refused: got %v, want ErrNotFound", err)
	}
}
