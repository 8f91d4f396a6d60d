package alipay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"
)

const billSecret = "token-of-the-download"

// billGateway returns a client whose gateway points to download, served by itself.
func billGateway(t *testing.T, download http.HandlerFunc) *Client {
	t.Helper()
	return gatewayClient(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/gateway.do" {
			if got := r.URL.Query().Get("token"); r.Method != http.MethodGet || got != billSecret {
				t.Errorf("download by %s with token %q, want GET with %q", r.Method, got, billSecret)
			}
			download(w, r)
			return
		}
		checkRequest(t, r, methodBill, map[string]any{
			"bill_type": "trade", "bill_date": testBillDate, "secure": "true",
		})
		io.WriteString(w, signedBillAnswer(t, "http://"+r.Host+"/billdownload?token="+billSecret))
	})
}

func signedBillAnswer(t *testing.T, address string) string {
	t.Helper()
	node := `{"code":"10000","msg":"Success","bill_download_url":"` + address + `"}`
	return signedAnswer(t, methodBill, node, node)
}

func TestBill(t *testing.T) {
	t.Parallel()
	zipped := billZip(t, sampleBill())
	c := billGateway(t, func(w http.ResponseWriter, _ *http.Request) { w.Write(zipped) })
	want, err := parseBill(zipped, testBillDate)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.Bill(t.Context(), testBillDate); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Bill = %+v, %v, want %+v", got, err, want)
	}
}

func TestBillOfAnEmptyDay(t *testing.T) {
	t.Parallel()
	node := `{"code":"10000","msg":"Success","bill_download_url":"","bill_file_code":"EMPTY_DATA_WITH_BILL_FILE"}`
	got, err := gatewayClient(t, answerWith(t, node)).Bill(t.Context(), testBillDate)
	if want := (Bill{Date: testBillDate}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Bill = %+v, %v, want %+v", got, err, want)
	}
}

