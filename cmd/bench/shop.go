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
	"luffy/models"
	"luffy/models/alipay"
	"luffy/models/payment"
)

const (
	appID    = "2016091600523592"
	sellerID = "2088102175868026"
	gateway  = "http://127.0.0.1:9/gateway.do" // nobody listens there: nothing that is measured asks Alipay
)

// bench is a shop that serves on loopback, and the pool of its database for the bare SQL beside it.
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

func newBench(ctx context.Context, url string, db *models.DB, o options) (*bench, error) {
	app, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	client, err := alipay.NewClient(alipay.Config{
		Gateway: gateway, AppID: appID, SellerID: sellerID,
		AppPrivateKey: app, AlipayPublicKeys: []*rsa.PublicKey{&key.PublicKey},
	})
	if err != nil {
		return nil, err
	}
	log := slog.New(slog.DiscardHandler)
	payments := payment.New(payment.Config{DB: db, Alipay: client, AppID: appID, BaseURL: "http://127.0.0.1", Log: log})
	shop := httptest.NewServer(handlers.New(handlers.Config{ //nolint:contextcheck // a request's log line has the request's context
		DB: db, Payments: payments, SessionKeys: [][]byte{[]byte(rand.Text() + rand.Text())}, OrderTTL: time.Hour,
		Refunds: models.RefundRule{Days: 7, Watched: 30}, BaseURL: "http://127.0.0.1", Gateway: gateway, Log: log,
	}))
	b := &bench{options: o, url: url, db: db, sql: db.SQL(), shop: shop, app: app, alipay: key, caller: newCaller(shop)}
	b.client = &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	reader, err := db.AddUser(ctx, models.NewUser{Username: readerName, Password: readerPassword})
	b.reader, b.next = reader.ID, int(reader.ID)
	return b, errors.Join(err, b.addCourses(ctx))
}

func (b *bench) close() error {
	defer b.shop.Close()
	return b.caller.close()
}

// createDatabase makes an empty database on the server. The server and all in it end with the run.
func createDatabase(ctx context.Context, server string) (string, error) {
	user, host, _ := strings.Cut(strings.TrimPrefix(server, "mysql://"), "@")
	config := mysqldriver.NewConfig()
	config.User, config.Net, config.Addr = user, "tcp", host
	connector, err := mysqldriver.NewConnector(config)
	if err != nil {
		return "", err
	}
	pool := sql.OpenDB(connector)
	defer pool.Close()
	_, err = pool.ExecContext(ctx, "CREATE DATABASE luffy_bench CHARACTER SET utf8mb4")
	return server + "/luffy_bench", err
}
