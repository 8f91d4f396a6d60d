package server

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"luffy/cmd/internal/settings"
	"luffy/migrations"
	"luffy/models"
)

// TestLongHeaders: what no browser sends is refused before it is read to its end, in the address as
// in a cookie or any header.
func TestLongHeaders(t *testing.T) {
	t.Parallel()
	shop := serve(t, newShop(t, migrated(t)))
	for name, lengthen := range map[string]func(r *http.Request, text string){
		"address": func(r *http.Request, text string) { r.URL.RawQuery = "q=" + text },
		"cookie":  func(r *http.Request, text string) { r.Header.Set("Cookie", "luffy_session="+text) },
		"header":  func(r *http.Request, text string) { r.Header.Set("X-Long", text) },
	} {
		for length, want := range map[int]int{
			8 << 10:  http.StatusOK,
			64 << 10: http.StatusRequestHeaderFieldsTooLarge,
			4 << 20:  http.StatusRequestHeaderFieldsTooLarge,
		} {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+shop.address+"/", nil)
			if err != nil {
				t.Fatal(err)
			}
			lengthen(request, strings.Repeat("x", length))
			response, err := client.Do(request)
			if err != nil {
				if want == http.StatusOK {
					t.Errorf("%s of %d bytes: %v", name, length, err)
				}
				continue // cut off while it was still sending
			}
			response.Body.Close()
			if response.StatusCode != want {
				t.Errorf("%s of %d bytes: got status %d, want %d", name, length, response.StatusCode, want)
			}
		}
	}
	end(t, shop)
}

// TestSlowClients: who sends a byte now and then is cut off, in the header as in the body, and
// others are served meanwhile. The server is the shop's own but for its times, which are a tenth: a
// busy machine may need a part of a second for the pages of the others.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	shop := newShop(t, migrated(t))
	web := shop.newHTTP(shop.handler)
	for name, timeout := range map[string]*time.Duration{
		"header": &web.ReadHeaderTimeout, "read": &web.ReadTimeout, "write": &web.WriteTimeout, "idle": &web.IdleTimeout,
	} {
		if *timeout <= 0 || *timeout > 2*time.Minute {
			t.Errorf("%s: got a timeout of %s, want one up to two minutes", name, *timeout)
		}
		*timeout /= 10
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(listener) }()
	for name, begin := range map[string]string{
		"header": "GET / HTTP/1.1\r\nHost: shop\r\nX-Slow: ",
		"form": "POST /login HTTP/1.1\r\nHost: shop\r\nContent-Type: application/x-www-form-urlencoded\r\n" +
			"Content-Length: 10000\r\n\r\na=",
		"form of no length": "POST /login HTTP/1.1\r\nHost: shop\r\nContent-Type: application/x-www-form-urlencoded\r\n" +
			"Transfer-Encoding: chunked\r\n\r\nffff\r\na=",
		"notify": "POST /payments/notify HTTP/1.1\r\nHost: shop\r\nContent-Type: application/x-www-form-urlencoded\r\n" +
			"Content-Length: 10000\r\n\r\na=",
	} {
		if err := wantCutOff(listener.Addr().String(), begin); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := get("http://" + listener.Addr().String() + "/"); got != http.StatusOK {
			t.Errorf("%s: somebody else got status %d, want 200", name, got)
		}
	}
	if err := errors.Join(web.Close(), shop.db.Close()); err != nil {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}
}

// wantCutOff begins a request, goes on with it a byte at a time, and waits for the end of the connection.
func wantCutOff(address, begin string) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, begin); err != nil {
		return err
	}
	cut := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, conn)
		cut <- err
	}()
	deadline := time.After(time.Minute)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-cut: // by an answer and the end, or by a reset
			return nil
		case <-deadline:
			return errors.New("still connected after a minute, want it cut off")
		case <-tick.C:
			_, _ = io.WriteString(conn, "x") // fails once it is cut off, which the other case learns
		}
	}
}

// TestIdleConnections: a thousand browsers that keep their connection open cost nobody else anything.
func TestIdleConnections(t *testing.T) {
	t.Parallel()
	shop := serve(t, newShop(t, migrated(t)))
	for i := range 1000 {
		conn, err := net.Dial("tcp", shop.address)
		if err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
		defer conn.Close()
		if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 { // the others never say a word
			fmt.Fprint(conn, "GET /healthz HTTP/1.1\r\nHost: shop\r\n\r\n")
			response, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatalf("connection %d: %v", i, err)
			}
			response.Body.Close()
		}
	}
	response, err := client.Get("http://" + shop.address + "/")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("a page beside 1,000 connections: got status %d, want 200", response.StatusCode)
	}
	end(t, shop)
}

// migrated are the settings of a shop on a SQLite database that is up to date.
func migrated(t *testing.T) settings.Settings {
	t.Helper()
	s := goodSettings(t, "sqlite:"+filepath.Join(t.TempDir(), "luffy.db"))
	db, err := models.Open(t.Context(), models.Options{URL: s.DatabaseURL})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := migrations.Up(t.Context(), db.SQL(), db.Dialect()); err != nil {
		t.Fatal(err)
	}
	return s
}

func end(t *testing.T, r running) {
	t.Helper()
	r.stop()
	if err := <-r.ended; err != nil {
		t.Error(err)
	}
}
