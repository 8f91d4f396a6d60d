package alipay

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// billTimeout is for the whole download; only its beginning has to fall into the 30 seconds of the
// address.
const billTimeout = 2 * time.Minute

// downloadBill fetches the zip at the address that the gateway gave. Anybody with that address can get
// the bill, so it is never part of an error, and redirects are not followed.
func (c *Client) downloadBill(ctx context.Context, address string) ([]byte, error) {
	if !c.mayDownload(address) {
		return nil, fmt.Errorf("%w: bill_download_url is missing or no https address", ErrFields)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: bill_download_url", ErrFields)
	}
	client := *c.http
	client.Timeout = billTimeout
	zipped, err := exchange(&client, req, maxBillZip)
	if err != nil {
		return nil, fmt.Errorf("download: %w", err)
	}
	return zipped, nil
}

// mayDownload allows https only, because nothing in a bill is signed. The exception is a gateway without
// https, which can only be a simulator.
func (c *Client) mayDownload(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" &&
		(u.Scheme == "https" || u.Scheme == "http" && strings.HasPrefix(c.gateway, "http://"))
}
