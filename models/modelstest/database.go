// Package modelstest gives tests migrated databases of their own, and the rows they start from.
package modelstest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"

	"luffy/migrations"
	"luffy/models"
)

// MariaDBVariable names the variable with the address of a server on which tests may make and drop databases, like
// mysql://root@127.0.0.1:33061. `make test` starts one and sets it.
const MariaDBVariable = "LUFFY_TEST_MARIADB"

// OnEach runs the test on a SQLite and on a MariaDB database.
func OnEach(t *testing.T, test func(t *testing.T, db *models.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("mariadb", func(t *testing.T) { test(t, MariaDB(t)) })
}

// SQLite opens a migrated database in memory that ends with the test.
func SQLite(t testing.TB, options ...func(*models.Options)) *models.DB {
	t.Helper()
	return open(t, "sqlite::memory:", options)
}

// MariaDB opens a migrated database on the test server that is dropped after the test. Without a server the test is skipped at a
// desk and fails in CI.
func MariaDB(t testing.TB, options ...func(*models.Options)) *models.DB {
	t.Helper()
	return open(t, MariaDBURL(t), options)
}

// MariaDBURL is the address of a new empty database, for a test that starts a program on it.
func MariaDBURL(t testing.TB) string {
	t.Helper()
	server := os.Getenv(MariaDBVariable)
	if server == "" {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is not set: in CI every test runs on MariaDB too; use make test", MariaDBVariable)
		}
		t.Skipf("SKIPPED on MariaDB: %s is not set; make test starts a server", MariaDBVariable)
	}
	name := "luffy_" + strings.ToLower(rand.Text()[:12])
	run(t, server, "CREATE DATABASE "+name+" CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci")
	t.Cleanup(func() { run(t, server, "DROP DATABASE "+name) })
	return server + "/" + name
}

// At sets the clock of a test database.
func At(now func() time.Time) func(*models.Options) {
	return func(o *models.Options) { o.Now = now }
}

func open(t testing.TB, url string, options []func(*models.Options)) *models.DB {
	t.Helper()
	o := models.Options{URL: url}
	for _, set := range options {
		set(&o)
	}
	db, err := models.Open(t.Context(), o)
	if err != nil {
		t.Fatalf("open %s: %v", url, err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close %s: %v", url, err)
		}
	})
	if _, err := migrations.Up(t.Context(), db.SQL(), db.Dialect()); err != nil {
		t.Fatalf("migrate %s: %v", url, err)
	}
	return db
}

// run executes a statement on the server itself. It does not take the test's context, which has ended when databases are dropped.
func run(t testing.TB, server, statement string) {
	t.Helper()
	address := strings.TrimPrefix(server, "mysql://")
	user, host, _ := strings.Cut(address, "@")
	config := mysqldriver.NewConfig()
	config.User, config.Net, config.Addr = user, "tcp", host
	connector, err := mysqldriver.NewConnector(config)
	if err != nil {
		t.Fatalf("%s: %v", server, err)
	}
	pool := sql.OpenDB(connector)
	defer pool.Close()
	if _, err := pool.ExecContext(context.Background(), statement); err != nil {
		t.Fatalf("%s: %v", fmt.Sprintf("%.40s", statement), err)
	}
}
