package models

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// ErrMobile reports text that is not a mobile number of mainland China.
var ErrMobile = errors.New("mobile must be 11 digits that begin with 13 to 19")

var mobileForm = regexp.MustCompile(`^1[3-9][0-9]{9}$`)

// ParseMobile reads a mobile number as people write it, with spaces, hyphens or +86 or in full width,
// or as they copy it from a phone's contacts, with invisible marks of direction. It gives the eleven
// digits, or "" for an empty text, which means no number. The error is ErrMobile.
func ParseMobile(text string) (string, error) {
	number := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || r == '-' {
			return -1
		}
		return r
	}, width.Fold.String(text))
	number = strings.TrimPrefix(number, "+86")
	if number != "" && !mobileForm.MatchString(number) {
		return "", ErrMobile
	}
	return number, nil
}

// SetMobile stores a number as ParseMobile gives it; "" removes the stored one.
func (db *DB) SetMobile(ctx context.Context, user int64, number string) error {
	var mobile *string
	if number != "" {
		mobile = &number
	}
	return db.with(ctx).Model(&User{}).Where("id = ?", user).Update("mobile", mobile).Error
}