func TestBillOfDaysThatHaveNone(t *testing.T) {
	t.Parallel()
	c := gatewayClient(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	c.now = func() time.Time { return time.Date(2026, 11, 21, 16, 0, 0, 0, time.UTC) } // midnight in Beijing
	for _, date := range []string{
		"", "2026-11", "20261121", "2026-11-31", "2026-1-2", "2026-11-21 ",
		" 2026-11-21", "2026-11-22", "2026-11-23", "2027-01-01",
	} {
		_, err := c.Bill(t.Context(), date)
		if err == nil || errors.Is(err, ErrNoBill) || errors.Is(err, ErrUnknown) || errors.Is(err, ErrBill) {
			t.Errorf("Bill of %q: %v, want an error of its own", date, err)
		}
	}
}

func TestBillOfYesterdayIsAskedFor(t *testing.T) {
	t.Parallel()
	c := gatewayClient(t, answerWith(t, `{"code":"40004","msg":"Business Failed","sub_code":"BILL_NOT_EXIST"}`))
	for at, want := range map[time.Time]bool{
		time.Date(2026, 11, 21, 15, 59, 59, 0, time.UTC): false,
		time.Date(2026, 11, 21, 16, 0, 0, 0, time.UTC):   true,
	} {
		c.now = func() time.Time { return at }
		if _, err := c.Bill(t.Context(), testBillDate); errors.Is(err, ErrNoBill) != want {
			t.Errorf("at %v Bill: %v, want it asked for: %t", at, err, want)
		}
	}
}

func TestBillRefusedByTheGateway(t *testing.T) {
	t.Parallel()
	tests := []struct {
		code, subCode   string
		noBill, unknown bool
	}{
		{"40004", "isp.bill_not_exist", true, false}, // what it is; the next is what the documents have
		{"40004", "BILL_NOT_EXIST", true, false},
		{"40004", "NO_BILL_DATA", true, false},
		{"40004", "isp.unknow-error", false, true},
		{"20000", "isp.unknow-error", false, true},
		{"40004", "UNKNOWN_ERROR", false, true},
		{"40004", "INVAILID_ARGUMENTS", false, false},
		{"40004", "isv.invalid_arguments", false, false},
		{"40004", "BILL_DATE_BEFORE_REGISTRATION", false, false},
		{"40004", "TYPE_NOT_SUPPORTED", false, false},
		{"40006", "isv.insufficient-isv-permissions", false, false},
	}
	for _, tt := range tests {
		node := fmt.Sprintf(`{"code":%q,"msg":"m","sub_code":%q,"sub_msg":"账单"}`, tt.code, tt.subCode)
		_, err := gatewayClient(t, answerWith(t, node)).Bill(t.Context(), testBillDate)
		e, ok := errors.AsType[*Error](err)
		if !ok || e.SubCode != tt.subCode || errors.Is(err, ErrNoBill) != tt.noBill ||
			errors.Is(err, ErrUnknown) != tt.unknown {
			t.Errorf("%s %s: %v, want an *Error, no bill %t, unknown %t", tt.code, tt.subCode, err, tt.noBill, tt.unknown)
		}
	}
}

// TestBillUnprovenAnswers: nobody else can claim that there is no bill, or where it is.
func TestBillUnprovenAnswers(t *testing.T) {
	t.Parallel()
	notExist := `{"code":"40004","msg":"Business Failed","sub_code":"BILL_NOT_EXIST"}`
	signed := func(node string) http.HandlerFunc { return answerWith(t, node) }
	tests := map[string]http.HandlerFunc{
		"unsigned":       answerRaw(200, `{"`+nodeName(methodBill)+`":`+notExist+`}`),
		"unsigned error": answerRaw(200, `{"error_response":`+notExist+`}`),
		"unsigned address": answerRaw(
			200, `{"`+nodeName(methodBill)+`":{"code":"10000","bill_download_url":"http://127.0.0.1:1/"}}`,
		),
		"tampered": answerRaw(
			200, strings.Replace(signedBillAnswer(t, "http://127.0.0.1:1/"), "http:", "http::", 1),
		),
		"answer to a query":   signed(queryNode),
		"neither address":     signed(`{"code":"10000","msg":"Success"}`),
		"address of a file":   signed(`{"code":"10000","bill_download_url":"file:///etc/hosts"}`),
		"address on no host":  signed(`{"code":"10000","bill_download_url":"https:///bill"}`),
		"address is no text":  signed(`{"code":"10000","bill_download_url":{}}`),
		"address is no URL":   signed(`{"code":"10000","bill_download_url":"http://[::1/?token=` + billSecret + `"}`),
		"address of nobody":   signed(`{"code":"10000","bill_download_url":"http://127.0.0.1:1/?token=` + billSecret + `"}`),
		"page with HTTP 200":  answerRaw(200, "<html>维护中</html>"),
		"page of a proxy 502": answerRaw(502, "<html>502 Bad Gateway</html>"),
	}
	for name, gateway := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkNoBill(t, gatewayClient(t, gateway), ErrUnknown)
		})
	}
}

// checkNoBill wants an error of the kind and no other, which does not show the address.
func checkNoBill(t *testing.T, c *Client, kind error) {
	t.Helper()
	got, err := c.Bill(t.Context(), testBillDate)
	if !errors.Is(err, kind) || errors.Is(err, ErrNoBill) || !reflect.DeepEqual(got, Bill{}) {
		t.Errorf("Bill = %+v, %v, want nothing and %v", got, err, kind)
	}
	if strings.Contains(fmt.Sprint(err), billSecret) {
		t.Errorf("the error shows the address: %v", err)
	}
}

