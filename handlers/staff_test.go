package handlers_test

import (
	"luffy/models/modelstest"
)

// shopkeeper adds somebody of the staff and logs in a browser of theirs.
func (w *world) shopkeeper(name string) *browser {
	w.t.Helper()
	modelstest.Student(w.t, w.db, name)
	w.exec("UPDATE ly_user SET is_staff = 1 WHERE username = ?", name)
	b := w.browser()
	b.login(name)
	return b
}
