package models_test

import (
	"strings"
	"testing"

	"gorm.io/gorm"

	"luffy/models"
	"luffy/models/modelstest"
	"luffy/models/modelstest/dbproxy"
)

func TestReadCommitted(t *testing.T) {
	db := modelstest.MariaDB(t)
	ann := modelstest.Student(t, db, "ann")
	read := func(g *gorm.DB) (points int64) {
		if err := g.Raw("SELECT credit FROM ly_user WHERE id = ?", ann.ID).Scan(&points).Error; err != nil {
			t.Fatal(err)
		}
		return points
	}
	err := db.InTx(t.Context(), func(g *gorm.DB) error {
		before := read(g)
		if err := db.InTx(t.Context(), func(other *gorm.DB) error { return addCredit(other, ann, 5) }); err != nil {
			return err
		}
		if after := read(g); after != before+5 {
			t.Errorf("got %d, want %d: a transaction must see what others have committed", after, before+5)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The shop does not depend on the server's defaults. Without autocommit, for example, nothing that is
// written outside a transaction would be stored.
func TestServersOwnDefaults(t *testing.T) {
	address := "mysql://root@" + modelstest.EncryptedMariaDB(t).Address() + "/luffy"
	open := func() *models.DB {
		db, err := models.Open(t.Context(), models.Options{URL: address})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return db
	}
	exec(t, open(), "SET GLOBAL autocommit = 0, GLOBAL sql_safe_updates = 1, GLOBAL sql_select_limit = 1")
	shop := open()
	if n := sum(t, shop, "SELECT @@autocommit - @@sql_safe_updates"); n != 1 {
		t.Error("autocommit is off, or sql_safe_updates is on")
	}
	if n := sum(t, shop, "SELECT COUNT(*) FROM (SELECT 1 UNION SELECT 2) two WHERE @@sql_select_limit > 1000"); n != 2 {
		t.Error("lists are cut off")
	}
}

// On a server with Galera, reads wait for what was committed on other nodes. A server without it
// serves all the same.
func TestSyncWait(t *testing.T) {
	unknown := dbproxy.Refusal{Code: 1193, State: "HY000", Text: "Unknown system variable 'wsrep_sync_wait'"}
	for name, c := range map[string]struct {
		refusal *dbproxy.Refusal
		serves  bool
	}{
		"known":   {nil, true},
		"unknown": {&unknown, true},
		"refused": {&dbproxy.TooManyConnections, false},
	} {
		t.Run(name, func(t *testing.T) {
			const galera = "SELECT COUNT(*) FROM information_schema.plugins WHERE plugin_name = 'wsrep'"
			if c.refusal == nil && sum(t, modelstest.MariaDB(t), galera) == 0 {
				t.Skip("SKIPPED: MySQL has no Galera, and so no such variable")
			}
			server, proxy := behindProxy(t)
			server.Host = proxy.Addr()
			asked := false
			proxy.SetPlan(func(s dbproxy.Statement) dbproxy.Fault {
				if !strings.Contains(s.SQL, "wsrep_sync_wait") {
					return dbproxy.Fault{}
				}
				asked = true
				return dbproxy.Fault{Refuse: c.refusal}
			})
			db, err := models.Open(t.Context(), models.Options{URL: server.String()})
			if (err == nil) != c.serves || !asked {
				t.Fatalf("got %v, asked for %v; want that it serves: %v", err, asked, c.serves)
			}
			if err == nil {
				defer db.Close()
			}
			if c.refusal == nil && sum(t, db, "SELECT @@wsrep_sync_wait") != 1 {
				t.Error("it is not set")
			}
		})
	}
}
