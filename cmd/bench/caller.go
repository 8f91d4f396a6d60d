package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
)

// caller sends ready-made requests over connections that it keeps open. It shares the machine with the
// shop, and net/http's client would take a good part of the processor time that is to be measured.
type caller struct {
	address string
	idle    chan *connection
}

type connection struct {
	net.Conn
	answers *bufio.Reader
}

// maxIdle bounds the idle connections. No measurement uses more at once.
const maxIdle = 256

func newCaller(server *httptest.Server) *caller {
	return &caller{address: strings.TrimPrefix(server.URL, "http://"), idle: make(chan *connection, maxIdle)}
}

// get is a request for a page by the browser that has the cookie.
func get(path string, cookie *http.Cookie) []byte {
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: %s=%s\r\n\r\n",
		path, cookie.Name, cookie.Value)
}

// post is a request with the body of a form.
func post(path, body string) []byte {
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\n"+
		"Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"+
		"Content-Length: %d\r\n\r\n%s", path, len(body), body)
}

// call sends a request and returns the body of its answer. An answer other than 200 is an error.
func (c *caller) call(ctx context.Context, request []byte) ([]byte, error) {
	conn, err := c.connect(ctx)
	if err != nil {
		return nil, err
	}
	body, err := conn.exchange(request)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	c.idle <- conn
	return body, nil
}

func (c *caller) connect(ctx context.Context) (*connection, error) {
	select {
	case conn := <-c.idle:
		return conn, nil
	default:
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", c.address)
	if err != nil {
		return nil, err
	}
	return &connection{conn, bufio.NewReaderSize(conn, 64<<10)}, nil
}

func (c *connection) exchange(request []byte) ([]byte, error) {
	if _, err := c.Write(request); err != nil {
		return nil, err
	}
	answer, err := http.ReadResponse(c.answers, nil)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("answered %d", answer.StatusCode)
	}
	return body, err
}

// close closes the idle connections.
func (c *caller) close() error {
	var err error
	for range len(c.idle) {
		err = errors.Join(err, (<-c.idle).Close())
	}
	return err
}
