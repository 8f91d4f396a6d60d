package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"luffy/models/modelstest/logwatch"
)

// TestGuessesFromOutside: about thirty guesses from one address are let through, whatever the
// visitor says of where they come from. Only a proxy that the settings name is asked, and only for
// what it has seen itself.
func TestGuessesFromOutside(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		proxies string
		says    http.Header // a %d becomes another number with each guess
		limited bool
	}{
		"a proxy that is named":     {"127.0.0.1", http.Header{"X-Forwarded-For": {"203.0.113.%d"}}, false},
		"a proxy that is not named": {"192.0.2.0/24", http.Header{"X-Forwarded-For": {"203.0.113.%d"}}, true},
		"what a proxy was told":     {"127.0.0.1", http.Header{"X-Forwarded-For": {"203.0.113.%d, 198.51.100.7"}}, true},
		"no address":                {"127.0.0.1", http.Header{"X-Forwarded-For": {"visitor%d"}}, true},
		"other headers": {"127.0.0.1", http.Header{
			"X-Real-Ip": {"203.0.113.%d"}, "Forwarded": {"for=203.0.113.%d"},
			"True-Client-Ip": {"203.0.113.%d"}, "X-Client-Ip": {"203.0.113.%d"},
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shop := serveShop(t, "LUFFY_BASE_URL=http://shop.example", "LUFFY_TRUSTED_PROXIES="+c.proxies)
			tries := 45
			if c.limited {
				tries = 1000 // one more is let through every ten seconds, and a guess of a busy machine may take long
			}
			let := 0
			for let < tries && guess(t, shop, let, c.says) == http.StatusUnprocessableEntity {
				let++
			}
			if limited := let < tries; limited != c.limited || let < 30 {
				t.Errorf("got %d of %d guesses let through, want a limit %v, and not before the thirtieth", let, tries, c.limited)
			}
		})
	}
}

// serveShop runs the program until the test ends and gives its address.
func serveShop(t *testing.T, environ ...string) string {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	lines, stderr := io.Pipe()
	ended := make(chan int, 1)
	p := program{
		environ: append(goodSettings(t), environ...), stdin: strings.NewReader(""),
		stdout: io.Discard, stderr: logwatch.Writer(t, stderr),
	}
	go func() {
		ended <- p.run(ctx, []string{"serve"})
		stderr.Close()
	}()
	t.Cleanup(func() {
		stop()
		if code := <-ended; code != 0 {
			t.Errorf("after the stop: got exit %d, want 0", code)
		}
	})
	return "http://" + servingAt(t, lines)
}

// guess tries a password of somebody whom nobody else asks for, with a browser that vouches for the form.
func guess(t *testing.T, shop string, who int, says http.Header) (status int) {
	t.Helper()
	form := url.Values{"username": {fmt.Sprintf("somebody%d", who)}, "password": {"wrong horse"}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, shop+"/login", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range says {
		r.Header.Set(name, strings.Replace(value[0], "%d", strconv.Itoa(who), 1))
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	client := http.Client{Timeout: time.Minute}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}
