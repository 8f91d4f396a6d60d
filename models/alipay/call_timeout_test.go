package alipay

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestCallsEndWithTheirContext(t *testing.T) {
	t.Parallel()
	asked, done := make(chan struct{}), make(chan struct{})
	c := gatewayClient(t, func(http.ResponseWriter, *http.Request) {
		close(asked)
		<-done
	})
	t.Cleanup(func() { close(done) })
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-asked
		cancel()
	}()
	_, err := c.Query(ctx, testNo)
	if !errors.Is(err, ErrUnknown) || !errors.Is(err, context.Canceled) {
		t.Errorf("Query: %v, want ErrUnknown and context.Canceled", err)
	}
	if strings.Contains(err.Error(), "sign=") {
		t.Errorf("the error shows the signed request: %v", err)
	}
}

func TestTimeoutOfTheHTTPClientCounts(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-done }))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(done) })
	cfg := testConfig()
	cfg.Gateway = server.URL + "/gateway.do"
	cfg.HTTP = &http.Client{Timeout: 20 * time.Millisecond}
	c, err := NewClient(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(t.Context(), testNo); !errors.Is(err, ErrUnknown) {
		t.Errorf("Close: %v, want ErrUnknown", err)
	}
}

func TestGatewayThatIsNotThere(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	cfg := testConfig()
	cfg.Gateway = server.URL + "/gateway.do"
	server.Close()
	c, err := NewClient(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Query(t.Context(), testNo); !errors.Is(err, ErrUnknown) {
		t.Errorf("Query: %v, want ErrUnknown", err)
	}
}

func TestDefaultHTTPClientIsBounded(t *testing.T) {
	t.Parallel()
	if got, want := newHTTP(nil).Timeout, 10*time.Second; got != want {
		t.Errorf("timeout = %v, want %v", got, want)
	}
}
