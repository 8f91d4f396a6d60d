package views

import "net/url"

// Login is the page GET,POST /login.
type Login struct {
	Page
	Username string // as typed before
	Next     string // local path to return to; empty for none
	// AfterPaying: Next is the result of a payment.
	AfterPaying bool
	// Unsent: a form was sent after its session had ended, so what it held is lost.
	Unsent bool
	Errors FieldErrors // fields: username, password
}

func (l Login) title() string {
	if l.Unsent {
		return "请重新登录"
	}
	return "登录"
}

// Register is the page GET,POST /register. Passwords are never sent back to the browser.
type Register struct {
	Page
	Username     string      // as typed before
	UsernameHint string      // the rule for names; empty shows none
	PasswordHint string      // the rule for passwords; empty shows none
	Next         string      // local path to return to; empty for none
	Errors       FieldErrors // fields: username, password, password2
}

// withNext adds the path to return to to the address of the login or the registration.
func withNext(path, next string) string {
	if next == "" {
		return path
	}
	return path + "?next=" + url.QueryEscape(next)
}
