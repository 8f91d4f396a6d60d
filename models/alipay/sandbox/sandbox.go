package sandbox

import (
	"cmp"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Config says for which app the simulator plays Alipay. AppID, SellerID and AppPublicKey are required.
type Config struct {
	AppID        string
	SellerID     string           // PID of the receiver of the money, 2088…
	AppPublicKey *rsa.PublicKey   // the shop's 应用公钥; the simulator never sees its private key
	Key          *rsa.PrivateKey  // Alipay's side; nil = a new one
	Signer       crypto.Signer    // signs in Key's place; nil = Key. A simulation of many orders has a quicker one
	MinKeyBits   int              // the least for AppPublicKey; 0 = 2048. A simulation takes less
	BaseURL      string           // outside address of this server without a path; "" = as the request names it
	StateFile    string           // journal that keeps the state over restarts; "" = memory only
	Now          func() time.Time // nil = time.Now; the virtual clock is laid over it
	Logger       *slog.Logger     // nil = silent
	HTTP         *http.Client     // sends notifies; nil = one with a timeout of 10 s. It is made to follow no redirect
	// Strict turns on three checks of which it is not known how strictly the real gateway makes them.
	// A timestamp may be off by half an hour instead of a day, which catches every wrong time zone;
	// the official Node SDK writes its host's local time and would be refused in most zones. A
	// charset named neither in the address nor in the Content-Type, but only among the fields of
	// the body, makes the gateway read the request as GBK. And time_expire must be a minute ahead,
	// not just ahead; shops under test have shorter deadlines.
	Strict bool
	// RefundWindow is for how long after its payment a trade can be refunded. 0 = DefaultRefundWindow.
	RefundWindow time.Duration
	// BillDelay is how long after the end of a day its bill is there; 0 = at once. The real one is
	// there by 09:00.
	BillDelay time.Duration
	// Triggers lists, by product_code, the trade states whose beginning is notified. nil =
	// DefaultTriggers.
	Triggers map[string][]string
}

// Sandbox is one simulated Alipay. Its methods may be called at any time from any goroutine.
type Sandbox struct {
	cfg   Config
	log   *slog.Logger
	http  *http.Client
	clock *clock
	wake  chan struct{} // holds one token when the notify worker should look again

	background sync.WaitGroup // fetches beside the buyer's browser

	mu         sync.Mutex // guards all below
	baseURL    string
	state      *state
	journal    *journal
	faults     []Fault
	calls      []Call
	lastReturn string // address of the last return, for ReturnReplay
	downloads  map[string]download
}

// New checks the configuration, naming every fault at once, and reads the state file if there is one.
func New(cfg Config) (*Sandbox, error) {
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("alipay sandbox: %w", err)
	}
	if cfg.Key == nil {
		key, err := rsa.GenerateKey(rand.Reader, defaultKeyBits)
		if err != nil {
			return nil, fmt.Errorf("alipay sandbox: make key: %w", err)
		}
		cfg.Key = key
	}
	if cfg.Signer == nil {
		cfg.Signer = cfg.Key
	}
	if cfg.Triggers == nil {
		cfg.Triggers = DefaultTriggers()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.RefundWindow = cmp.Or(cfg.RefundWindow, DefaultRefundWindow)
	s := &Sandbox{
		cfg:     cfg,
		log:     cmp.Or(cfg.Logger, slog.New(slog.DiscardHandler)),
		http:    deliveryClient(cfg.HTTP),
		clock:   newClock(cfg.Now),
		wake:    make(chan struct{}, 1),
		baseURL: strings.TrimSuffix(cfg.BaseURL, "/"),
		state:   newState(cfg.SellerID),

		downloads: map[string]download{},
	}
	if cfg.StateFile != "" {
		if err := s.restore(); err != nil {
			return nil, fmt.Errorf("alipay sandbox: state file %s: %w", cfg.StateFile, err)
		}
	}
	return s, nil
}

const defaultKeyBits = 2048

func (c Config) check() error {
	var faults []error
	if c.AppID == "" {
		faults = append(faults, errors.New("AppID is empty"))
	}
	if c.SellerID == "" {
		faults = append(faults, errors.New("SellerID is empty"))
	}
	switch {
	case c.AppPublicKey == nil:
		faults = append(faults, errors.New("AppPublicKey is missing"))
	case c.AppPublicKey.N.BitLen() < cmp.Or(c.MinKeyBits, defaultKeyBits):
		faults = append(faults, fmt.Errorf("AppPublicKey is shorter than %d bits", cmp.Or(c.MinKeyBits, defaultKeyBits)))
	case c.Key != nil && c.Key.PublicKey.Equal(c.AppPublicKey):
		faults = append(faults, errors.New("the app's key and Alipay's are one pair; shop and Alipay need a pair each"))
	}
	if c.RefundWindow < 0 || c.BillDelay < 0 {
		faults = append(faults, errors.New("RefundWindow or BillDelay is negative"))
	}
	return errors.Join(faults...)
}

// SetBaseURL sets the outside address, once the listener knows it.
func (s *Sandbox) SetBaseURL(base string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.baseURL = strings.TrimSuffix(base, "/")
}

// PublicKeyPEM is the simulator's 支付宝公钥, with which the shop verifies.
func (s *Sandbox) PublicKeyPEM() []byte {
	der, err := x509.MarshalPKIXPublicKey(&s.cfg.Key.PublicKey)
	if err != nil {
		panic("alipay sandbox: an RSA key always marshals: " + err.Error())
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// Close ends the journal. Stop the server and Run first.
func (s *Sandbox) Close() error {
	s.background.Wait()
	s.http.CloseIdleConnections()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.journal.close()
}

// Now is the virtual time.
func (s *Sandbox) Now() time.Time { return s.clock.now() }
