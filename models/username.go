package models

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"

	"gorm.io/gorm"
)

// UserByName reads the account with that name, in upper or lower case, in full or half width;
// ErrNotFound if there is none.
func (db *DB) UserByName(ctx context.Context, username string) (User, error) {
	return userNamed(db.with(ctx), username)
}

// userNamed prefers the account that is written as username is.
func userNamed(g *gorm.DB, username string) (User, error) {
	names := spellings(username)
	var users []User
	if err := g.Find(&users, "username IN ?", names).Error; err != nil {
		return User{}, err
	}
	for _, name := range names {
		// MySQL's collation also finds "ann" for "ánn", and takes all characters beyond U+FFFF for one.
		// A coupon would go to somebody else, and LimitName would count guesses under each spelling by
		// itself.
		same := func(u User) bool { return strings.EqualFold(u.Username, name) }
		if i := slices.IndexFunc(users, same); i >= 0 {
			return users[i], nil
		}
	}
	return User{}, ErrNotFound
}

// spellings are the names under which an account may be stored: as it is typed, as AddUser stores it,
// and in full width, as one of an older shop may be.
func spellings(username string) []string {
	typed, plain := strings.ToValidUTF8(username, string(utf8.RuneError)), plainName(username)
	all := []string{typed}
	for _, other := range []string{plain, width.Widen.String(plain)} {
		if !slices.Contains(all, other) {
			all = append(all, other)
		}
	}
	return all
}

// plainName returns a username as it is stored. Chinese input methods also write letters and digits in
// full width, and Unicode has letters in bold and others; they look like the plain ones and are taken
// for them.
func plainName(username string) string {
	return norm.NFKC.String(strings.ToValidUTF8(username, string(utf8.RuneError)))
}

// FoldName returns the same text for all spellings of a username that UserByName takes for the same.
func FoldName(username string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			least = min(least, other)
		}
		return least
	}, plainName(username))
}

// checkUsername takes a name as plainName returns it.
func checkUsername(name string) error {
	if n := utf8.RuneCountInString(name); n < UsernameMin || n > UsernameMax {
		return ErrUsername
	}
	strange := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-.", r) || r == utf8.RuneError
	}
	if strings.ContainsFunc(name, strange) {
		return ErrUsername
	}
	return nil
}
