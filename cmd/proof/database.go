package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"strings"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"

	"luffy/migrations"
	"luffy/models"
)

// newDatabase makes an empty database on the server and gives its name.
func (w *workshop) newDatabase(ctx context.Context) (string, error) {
	name := "luffy_proof_" + strings.ToLower(rand.Text()[:12])
	return name, w.onServer(ctx, "CREATE DATABASE "+name+" CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci")
}

func (w *workshop) dropDatabase(name string) error {
	return w.onServer(context.Background(), "DROP DATABASE "+name)
}

func (w *workshop) onServer(ctx context.Context, statement string) error {
	config := mysqldriver.NewConfig()
	config.User, config.Net, config.Addr = "root", "tcp", w.server
	connector, err := mysqldriver.NewConnector(config)
	if err != nil {
		return err
	}
	pool := sql.OpenDB(connector)
	defer pool.Close()
	_, err = pool.ExecContext(ctx, statement)
	return err
}

// The kinds of coupon and the student's possessions: more than a run can use up.
const (
	couponName    = "立减"
	studentPoints = 1_000_000_000
)

// catalogue has courses of several terms without discounts, which would end at a time of day.
const catalogue = `{
  "courses": [
    {"name": "课程一", "category": "后端", "teacher": {"name": "教研组"}, "price": "310.00",
     "terms": [{"days": 30, "text": "一个月有效", "price": "99.00"}]},
    {"name": "课程二", "category": "后端", "teacher": {"name": "教研组"}, "price": "199.00",
     "terms": [{"days": 30, "text": "一个月有效", "price": "66.60"}]},
    {"name": "课程三", "category": "后端", "teacher": {"name": "教研组"}, "price": "45.50"}
  ],
  "coupons": [{"name": "立减", "sale": "-20", "from": "30.00", "days": 30}]
}`

// openDatabase gives a migrated database with courses, past the proxy.
func (w *workshop) openDatabase(ctx context.Context, name string, now func() time.Time) (*models.DB, error) {
	db, err := models.Open(ctx, models.Options{URL: databaseURL(w.server, name), MaxConns: 8, Now: now})
	if err != nil {
		return nil, err
	}
	_, err = migrations.Up(ctx, db.SQL(), db.Dialect())
	if err == nil {
		var courses models.Catalogue
		if courses, err = models.ReadCatalogue(strings.NewReader(catalogue)); err == nil {
			err = db.Import(ctx, courses)
		}
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func databaseURL(server, name string) string { return "mysql://root@" + server + "/" + name }
