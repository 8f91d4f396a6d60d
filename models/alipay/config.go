package alipay

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Config is one profile of an app at Alipay. Gateway, ids and keys belong together: sandbox and production share none.
type Config struct {
	Gateway          string           // the one address for links and calls, like https://openapi.alipay.com/gateway.do
	AppID            string           // digits
	SellerID         string           // the PID of the receiver, 2088 and twelve more digits
	AppPrivateKey    *rsa.PrivateKey  // 应用私钥, at least 2048 bits
	AlipayPublicKeys []*rsa.PublicKey // 支付宝公钥; more than one only while Alipay's key changes
	HTTP             *http.Client     // nil: 3 s to connect, 10 s in all; a bill's download may take longer
	Now              func() time.Time // nil: time.Now
}

// check gives every fault of the profile at once, or nil.
func (cfg Config) check() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if err := checkGateway(cfg.Gateway); err != nil {
		fault("alipay gateway %q: %w", cfg.Gateway, err)
	}
	if cfg.AppID == "" || len(cfg.AppID) > 32 || !onlyDigits(cfg.AppID) {
		fault("alipay app id %q: digits are expected, like 2016091600523592", cfg.AppID)
	}
	if len(cfg.SellerID) != 16 || !strings.HasPrefix(cfg.SellerID, "2088") || !onlyDigits(cfg.SellerID) {
		fault("alipay seller id %q: a PID of 16 digits beginning with 2088 is expected", cfg.SellerID)
	}
	if cfg.AppPrivateKey == nil {
		fault("alipay app private key (应用私钥) is missing")
	} else if cfg.AppPrivateKey.N.BitLen() < minKeyBits {
		fault("alipay app private key: %w", ErrWeakKey)
	}
	if len(cfg.AlipayPublicKeys) == 0 {
		fault("alipay public key (支付宝公钥) is missing")
	}
	for _, key := range cfg.AlipayPublicKeys {
		if err := checkAlipayKey(key, cfg.AppPrivateKey); err != nil {
			fault("alipay public key: %w", err)
		}
	}
	return errors.Join(faults...)
}

// checkAlipayKey catches the commonest fault of all, with which links still work and every verification fails.
func checkAlipayKey(key *rsa.PublicKey, app *rsa.PrivateKey) error {
	switch {
	case key == nil:
		return errors.New("it is nil")
	case key.N.BitLen() < minKeyBits:
		return ErrWeakKey
	case app != nil && app.PublicKey.Equal(key):
		return errors.New("this is the app's own public key (应用公钥); the 支付宝公钥 belongs here, copy it from the open platform console")
	}
	return nil
}

func checkGateway(gateway string) error {
	u, err := url.Parse(gateway)
	switch {
	case err != nil:
		return err
	case u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return errors.New("an absolute http or https address is expected")
	case u.User != nil || strings.ContainsAny(gateway, "?#"):
		return errors.New("an address without user, query and fragment is expected")
	}
	return nil
}

// newHTTP gives the client for gateway calls. Redirects are answers like any other and never followed: an answer is
// proven by its signature, and the request must not travel on to wherever it points.
func newHTTP(given *http.Client) *http.Client {
	client := http.Client{Timeout: 10 * time.Second}
	if given != nil {
		client = *given
	} else {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.DialContext = (&net.Dialer{Timeout: 3 * time.Second, KeepAlive: 30 * time.Second}).DialContext
		transport.TLSHandshakeTimeout = 3 * time.Second
		transport.MaxIdleConnsPerHost = 16
		client.Transport = transport
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}
