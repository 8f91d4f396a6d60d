package sandbox

import (
	"cmp"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"luffy/models/alipay"
)

// hardSubject has every character that careless code spoils before it checks the signature, because it
// decodes +, % or entities once too often, or trims the end.
const hardSubject = `C++ %41 & "Go" 'n' Vue 全栈课程 `

// message is one notify ready to be sent.
type message struct {
	notifyID   string
	outTradeNo string
	attempt    int // 0 = beside the schedule
	at         time.Time
	url        string
	charset    string
	body       string
	copies     int
}

// prepare makes the message of an event's next delivery, with the same notify_id, a new notify_time and
// so a new sign.
func (s *Sandbox) prepare(e *Event) message {
	s.mu.Lock()
	now := s.clock.now()
	m := message{
		notifyID: e.NotifyID, outTradeNo: e.OutTradeNo, at: now, url: e.URL, copies: 1,
	}
	if !e.resend {
		m.attempt = e.Attempts + 1
	}
	fields := maps.Clone(e.Fields)
	faults := s.takeFaults(messageFaultNames, faulty{outTradeNo: e.OutTradeNo})
	s.mu.Unlock()

	fields["notify_time"] = alipay.FormatTime(now)
	if f, hit := faults[NotifyDuplicate]; hit {
		m.copies = cmp.Or(atoi(f.Value), 3)
	}
	faults.alterFields(fields)
	m.charset = fields["charset"]
	key := s.cfg.Signer
	if faults.on(NotifyOtherKey) {
		key = strangersKey()
	}
	m.body = faults.encode(fields, key)
	return m
}

// alterFields changes what is signed.
func (faults faultSet) alterFields(fields map[string]string) {
	if faults.on(NotifyExtraFields) {
		fields["merchant_app_id"], fields["x_field_of_tomorrow"] = fields["app_id"], "新字段"
	}
	if faults.on(NotifyEmptyField) {
		fields["body"] = ""
	}
	if f, hit := faults[NotifyForge]; hit {
		fields[f.Value] = forged[f.Value]
	}
	if faults.on(NotifyOpenID) {
		fields["buyer_open_id"] = "OPEN_" + fields["buyer_id"]
		delete(fields, "buyer_id")
	}
	if f, hit := faults[NotifySubject]; hit {
		if fields["subject"] = f.Value; f.Value == "" {
			fields["subject"] = hardSubject
		}
	}
	if faults.on(NotifyGBK) {
		fields["charset"] = "GBK"
	}
}

// encode signs the fields and writes the body. Faults that act after signing are applied here.
func (faults faultSet) encode(fields map[string]string, key crypto.Signer) string {
	if isGBK(fields["charset"]) {
		for name, value := range fields {
			fields[name] = toGBK(value)
		}
	}
	fields["sign"] = sign(key, messageText(fields))
	if faults.on(NotifyWrongSign) {
		fields["sign"] = spoil(fields["sign"])
	}
	if f, hit := faults[NotifyTamper]; hit {
		fields[f.Value] = forged[f.Value]
	}
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		pairs = append(pairs, name+"="+url.QueryEscape(fields[name]))
	}
	if faults.on(NotifyRepeatedName) {
		pairs = append(pairs, "trade_status="+TradeSuccess)
	}
	return strings.Join(pairs, "&")
}

// spoil changes one character of a base64 text; the result is still base64.
func spoil(signature string) string {
	other := "A"
	if signature[10] == 'A' {
		other = "B"
	}
	return signature[:10] + other + signature[11:]
}

var strangersKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic("alipay sandbox: make key: " + err.Error())
	}
	return key
})
