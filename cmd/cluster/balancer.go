package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httputil"
	"sync"
	"time"
)

// balancer distributes requests among the replicas that are ready. A shop needs no special balancer,
// because a replica knows nothing about a student that the others do not know.
type balancer struct {
	mu       sync.Mutex
	backends []string // host:port
	ready    map[string]bool
	next     int
}

func newBalancer() *balancer { return &balancer{ready: map[string]bool{}} }

func (b *balancer) add(address string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.backends = append(b.backends, address)
}

// watch asks every replica again and again until ctx ends.
func (b *balancer) watch(ctx context.Context) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		b.mu.Lock()
		backends := b.backends[:len(b.backends):len(b.backends)]
		b.mu.Unlock()
		for _, address := range backends {
			is := ready(ctx, address)
			b.mu.Lock()
			b.ready[address] = is
			b.mu.Unlock()
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// inTurn returns the replicas in the order in which a request tries them, the ready ones first.
func (b *balancer) inTurn() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var up, down []string
	for i := range b.backends {
		address := b.backends[(b.next+i)%len(b.backends)]
		if b.ready[address] {
			up = append(up, address)
		} else {
			down = append(down, address)
		}
	}
	b.next++
	return append(up, down...)
}

func (b *balancer) handler() http.Handler {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", "replica" // RoundTrip chooses the real host
			r.Out.Host = r.In.Host
			r.SetXForwarded()
		},
		Transport: b,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			http.Error(w, "no replica answers", http.StatusBadGateway)
		},
	}
}

// RoundTrip sends a request to the first replica that can be reached. Once sent, it is never sent again.
func (b *balancer) RoundTrip(request *http.Request) (*http.Response, error) {
	err := errors.New("there is no replica")
	for _, address := range b.inTurn() {
		request.URL.Host = address
		var response *http.Response
		if response, err = http.DefaultTransport.RoundTrip(request); err == nil {
			return response, nil
		}
		if op, ok := errors.AsType[*net.OpError](err); !ok || op.Op != "dial" {
			return nil, err
		}
	}
	return nil, err
}
