package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"database/sql"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"

	"luffy/handlers"
	"luffy/migrations"
	"luffy/models"
	"luffy/models/alipay"
	"luffy/models/payment"
)

const (
	appID    = "2016091600523592"
	sellerID = "2088102175868026"
	gateway  = "http://127.0.0.1:9/gateway.do" // nobody listens there: no measurement calls Alipay
)

// bench is a shop that serves on loopback, with the connection pool of its database for the bare SQL.
type bench struct {
	options
	url    string // of the database
	db     *models.DB
	sql    *sql.DB
	shop   *httptest.Server
	app    *rsa.PrivateKey
	alipay *rsa.PrivateKey
	client *http.Client // to log in with
	caller *caller
	next   int   // number of the last order made; its student has the same id
	reader int64 // the student who reads My Orders
}

// openBench makes a shop on a new database of the server. It is not dropped: the server ends with
// the run.
func openBench(ctx context.Context, host, name string, o options) (*bench, error) {
	if err := createDatabase(ctx, host, name); err != nil {
		return nil, err
	}
	url := host + "/" + name
	db, err := models.Open(ctx, models.Options{URL: url, MaxConns: 64})
	if err != nil {
		return nil, err
	}
	b, err := newBench(url, db, o) //nolint:contextcheck // a request's log line has the request's context
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := b.stock(ctx); err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

func newBench(url string, db *models.DB, o options) (*bench, error) {
	app, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	gatewayClient, err := alipay.NewClient(alipay.Config{
		Gateway: gateway, AppID: appID, SellerID: sellerID,
		AppPrivateKey: app, AlipayPublicKeys: []*rsa.PublicKey{&key.PublicKey},
	})
	if err != nil {
		return nil, err
	}
	log := slog.New(slog.DiscardHandler)
	payments := payment.New(payment.Config{
		DB: db, Alipay: gatewayClient, AppID: appID, BaseURL: "http://127.0.0.1", Log: log,
	})
	shop := httptest.NewServer(handlers.New(handlers.Config{
		DB: db, Payments: payments, SessionKeys: [][]byte{[]byte(rand.Text() + rand.Text())}, OrderTTL: time.Hour,
		Refunds: models.RefundRule{Days: 7, Watched: 30}, BaseURL: "http://127.0.0.1", Gateway: gateway, Log: log,
	}))
	client := &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &bench{
		options: o, url: url, db: db, sql: db.SQL(),
		shop: shop, app: app, alipay: key, client: client, caller: newCaller(shop),
	}, nil
}

// stock creates the tables, the courses and the student who reads My Orders.
func (b *bench) stock(ctx context.Context) error {
	if _, err := migrations.Up(ctx, b.sql, b.db.Dialect()); err != nil {
		return err
	}
	reader, err := b.db.AddUser(ctx, models.NewUser{Username: readerName, Password: readerPassword})
	b.reader, b.next = reader.ID, int(reader.ID)
	return errors.Join(err, b.addCourses(ctx))
}

func (b *bench) close() error {
	b.shop.Close()
	return errors.Join(b.caller.close(), b.db.Close())
}

func createDatabase(ctx context.Context, server, name string) error {
	user, host, _ := strings.Cut(strings.TrimPrefix(server, "mysql://"), "@")
	config := mysqldriver.NewConfig()
	config.User, config.Net, config.Addr = user, "tcp", host
	connector, err := mysqldriver.NewConnector(config)
	if err != nil {
		return err
	}
	pool := sql.OpenDB(connector)
	defer pool.Close()
	_, err = pool.ExecContext(ctx, "CREATE DATABASE "+name+" CHARACTER SET utf8mb4")
	return err
}
