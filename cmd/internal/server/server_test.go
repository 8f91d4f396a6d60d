package server

import (
	"context"
	"net"
	"net/http"
	"testing"
	"time"

	"luffy/cmd/internal/settings"
	"luffy/models"
)

// TestStopCutsNothing: a request and a pass of a job that have begun get to their end, with the
// database still open, while no new connection is taken.
func TestStopCutsNothing(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s settings.Settings, _ *models.DB) {
		shop := newShop(t, s)
		asked, answer, finish := make(chan struct{}), make(chan struct{}), make(chan struct{})
		pages := shop.handler
		shop.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			close(asked)
			<-answer
			pages.ServeHTTP(w, r)
		})
		begun, pass := make(chan struct{}, 100), make(chan error, 100)
		shop.jobs = []job{{"slow", 1, func(ctx context.Context) error {
			begun <- struct{}{}
			<-finish
			pass <- shop.db.Ping(ctx)
			return nil
		}}}
		r := serve(t, shop)
		status := make(chan int, 1)
		go func() { status <- get("http://" + r.address + "/readyz") }()
		<-asked
		<-begun

		r.stop()
		until(t, "new connections to be refused", func() bool {
			conn, err := net.Dial("tcp", r.address)
			if err == nil {
				conn.Close()
			}
			return err != nil
		})
		select {
		case err := <-r.ended:
			t.Fatalf("ended with %v while a request was being answered", err)
		default:
		}
		close(answer)
		if got := <-status; got != 200 {
			t.Errorf("the request in flight: got status %d, want 200", got)
		}
		time.AfterFunc(100*time.Millisecond, func() { close(finish) }) // the pass outlasts the requests
		if err := <-r.ended; err != nil {
			t.Errorf("Serve: %v", err)
		}
		if err := <-pass; err != nil {
			t.Errorf("the pass of the job: %v", err)
		}
		if err := shop.db.Ping(t.Context()); err == nil {
			t.Error("the database is still open")
		}
	})
}

// get returns the status of an answer, 0 for none.
func get(address string) int {
	response, err := client.Get(address)
	if err != nil {
		return 0
	}
	response.Body.Close()
	return response.StatusCode
}

func TestListenerFails(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s settings.Settings, _ *models.DB) {
		shop := newShop(t, s)
		closed, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		closed.Close()
		if err := shop.Serve(t.Context(), closed, nil); err == nil {
			t.Error("Serve on a closed listener: got no error")
		}
		if err := shop.db.Ping(t.Context()); err == nil {
			t.Error("the database is still open")
		}
	})
}