func TestBillDownloadNeedsTLS(t *testing.T) {
	t.Parallel()
	c := testClient(t) // its gateway has https
	const real = "dwbillcenter.alipay.com/downloadBillFile.resource?bizType=trade&fileId=%2Ftrade%2F1.csv.zip&token=a"
	for given, want := range map[string]string{
		"https://" + real:                "https://" + real,
		"http://" + real:                 "https://" + real,
		"HTTP://" + real:                 "https://" + real,
		"ftp://dwbillcenter.alipay.com/": "",
		"//dwbillcenter.alipay.com/":     "",
		"http:///billdownload":           "",
		"":                               "",
	} {
		if got := c.downloadAddress(given); got != want {
			t.Errorf("downloadAddress(%q) = %q, want %q", given, got, want)
		}
	}
}

// Alipay's own gateway has https, but gives an address of http.
func TestBillDownloadOverTLS(t *testing.T) {
	t.Parallel()
	zipped := billZip(t, sampleBill())
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/billdownload" {
			w.Write(zipped)
			return
		}
		io.WriteString(w, signedBillAnswer(t, "http://"+r.Host+"/billdownload?token="+billSecret))
	}))
	t.Cleanup(server.Close)
	cfg := testConfig()
	cfg.Gateway, cfg.HTTP = server.URL+"/gateway.do", server.Client()
	c, err := NewClient(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.Bill(t.Context(), testBillDate); err != nil || len(got.Rows) == 0 {
		t.Errorf("got %d rows, %v; want those of the bill", len(got.Rows), err)
	}
}

func TestBillDownloadFails(t *testing.T) {
	t.Parallel()
	zipped := billZip(t, sampleBill())
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		t.Error("a redirect was followed")
		w.Write(zipped)
	}))
	t.Cleanup(elsewhere.Close)
	tests := map[string]struct {
		download http.HandlerFunc
		want     error
	}{
		"expired": {
			func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "expired", http.StatusForbidden) }, ErrUnknown,
		},
		"redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+"?token="+billSecret, http.StatusFound)
		}, ErrUnknown},
		"no content": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, ErrUnknown},
		"cut off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "5000000")
			w.Write(zipped[:100])
		}, ErrUnknown},
		"page":  {func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>请重新登录</html>") }, ErrBill},
		"empty": {func(http.ResponseWriter, *http.Request) {}, ErrBill},
		"oversized": {func(w http.ResponseWriter, _ *http.Request) {
			w.Write(zipped)
			for block := make([]byte, 1<<20); ; {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		}, ErrBill},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkNoBill(t, billGateway(t, tt.download), tt.want)
		})
	}
}

func TestBillDownloadEndsWithItsContext(t *testing.T) {
	t.Parallel()
	begun, done := make(chan struct{}), make(chan struct{})
	c := billGateway(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte("PK"))
		http.NewResponseController(w).Flush()
		close(begun)
		<-done
	})
	t.Cleanup(func() { close(done) })
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-begun
		cancel()
	}()
	_, err := c.Bill(ctx, testBillDate)
	if !errors.Is(err, ErrUnknown) || !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), billSecret) {
		t.Errorf("Bill: %v, want ErrUnknown and context.Canceled, without the address", err)
	}
}

// roundTrips is a transport that sees every request before it goes out.
type roundTrips func(*http.Request)

func (see roundTrips) RoundTrip(r *http.Request) (*http.Response, error) {
	see(r)
	return http.DefaultTransport.RoundTrip(r)
}

func TestBillDownloadMayTakeLongerThanACall(t *testing.T) {
	t.Parallel()
	zipped := billZip(t, sampleBill())
	c := billGateway(t, func(w http.ResponseWriter, _ *http.Request) { w.Write(zipped) })
	left := make(map[string]time.Duration)
	c.http.Transport = roundTrips(func(r *http.Request) {
		end, _ := r.Context().Deadline()
		left[r.URL.Path] = time.Until(end)
	})
	if _, err := c.Bill(t.Context(), testBillDate); err != nil {
		t.Fatal(err)
	}
	call, download := left["/gateway.do"], left["/billdownload"]
	if call > 10*time.Second || download < time.Minute || download > billTimeout {
		t.Errorf("%v for the call and %v for the download, want at most 10s, and minutes", call, download)
	}
}
