package modelstest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"os"
	"strings"
	"sync"
	"testing"

	mysqldriver "github.com/go-sql-driver/mysql"

	"luffy/models"
)

// MariaDBVariable is the environment variable with the address of a server on which tests may create
// and drop databases, like mysql://root@127.0.0.1:33061. `make test` starts a server and sets it. On a
// server that outlives the tests, the databases luffy_test_… are left over.
//
// It may also be a MySQL whose root has no password and may log in from 127.0.0.1. Test one package at
// a time there.
const MariaDBVariable = "LUFFY_TEST_MARIADB"

type testServer struct{ address string }

func mariaDBServer(t testing.TB) testServer {
	t.Helper()
	address := os.Getenv(MariaDBVariable)
	if address == "" {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is not set: in CI every test runs on MariaDB too; use make test", MariaDBVariable)
		}
		t.Skipf("SKIPPED on MariaDB: %s is not set; make test starts a server", MariaDBVariable)
	}
	return testServer{address}
}

// run executes a statement on the server. It does not use the test's context, because that has already
// ended when databases are dropped.
func (s testServer) run(t testing.TB, statement string) {
	t.Helper()
	config := mysqldriver.NewConfig()
	config.Net = "tcp"
	config.User, config.Addr, _ = strings.Cut(strings.TrimPrefix(s.address, "mysql://"), "@")
	connector, err := mysqldriver.NewConnector(config)
	if err != nil {
		t.Fatalf("%s: %v", s.address, err)
	}
	pool := sql.OpenDB(connector)
	defer pool.Close()
	if _, err := pool.ExecContext(context.Background(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func createDatabase(name string) string {
	return "CREATE DATABASE " + name + " CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"
}

func newName() string { return "luffy_test_" + strings.ToLower(rand.Text()[:12]) }

// free holds the databases of this process that no test is using. They are kept because migrating a
// new one takes longer than emptying an old one. They are not dropped: their server ends with the
// tests.
var free struct {
	sync.Mutex
	names []string
}

// borrow returns the name of a database for one test, and whether another test has used it before.
func borrow() (name string, used bool) {
	free.Lock()
	defer free.Unlock()
	if len(free.names) == 0 {
		return newName(), false
	}
	last := len(free.names) - 1
	name, free.names = free.names[last], free.names[:last]
	return name, true
}

func giveBack(name string) {
	free.Lock()
	defer free.Unlock()
	free.names = append(free.names, name)
}

// empty deletes all rows of the shop's tables and lets their IDs begin at 1 again.
func empty(t testing.TB, db *models.DB) {
	t.Helper()
	conn, err := db.SQL().Conn(t.Context())
	if err != nil {
		t.Fatalf("empty database: %v", err)
	}
	defer conn.Close()
	run := func(statement string) {
		if _, err := conn.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("empty database: %s: %v", statement, err)
		}
	}
	// The comment is executed by MySQL only, which would otherwise return outdated IDs from a cache.
	run("SET foreign_key_checks = 0 /*!80000 , information_schema_stats_expiry = 0 */")
	for _, statement := range emptying(t, conn) {
		run(statement)
	}
	run("SET foreign_key_checks = 1")
}

// emptying returns a statement for each table. TRUNCATE is slow even for an empty table, so only tables
// that have given out an ID get one.
func emptying(t testing.TB, conn *sql.Conn) []string {
	t.Helper()
	rows, err := conn.QueryContext(t.Context(), `
		SELECT CONCAT(IF(auto_increment > 1, 'TRUNCATE TABLE ', 'DELETE FROM '), table_name) FROM information_schema.tables
		WHERE table_schema = DATABASE() AND table_name LIKE 'ly\_%'`)
	if err != nil {
		t.Fatalf("tables to empty: %v", err)
	}
	defer rows.Close()
	var statements []string
	for rows.Next() {
		var statement string
		if err := rows.Scan(&statement); err != nil {
			t.Fatalf("tables to empty: %v", err)
		}
		statements = append(statements, statement)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("tables to empty: %v", err)
	}
	return statements
}
