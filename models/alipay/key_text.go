package alipay

import (
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// armour finds PEM blocks. It is laxer than encoding/pem, which insists on line breaks that copied
// keys have lost.
var armour = regexp.MustCompile(`(?s)-----BEGIN [^-\n]+-----(.*?)-----END [^-\n]+-----`)

// keyBytes returns the DER bytes of a key file: the only PEM block in it, or the whole file as base64.
func keyBytes(text []byte) ([]byte, error) {
	s := strings.Map(dropInvisible, string(text))
	blocks := armour.FindAllStringSubmatch(s, -1)
	switch {
	case len(blocks) > 1:
		return nil, fmt.Errorf("there are %d keys in it, one is expected", len(blocks))
	case len(blocks) == 1:
		s = blocks[0][1]
	case strings.Contains(s, "-----"):
		return nil, errors.New("its BEGIN or END line is damaged")
	}
	if strings.Contains(s, "ENCRYPTED") {
		return nil, errors.New("it is encrypted with a passphrase; store it in plain form, readable by the shop only")
	}
	s = strings.Join(strings.Fields(s), "")
	if s == "" {
		return nil, errors.New("it is empty")
	}
	der, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil {
		return nil, errors.New("it is neither PEM nor base64")
	}
	return der, nil
}

// dropInvisible removes what web consoles, chat windows and editors leave in copied keys: a byte
// order mark, zero-width characters, and other marks without a shape of their own.
func dropInvisible(r rune) rune {
	if unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}
