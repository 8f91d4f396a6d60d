package alipay

import (
	"cmp"
	"crypto"
	"crypto/rsa"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Config is one profile of an app at Alipay. Gateway, ids and keys belong together: sandbox and
// production share none.
type Config struct {
	Gateway          string           // the one address for links and calls, like https://openapi.alipay.com/gateway.do
	AppID            string           // digits
	SellerID         string           // the PID of the receiver, 2088 and twelve more digits
	AppPrivateKey    *rsa.PrivateKey  // 应用私钥, at least 2048 bits
	Signer           crypto.Signer    // nil: AppPrivateKey; a simulation, which mostly signs, has a faster one
	AlipayPublicKeys []*rsa.PublicKey // 支付宝公钥; more than one only while Alipay's key changes
	HTTP             *http.Client     // nil: 3 s to connect, 10 s in all; a bill's download may take longer
	MinKeyBits       int              // 0: 2048, as RSA2 wants; only a simulation takes less
	Now              func() time.Time // nil: time.Now
}

// ConfigFaults is everything that is wrong with a Config. It is the error of NewClient.
type ConfigFaults []ConfigFault

// ConfigFault is what is wrong with one field.
type ConfigFault struct {
	Field string // its name in Config, for callers that know it by another
	Err   error
}

func (f ConfigFaults) Error() string { return errors.Join(f.Unwrap()...).Error() }

// Unwrap returns the faults without their fields.
func (f ConfigFaults) Unwrap() []error {
	faults := make([]error, len(f))
	for i := range f {
		faults[i] = f[i].Err
	}
	return faults
}

// check returns every fault of the profile at once, or none.
func (cfg Config) check() ConfigFaults {
	var faults ConfigFaults
	fault := func(field, format string, args ...any) {
		faults = append(faults, ConfigFault{field, fmt.Errorf(format, args...)})
	}
	if err := checkGateway(cfg.Gateway); err != nil {
		fault("Gateway", "alipay gateway %q: %w", cfg.Gateway, err)
	}
	if cfg.AppID == "" || len(cfg.AppID) > 32 || !onlyDigits(cfg.AppID) {
		fault("AppID", "alipay app id %q: digits are expected, like 2016091600523592", cfg.AppID)
	}
	if len(cfg.SellerID) != 16 || !strings.HasPrefix(cfg.SellerID, "2088") || !onlyDigits(cfg.SellerID) {
		fault("SellerID", "alipay seller id %q: a PID of 16 digits beginning with 2088 is expected", cfg.SellerID)
	}
	if cfg.AppPrivateKey == nil {
		fault("AppPrivateKey", "alipay app private key (应用私钥) is missing")
	} else if cfg.AppPrivateKey.N.BitLen() < cfg.leastBits() {
		fault("AppPrivateKey", "alipay app private key: %w", ErrWeakKey)
	}
	if len(cfg.AlipayPublicKeys) == 0 {
		fault("AlipayPublicKeys", "alipay public key (支付宝公钥) is missing")
	}
	for _, key := range cfg.AlipayPublicKeys {
		if err := cfg.checkAlipayKey(key); err != nil {
			fault("AlipayPublicKeys", "alipay public key: %w", err)
		}
	}
	return faults
}

// checkAlipayKey catches the commonest fault of all, with which links still work and every
// verification fails.
func (cfg Config) checkAlipayKey(key *rsa.PublicKey) error {
	switch {
	case key == nil:
		return errors.New("it is nil")
	case key.N.BitLen() < cfg.leastBits():
		return ErrWeakKey
	case cfg.AppPrivateKey != nil && cfg.AppPrivateKey.PublicKey.Equal(key):
		return errors.New("this is the app's own public key (应用公钥); " +
			"the 支付宝公钥 belongs here, copy it from the open platform console")
	}
	return nil
}

func (cfg Config) leastBits() int { return cmp.Or(cfg.MinKeyBits, minKeyBits) }

func checkGateway(gateway string) error {
	u, err := url.Parse(gateway)
	switch {
	case err != nil:
		return err
	case u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return errors.New("an absolute http or https address is expected")
	case u.User != nil || strings.ContainsAny(gateway, "?#"):
		return errors.New("an address without user, query and fragment is expected")
	case !strings.HasSuffix(u.Path, "/gateway.do"):
		return errors.New("an address that ends in /gateway.do is expected, like https://openapi.alipay.com/gateway.do")
	case u.Scheme == "http" && alipayHost.MatchString(u.Hostname()):
		return errors.New("an address of https is expected: orders and refunds would go through the network in the clear")
	}
	return nil
}

// alipayHost matches the hosts of Alipay itself and of its sandbox; a simulator may do without TLS.
var alipayHost = regexp.MustCompile(`(?i)(^|\.)alipay(dev)?\.com\.?$`)

// newHTTP returns the client for gateway calls. Redirects are answers like any other and never
// followed: an answer is proven by its signature, and the request must not travel on to wherever it
// points.
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
