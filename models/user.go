package models

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
)

// User is a student or a member of staff.
type User struct {
	ID         int64
	Username   string
	Password   string
	Mobile     *string
	Credit     int64 // points owned, including those held by unpaid orders
	CreditHeld int64 // points held by unpaid orders
	IsStaff    bool
	CreatedAt  time.Time
}

// TableName names the seed's table.
func (User) TableName() string { return "ly_user" }

// FreeCredit is how many points a new order may take.
func (u User) FreeCredit() int64 { return u.Credit - u.CreditHeld }

// The lengths that a name and a password may have.
const (
	UsernameMin, UsernameMax = 2, 20 // characters
	PasswordMin, PasswordMax = 8, 72 // characters
)

// ErrUsername and ErrPassword report a name or a password outside those bounds.
var (
	ErrUsername = errors.New("username must have 2 to 20 letters, digits or the signs _ - . in it")
	ErrPassword = errors.New("password must have 8 to 72 characters")
)

// NewUser is an account to be made.
type NewUser struct {
	Username, Password string
	Staff              bool
	Credit             int64 // points to begin with
}

// Check returns everything that is wrong with the account, joined: ErrUsername, ErrPassword.
func (n NewUser) Check() error {
	return errors.Join(checkUsername(plainName(n.Username)), checkPassword(n.Password))
}

// AddUser makes an account. A name that only looks like one in use is taken. Errors: ErrUsername,
// ErrPassword, ErrTaken.
func (db *DB) AddUser(ctx context.Context, n NewUser) (User, error) {
	if err := n.Check(); err != nil {
		return User{}, err
	}
	hash, err := hashPassword(ctx, n.Password)
	if err != nil {
		return User{}, err
	}
	user := User{Username: plainName(n.Username), Password: hash, IsStaff: n.Staff}
	err = db.inTx(ctx, func(tx transaction) error {
		if _, err := userNamed(tx.DB, n.Username); !errors.Is(err, ErrNotFound) {
			return cmp.Or(err, ErrTaken)
		}
		user.ID, user.Credit, user.CreatedAt = 0, 0, tx.now // this may be a second try
		if err := tx.Create(&user).Error; err != nil {
			return err
		}
		if n.Credit == 0 {
			return nil
		}
		user.Credit = n.Credit
		return tx.addCredit(Credit{
			UserID: user.ID, Opera: CreditEarned, Number: n.Credit, Reference: fmt.Sprintf("welcome:%d", user.ID),
		})
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return User{}, ErrTaken
	}
	return user, err
}

// Authenticate returns the user with that name and password. ErrNotFound means that one of them is
// wrong; neither its text nor the time it takes tells which.
func (db *DB) Authenticate(ctx context.Context, username, password string) (User, error) {
	if utf8.RuneCountInString(username) > UsernameMax {
		return User{}, ErrNotFound
	}
	user, err := db.UserByName(ctx, username)
	switch {
	case errors.Is(err, ErrNotFound):
		user = User{Password: nobodysPassword}
	case err != nil:
		return User{}, err
	}
	matches, err := passwordMatches(ctx, user.Password, password)
	if err != nil {
		return User{}, err
	}
	if !matches {
		return User{}, ErrNotFound
	}
	return user, nil
}

func checkPassword(password string) error {
	if n := utf8.RuneCountInString(password); n < PasswordMin || n > PasswordMax || !utf8.ValidString(password) {
		return ErrPassword
	}
	return nil
}

// User reads the account with that ID; ErrNotFound if there is none.
func (db *DB) User(ctx context.Context, id int64) (User, error) {
	var user User
	err := db.with(ctx).Take(&user, "id = ?", id).Error
	return user, found(err)
}
