// Package settings reads the program's settings from the environment. Its checks report everything that
// is wrong at once.
package settings

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"

	"luffy/models"
	"luffy/models/alipay"
)

// Settings are the settings of one process of the shop. The tags name the environment variables.
type Settings struct {
	Addr           string        `env:"LUFFY_ADDR" envDefault:"127.0.0.1:8080"`
	BaseURL        string        `env:"LUFFY_BASE_URL" envDefault:"http://127.0.0.1:8080"`
	DatabaseURL    string        `env:"LUFFY_DATABASE_URL" envDefault:"sqlite:luffy.db"`
	SessionKeyFile string        `env:"LUFFY_SESSION_KEY_FILE" envDefault:"luffy-session.key"`
	Gateway        string        `env:"LUFFY_ALIPAY_GATEWAY"`
	AppID          string        `env:"LUFFY_ALIPAY_APP_ID"`
	SellerID       string        `env:"LUFFY_ALIPAY_SELLER_ID"`
	AppKeyFile     string        `env:"LUFFY_ALIPAY_APP_PRIVATE_KEY_FILE"`
	AlipayKeyFile  string        `env:"LUFFY_ALIPAY_PUBLIC_KEY_FILE"`
	OrderTTL       time.Duration `env:"LUFFY_ORDER_TTL" envDefault:"15m"`
	RefundDays     string        `env:"LUFFY_REFUND_DAYS" envDefault:"7"` // RefundRule reads these two
	RefundWatched  string        `env:"LUFFY_REFUND_WATCHED" envDefault:"30"`
	Contact        string        `env:"LUFFY_CONTACT"`
	Jobs           string        `env:"LUFFY_JOBS" envDefault:"on"`
	MetricsAddr    string        `env:"LUFFY_METRICS_ADDR"` // "" = /metrics beside the pages
	Proxies        string        `env:"LUFFY_TRUSTED_PROXIES" envDefault:"127.0.0.0/8,::1"`

	unread error // what Read could not read; Check returns it
}

// Read reads the settings from an environment like that of os.Environ. Check returns what is wrong with
// them.
func Read(environ []string) Settings {
	var s Settings
	if err := env.ParseWithOptions(&s, env.Options{Environment: env.ToMap(environ)}); err != nil {
		s.unread = errors.New("LUFFY_ORDER_TTL: a duration like 15m is expected") // the only one that is not text
	}
	return s
}

const (
	// minTTL leaves students a minute to go to Alipay, which wants a minute from then to the deadline.
	minTTL = 2 * time.Minute
	// maxTTL is the furthest deadline that Alipay takes.
	maxTTL = 15 * 24 * time.Hour
)

// Check returns everything that is wrong with the settings, as far as it shows without files, keys and
// database.
func (s Settings) Check() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if !isPort(s.Addr) {
		fault("LUFFY_ADDR %q: host:port is expected", s.Addr)
	}
	if s.MetricsAddr != "" && !isPort(s.MetricsAddr) {
		fault("LUFFY_METRICS_ADDR %q: host:port is expected, or nothing", s.MetricsAddr)
	}
	if !isOrigin(s.BaseURL) {
		fault("LUFFY_BASE_URL %q: an address like https://shop.example is expected", s.BaseURL)
	}
	faults = append(faults, s.checkTTL())
	if _, err := s.RefundRule(); err != nil {
		faults = append(faults, err)
	}
	if !isContact(s.Contact) {
		fault("LUFFY_CONTACT %q: one line of %d characters at most is expected, or nothing", s.Contact, maxContact)
	}
	if s.Jobs != "on" && s.Jobs != "off" {
		fault("LUFFY_JOBS %q: on or off", s.Jobs)
	}
	if _, err := s.TrustedProxies(); err != nil {
		fault("LUFFY_TRUSTED_PROXIES %q: addresses or ranges like 10.0.0.0/8 are expected, with commas between them",
			s.Proxies)
	}
	return errors.Join(faults...)
}

func (s Settings) checkTTL() error {
	if s.unread != nil {
		return s.unread
	}
	least := minTTL
	if strings.HasPrefix(s.Gateway, "http://") {
		least = time.Second // a simulator takes any deadline
	}
	if s.OrderTTL < least || s.OrderTTL > maxTTL {
		return fmt.Errorf("LUFFY_ORDER_TTL %s: between %s and 360h, for the deadlines that Alipay takes", s.OrderTTL, least)
	}
	return nil
}

