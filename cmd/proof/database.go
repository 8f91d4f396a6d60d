package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"strings"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"

	"luffy/migrations"
	"luffy/models"
	"luffy/models/modelstest/logwatch"
)

// newDatabase creates an empty database on the server, and an account of the same name with the rights
// that a shop needs in that database, and no others.
func (w *world) newDatabase(ctx context.Context) error {
	w.name = "luffy_proof_" + strings.ToLower(rand.Text()[:12])
	return w.onServer(ctx,
		"CREATE DATABASE "+w.name+" CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
		"CREATE USER "+w.name+" IDENTIFIED BY '"+logwatch.Marker+"'", "GRANT ALL ON "+w.name+".* TO "+w.name)
}

func (w *world) dropDatabase() error {
	return w.onServer(context.Background(), "DROP DATABASE "+w.name, "DROP USER "+w.name)
}

// onServer executes statements as root.
func (w *world) onServer(ctx context.Context, statements ...string) error {
	config := mysqldriver.NewConfig()
	config.User, config.Net, config.Addr = "root", "tcp", w.server
	connector, err := mysqldriver.NewConnector(config)
	if err != nil {
		return err
	}
	pool := sql.OpenDB(connector)
	defer pool.Close()
	for _, statement := range statements {
		if _, err := pool.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// The kinds of coupon, and what each student owns: more than a run can use up.
const (
	couponName    = "立减"
	studentPoints = 1_000_000_000
)

// catalogue has courses with several terms. It has no discounts, because one could end during a run.
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

// openDatabase migrates the database and imports the courses, without going through the proxy.
func (w *world) openDatabase(ctx context.Context, now func() time.Time) error {
	var err error
	w.db, err = models.Open(ctx, models.Options{URL: "mysql://root@" + w.server + "/" + w.name, MaxConns: 8, Now: now})
	if err != nil {
		return err
	}
	w.atEnd(w.db.Close)
	if _, err := migrations.Up(ctx, w.db.SQL(), w.db.Dialect()); err != nil {
		return err
	}
	courses, err := models.ReadCatalogue([]byte(catalogue))
	if err != nil {
		return err
	}
	return w.db.Import(ctx, courses)
}
