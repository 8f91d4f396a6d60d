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
func (c *Client) downloadBill(ctx context.Context, given string) ([]byte, error) {
	address := c.downloadAddress(given)
	if address == "" {
		return nil, fmt.Errorf("%w: bill_download_url is missing or no address of http or https", ErrFields)
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

// downloadAddress is where the bill of a given bill_download_url is fetched, or "" if that is no address.
// Alipay gives one of https if it heeds secure=true, else one of http, as in all its examples
// (http://dwbillcenter.alipay.com/downloadBillFile.resource?…). But nothing in a bill is signed, so it is
// fetched over https in any case. Only a gateway without https, which can only be a
// simulator, is taken at its word.
func (c *Client) downloadAddress(given string) string {
	u, err := url.Parse(given)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	if !strings.HasPrefix(c.gateway, "http://") {
		u.Scheme = "https"
	}
	return u.String()
}