// TrustedProxies are the addresses of the proxies in front of the shop, whose X-Forwarded-For is
// believed.
func (s Settings) TrustedProxies() ([]netip.Prefix, error) {
	var all []netip.Prefix
	for text := range strings.SplitSeq(s.Proxies, ",") {
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		if addr, err := netip.ParseAddr(text); err == nil {
			all = append(all, netip.PrefixFrom(addr, addr.BitLen()))
			continue
		}
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, err
		}
		all = append(all, prefix)
	}
	return all, nil
}

// CheckDatabase returns what is wrong with the database's address, without connecting.
func (s Settings) CheckDatabase() error {
	if err := models.CheckURL(s.DatabaseURL); err != nil {
		return fmt.Errorf("LUFFY_DATABASE_URL: %w", err)
	}
	return nil
}

// isPort tells whether an address names a port that can be listened on, with or without a host.
func isPort(address string) bool {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

// isOrigin tells whether an address is a scheme and a host only. It must be, because the shop's links
// begin at the root of its host.
func isOrigin(address string) bool {
	u, err := url.Parse(strings.TrimSuffix(address, "/"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	return u.Host != "" && *u == url.URL{Scheme: u.Scheme, Host: u.Host}
}

// variables are, for the fields of alipay.Config, the settings that they come from.
var variables = map[string]string{
	"Gateway": "LUFFY_ALIPAY_GATEWAY", "AppID": "LUFFY_ALIPAY_APP_ID", "SellerID": "LUFFY_ALIPAY_SELLER_ID",
	"AppPrivateKey": "LUFFY_ALIPAY_APP_PRIVATE_KEY_FILE", "AlipayPublicKeys": "LUFFY_ALIPAY_PUBLIC_KEY_FILE",
}

// Alipay builds the client for the configured app. The error names everything that is wrong.
func (s Settings) Alipay() (*alipay.Client, error) {
	config := alipay.Config{Gateway: s.Gateway, AppID: s.AppID, SellerID: s.SellerID}
	app, appFault := readKey(variables["AppPrivateKey"], s.AppKeyFile, alipay.ParsePrivateKey)
	keys, keyFault := readKey(variables["AlipayPublicKeys"], s.AlipayKeyFile, parsePublicKeys)
	config.AppPrivateKey, config.AlipayPublicKeys = app, keys
	client, err := alipay.NewClient(config)
	faults := []error{appFault, keyFault}
	profile, _ := errors.AsType[alipay.ConfigFaults](err)
	for _, f := range profile {
		unread := f.Field == "AppPrivateKey" && appFault != nil || f.Field == "AlipayPublicKeys" && keyFault != nil
		if !unread {
			faults = append(faults, fmt.Errorf("%s: %w", variables[f.Field], f.Err))
		}
	}
	return client, errors.Join(faults...)
}

func readKey[K any](name, file string, parse func([]byte) (K, error)) (K, error) {
	var none K
	if file == "" {
		return none, fmt.Errorf("%s is not set", name)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return none, fmt.Errorf("%s: %w", name, err)
	}
	key, err := parse(text)
	if err != nil {
		return none, fmt.Errorf("%s %s: %w", name, file, err)
	}
	return key, nil
}

// String lists the settings as lines NAME=value, without the database's password. Keys are shown as
// the names of their files.
func (s Settings) String() string {
	var b strings.Builder
	v := reflect.ValueOf(s)
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("env")
		if name == "" {
			continue
		}
		value := fmt.Sprint(v.Field(i).Interface())
		if name == "LUFFY_DATABASE_URL" {
			value = withoutPassword(value)
		}
		fmt.Fprintf(&b, "%s=%s\n", name, value)
	}
	return b.String()
}

// withoutPassword hides the password of a database address. An address that cannot be read is hidden
// as a whole, because nobody knows where its password is.
func withoutPassword(address string) string {
	if errors.Is(models.CheckURL(address), models.ErrDatabaseURL) {
		return "(unreadable)"
	}
	return password.ReplaceAllString(address, "$1:xxxxx@")
}

// password matches the password in a mysql address, even one with several hosts.
var password = regexp.MustCompile(`^(mysql://[^:/]*):[^/]*@`)
