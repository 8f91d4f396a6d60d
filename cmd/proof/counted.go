package main

import (
	"strings"

	"luffy/models/modelstest/dbproxy"
)

// counted returns a function that tells which statements of a scenario are points to die at.
func (s scenario) counted() func(dbproxy.Statement) bool {
	if s.jobs {
		return changing()
	}
	return func(dbproxy.Statement) bool { return true }
}

// changing counts statements that change something, and those after them in the same transaction. Dying
// at a statement that only reads has the same effect as dying before the next change.
func changing() func(dbproxy.Statement) bool {
	type transaction struct{ changed bool }
	open := map[int]*transaction{} // by connection
	return func(s dbproxy.Statement) bool {
		word, _, _ := strings.Cut(strings.TrimSpace(s.SQL), " ")
		now := open[s.Conn]
		switch word {
		case "START":
			open[s.Conn] = &transaction{}
			return false
		case "COMMIT", "ROLLBACK":
			delete(open, s.Conn)
		case "INSERT", "UPDATE", "DELETE":
			if now == nil {
				return true // outside of a transaction it commits by itself
			}
			now.changed = true
		}
		return now != nil && now.changed
	}
}
