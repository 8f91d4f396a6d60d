package migrations

import (
	"time"

	"github.com/pressly/goose/v3/lock"
)

// Provider lets tests go down as well as up; the shop only ever goes up.
var Provider = provider

// Lock is what keeps migrators apart, with a wait of a test's choice.
func Lock(wait time.Duration) lock.SessionLocker { return serverLock{wait} }
