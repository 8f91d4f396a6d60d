package models

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"gorm.io/driver/mysql"
	"gorm.io/gorm"
)

// The dialects that DB.Dialect returns and that package migrations takes.
const (
	DialectMySQL  = "mysql"
	DialectSQLite = "sqlite"
)

// ErrDatabaseURL reports a database address that has neither of the two forms.
var ErrDatabaseURL = errors.New("not a database address like " +
	"sqlite:luffy.db or mysql://user:password@host:3306/luffy (in a password # is written %23, % %25, / %2F, ? %3F)")

// CheckURL returns what is wrong with a database address, without connecting to the database:
// ErrDatabaseURL for its form, or why a file that it names cannot be used.
func CheckURL(address string) error {
	_, _, err := Options{URL: address}.connector()
	return err
}

// ErrNoDatabase reports a SQLite file that does not exist.
var ErrNoDatabase = errors.New("there is no such database here; one is made by: luffy migrate up")

// DB is the shop's database. Its methods are safe for concurrent use.
type DB struct {
	orm      *gorm.DB
	prepared *prepared
	dialect  string
	now      func() time.Time
	log      *slog.Logger
}

// Options tells Open which database to use and how.
type Options struct {
	// URL is sqlite:FILE, sqlite::memory: or mysql://user:password@host:port,host:port/name, where
	// every host serves the same database. With ?tls=true or ?tls-ca=FILE behind the name the
	// connection is encrypted, and the server must prove that it is the host of the address.
	URL string
	// Existing refuses a SQLite file that does not exist. Otherwise Open creates it.
	Existing bool
	// MaxConns bounds the connections to a MySQL server; 0 means 32. SQLite always has one.
	MaxConns int
	// Patience is how long a MySQL server may take over one statement; 0 means a minute, which is
	// more than anybody waits for a page.
	Patience time.Duration
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Log gets slow and faulty statements, transactions that are run again, and why connections
	// ended; nil means no log.
	Log *slog.Logger
	// Wrap, if set, wraps the driver's connector. A simulation uses it to let statements and commits
	// fail.
	Wrap func(driver.Connector) driver.Connector
}

// Open connects to the database that o names and checks that it answers. It does not touch the
// schema. Errors: ErrDatabaseURL, ErrNoDatabase.
func Open(ctx context.Context, o Options) (*DB, error) {
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	dialector, dialect, err := dialectorFor(o)
	if err != nil {
		return nil, err
	}
	orm, err := gorm.Open(dialector, &gorm.Config{
		SkipDefaultTransaction: true, // every transaction of the shop is opened by inTx
		TranslateError:         true, // a clash of unique keys is gorm.ErrDuplicatedKey on both databases
		DisableAutomaticPing:   true,
		Logger:                 newStatementLog(o.Log),
		NowFunc:                func() time.Time { return time.Now().UTC() },
	})
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	pool, err := orm.DB()
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	conns := cmp.Or(o.MaxConns, 32)
	if dialect == DialectSQLite {
		conns = 1 // one writer at a time anyway, and the pool queues more fairly than SQLite's busy wait
	} else {
		pool.SetConnMaxLifetime(4 * time.Minute)
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	if err := pool.PingContext(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("connect to database: %w", err)
	}
	now := o.Now
	if now == nil {
		now = time.Now
	}
	return &DB{orm: orm, prepared: &prepared{pool: pool}, dialect: dialect, now: now, log: o.Log}, nil
}

// SQL is the pool under the models, for migrations and for measuring.
func (db *DB) SQL() *sql.DB {
	pool, err := db.orm.DB()
	if err != nil {
		panic(err) // cannot happen: Open has taken the same pool
	}
	return pool
}

// Dialect is DialectMySQL or DialectSQLite.
func (db *DB) Dialect() string { return db.dialect }

// Now is the shop's clock, in UTC and in the database's resolution of a microsecond.
func (db *DB) Now() time.Time { return db.now().UTC().Truncate(time.Microsecond) }

// Ping checks that the database answers a query of a table. Less would not do: a node that is cut off
// from its cluster still answers the protocol's ping.
func (db *DB) Ping(ctx context.Context) error {
	var n int
	return db.SQL().QueryRowContext(ctx, "SELECT COUNT(*) FROM (SELECT id FROM ly_user LIMIT 1) one").Scan(&n)
}

// Close ends all connections.
func (db *DB) Close() error { return db.SQL().Close() }

func (db *DB) with(ctx context.Context) *gorm.DB { return db.orm.WithContext(ctx) }

func dialectorFor(o Options) (gorm.Dialector, string, error) {
	connector, dialect, err := o.connector()
	if err != nil {
		return nil, "", err
	}
	pool := sql.OpenDB(o.wrapped(connector))
	if dialect == DialectSQLite {
		return sqliteDialect{pool}, dialect, nil
	}
	return mysql.New(mysql.Config{Conn: pool, SkipInitializeWithVersion: true}), dialect, nil
}

func (o Options) connector() (driver.Connector, string, error) {
	if file, ok := strings.CutPrefix(o.URL, "sqlite:"); ok && file != "" {
		if o.Existing && missing(file) {
			return nil, "", fmt.Errorf("%s: %w", file, ErrNoDatabase)
		}
		connector, err := sqliteConnector(file)
		if err != nil {
			return nil, "", fmt.Errorf("%w: %w", ErrDatabaseURL, err)
		}
		return connector, DialectSQLite, nil
	}
	if strings.HasPrefix(o.URL, "mysql://") {
		connector, err := o.mysqlConnector()
		return connector, DialectMySQL, err
	}
	return nil, "", ErrDatabaseURL
}

func (o Options) wrapped(c driver.Connector) driver.Connector {
	if o.Wrap == nil {
		return c
	}
	return o.Wrap(c)
}
