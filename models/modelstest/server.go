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

// MariaDBVariable names the variable with the address of a server on which tests may make and drop
// databases, like mysql://root@127.0.0.1:33061. `make test` starts one and sets it. On a server
// that outlives the tests the databases luffy_test_… stay behind.
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

// run executes a statement on the server itself. It does not take the test's context, which has
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

// free holds the databases of this process that no test uses now. They are migrated, which takes
// longer than emptying them. The server they are on ends with the test run, so nobody drops them.
var free struct {
	sync.Mutex
	names []string
}

// borrow gives the name of a database for one test, and whether another test has used it before.
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

// empty takes all rows out of the shop's tables and lets their ids begin at 1 again.
func empty(t testing.TB, db *models.DB) {
	t.Helper()
	conn, err := db.SQL().Conn(t.Context())
	if err != nil {
		t.Fatalf("empty database: %v", err)
	}
	defer conn.Close()
	for _, statement := range []string{"SET foreign_key_checks = 0", emptyAll, "SET foreign_key_checks = 1"} {
		if _, err := conn.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("empty database: %v", err)
		}
	}
}

// emptyAll is one block, because a statement for each table would cost a round trip each. Tables
// never written to are skipped: a TRUNCATE takes as long for an empty table as for a full one.
const emptyAll = `
BEGIN NOT ATOMIC
	FOR t IN (
		SELECT table_name AS name FROM information_schema.tables
		WHERE table_schema = DATABASE() AND table_name LIKE 'ly\_%' AND COALESCE(auto_increment, 2) > 1
	) DO
		EXECUTE IMMEDIATE CONCAT('TRUNCATE TABLE ', t.name);
	END FOR;
END`
