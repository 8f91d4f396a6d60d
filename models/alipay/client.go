package alipay

import (
	"cmp"
	"crypto"
	"crypto/rsa"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Client builds links, verifies messages and calls the gateway for one app. It is safe for
// concurrent use.
type Client struct {
	gateway          string
	appID            string
	sellerID         string
	signer           crypto.Signer
	alipayPublicKeys []*rsa.PublicKey
	http             *http.Client
	now              func() time.Time
}

// NewClient checks cfg and gives its client. The error, ConfigFaults, names every fault at once.
func NewClient(cfg Config) (*Client, error) {
	if faults := cfg.check(); len(faults) > 0 {
		return nil, faults
	}
	now := cfg.Now
	if now == nil {
		now = time.Now
	}
	return &Client{
		gateway:          cfg.Gateway,
		appID:            cfg.AppID,
		sellerID:         cfg.SellerID,
		signer:           cmp.Or[crypto.Signer](cfg.Signer, cfg.AppPrivateKey),
		alipayPublicKeys: slices.Clone(cfg.AlipayPublicKeys),
		http:             newHTTP(cfg.HTTP),
		now:              now,
	}, nil
}

// CheckReceiver compares the app_id and seller_id of a verified message with the profile: nil,
// ErrAppID or ErrSellerID. A good signature alone does not say for whom the money was. A missing
// seller_id is ErrSellerID, too.
func (c *Client) CheckReceiver(appID, sellerID string) error {
	if appID != c.appID {
		return ErrAppID
	}
	if sellerID != c.sellerID {
		return ErrSellerID
	}
	return nil
}

// request returns the signed parameters of one request. extra may hold return_url and notify_url;
// empty values are left out, because the gateway drops them before it verifies.
func (c *Client) request(method string, bizContent []byte, extra map[string]string) (url.Values, error) {
	params := url.Values{
		"app_id":      {c.appID},
		"method":      {method},
		"format":      {"JSON"},
		"charset":     {"utf-8"},
		"sign_type":   {signType},
		"timestamp":   {FormatTime(c.now())},
		"version":     {"1.0"},
		"biz_content": {string(bizContent)},
	}
	for name, value := range extra {
		if value != "" {
			params.Set(name, value)
		}
	}
	signature, err := sign(requestText(params), c.signer)
	if err != nil {
		return nil, err
	}
	params.Set("sign", signature)
	return params, nil
}

// requestText is what the app signs in a request: every parameter, sign_type included, sorted by name.
func requestText(params url.Values) []byte {
	names := make([]string, 0, len(params))
	for name := range params {
		names = append(names, name)
	}
	slices.Sort(names)
	var text []byte
	for _, name := range names {
		text = appendPair(text, pair{name, params.Get(name)})
	}
	return text
}
