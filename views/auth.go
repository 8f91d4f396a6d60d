package views

// Login is the page GET,POST /login.
type Login struct {
	Page
	Username string      // as typed before
	Next     string      // local path to return to; empty for none
	Errors   FieldErrors // fields: username, password
}

// Register is the page GET,POST /register. Passwords are never sent back to the browser.
type Register struct {
	Page
	Username string      // as typed before
	Next     string      // local path to return to; empty for none
	Errors   FieldErrors // fields: username, password, password2
}
