package models

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"time"
	"unicode"
)

// ErrMobile reports what is no mobile number of mainland China.
var ErrMobile = errors.New("mobile must be 11 digits that begin with 13 to 19")

// User reads the account; ErrNotFound when there is none.
func (db *DB) User(ctx context.Context, id int64) (User, error) {
	var user User
	err := db.with(ctx).Take(&user, "id = ?", id).Error
	return user, found(err)
}

var mobileForm = regexp.MustCompile(`^1[3-9][0-9]{9}$`)

// ParseMobile reads a mobile number as people write it, with spaces, hyphens or +86, or copy it from
// a phone's contacts, with marks of direction that nobody sees; an empty one means none. The error
// is ErrMobile.
func ParseMobile(text string) (string, error) {
	number := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || r == '-' {
			return -1
		}
		return r
	}, text)
	number = strings.TrimPrefix(number, "+86")
	if number != "" && !mobileForm.MatchString(number) {
		return "", ErrMobile
	}
	return number, nil
}

// SetMobile stores what ParseMobile gave.
func (db *DB) SetMobile(ctx context.Context, user int64, number string) error {
	var mobile *string
	if number != "" {
		mobile = &number
	}
	return db.with(ctx).Model(&User{}).Where("id = ?", user).Update("mobile", mobile).Error
}

// PasswordChange is the form of a student who is logged in and wants another password.
type PasswordChange struct {
	UserID          int64
	Old, New, Again string
}

// What can be wrong with a PasswordChange, beside ErrPassword.
var (
	ErrOldPassword     = errors.New("the old password is wrong")
	ErrPasswordsDiffer = errors.New("the new password was not repeated")
)

// check names all that is wrong with the change.
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

// ChangePassword replaces the password and ends every session of the student, the one that asked
// included. The error names all that is wrong: ErrOldPassword, ErrPassword, ErrPasswordsDiffer.
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

// SetPassword is staff's ChangePassword for somebody who has forgotten the old one. Errors:
// ErrPassword.
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

// PasswordStands tells with ErrNotFound that the password has changed since the user was read. It
// waits for a change that is under way, so a login that asks after it began its session is either
// seen by the change, which ends the session, or sees it here.
func (db *DB) PasswordStands(ctx context.Context, user User) error {
	return db.inTx(ctx, func(tx transaction) error {
		var now User
		return found(lockRows(tx.DB).Select("id").Take(&now, "id = ? AND password = ?", user.ID, user.Password).Error)
	})
}

// Summary is what the first page of the account shows.
type Summary struct {
	Credit     int64 // points owned, those held by unpaid orders included
	CreditHeld int64
	Coupons    int // that can be used
	Courses    int // that can be learnt
	Ending     int // of those, the ones that end within EndingSoon
	Unpaid     int // orders
	CreatedAt  time.Time
}

// Summary counts what a student has, in one statement.
func (db *DB) Summary(ctx context.Context, user int64) (Summary, error) {
	var s Summary
	now := db.Now()
	err := db.with(ctx).Raw(`
		SELECT u.credit, u.credit_held, u.created_at,
		       (SELECT COUNT(*) FROM ly_user_coupon m WHERE m.user_id = u.id AND `+couponState+` = ?) AS coupons,
		       (SELECT COUNT(*) FROM ly_order o WHERE o.user_id = u.id AND o.order_status = ?) AS unpaid,
		       mine.courses, mine.ending
		FROM ly_user u CROSS JOIN (
			SELECT COUNT(*) AS courses, COUNT(CASE WHEN forever = 0 AND latest < ? THEN 1 END) AS ending
			FROM (SELECT MAX(out_time) AS latest, COUNT(CASE WHEN out_time IS NULL THEN 1 END) AS forever
			      FROM ly_user_course WHERE user_id = ? AND revoked_at IS NULL GROUP BY course_id) rights
			WHERE forever > 0 OR latest > ?) mine
		WHERE u.id = ?`, now, CouponsUsable, OrderUnpaid, now.Add(EndingSoon), user, now, user).Take(&s).Error
	return s, found(err)
}
