package models

import (
	"context"
	"errors"
)

// PasswordChange is what a logged-in student fills in to get another password.
type PasswordChange struct {
	UserID          int64
	Old, New, Again string
}

// What can be wrong with a PasswordChange, beside ErrPassword.
var (
	ErrOldPassword     = errors.New("the old password is wrong")
	ErrPasswordsDiffer = errors.New("the new password was not repeated")
)

// check returns everything that is wrong with the change, joined.
func (c PasswordChange) check(ctx context.Context, user User) error {
	matches, err := passwordMatches(ctx, user.Password, c.Old)
	if err != nil {
		return err
	}
	var faults []error
	if !matches {
		faults = append(faults, ErrOldPassword)
	}
	if c.New != c.Again {
		faults = append(faults, ErrPasswordsDiffer)
	}
	return errors.Join(append(faults, checkPassword(c.New))...)
}

// ChangePassword replaces the password and ends every session of the student, including the one that
// asked. The error joins everything that is wrong: ErrOldPassword, ErrPassword, ErrPasswordsDiffer.
func (db *DB) ChangePassword(ctx context.Context, c PasswordChange) (User, error) {
	user, err := db.User(ctx, c.UserID)
	if err != nil {
		return User{}, err
	}
	if err := c.check(ctx, user); err != nil {
		return User{}, err
	}
	return db.replacePassword(ctx, user, c.New)
}

// SetPassword is ChangePassword without the old password, for staff to help somebody who has
// forgotten it. The error is ErrPassword.
func (db *DB) SetPassword(ctx context.Context, user User, password string) error {
	if err := checkPassword(password); err != nil {
		return err
	}
	_, err := db.replacePassword(ctx, user, password)
	return err
}

// replacePassword fails with ErrOldPassword when the password has changed since the user was read.
func (db *DB) replacePassword(ctx context.Context, user User, password string) (User, error) {
	fresh, err := hashPassword(ctx, password)
	if err != nil {
		return User{}, err
	}
	err = db.inTx(ctx, func(tx transaction) error {
		changed := tx.Model(&User{}).Where("id = ? AND password = ?", user.ID, user.Password).Update("password", fresh)
		if err := exactlyOne(changed, ErrOldPassword); err != nil {
			return err
		}
		return tx.endSessions(user.ID)
	})
	user.Password = fresh
	return user, err
}

// PasswordStands returns ErrNotFound if the password has changed since the user was read. A login
// calls it after it has stored its session. Because it waits for a change that is under way, either
// that change ends the new session, or the login learns here that the password has changed.
func (db *DB) PasswordStands(ctx context.Context, user User) error {
	return db.inTx(ctx, func(tx transaction) error {
		var now User
		return found(lockRows(tx.DB).Select("id").Take(&now, "id = ? AND password = ?", user.ID, user.Password).Error)
	})
}
