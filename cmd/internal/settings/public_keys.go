package settings

import (
	"bytes"
	"crypto/rsa"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"unicode"

	"luffy/models/alipay"
)

// pemBlock finds the PEM blocks of a file; alipay.ParsePublicKey reads them.
var pemBlock = regexp.MustCompile(`(?s)-----BEGIN .*?-----END [^-]*-----`)

// parsePublicKeys reads one key or, while Alipay's key changes, several PEM blocks: messages may be
// signed with any of them. Text outside the blocks is refused, because it could be a damaged key, which
// would be missed on the day when Alipay begins to use it.
func parsePublicKeys(text []byte) ([]*rsa.PublicKey, error) {
	blocks := pemBlock.FindAll(text, -1)
	if len(blocks) == 0 {
		key, err := alipay.ParsePublicKey(text)
		if err != nil {
			return nil, err
		}
		return []*rsa.PublicKey{key}, nil
	}
	if beside := pemBlock.ReplaceAll(text, nil); len(bytes.TrimFunc(beside, blank)) > 0 {
		return nil, fmt.Errorf("there is text beside the PEM blocks, of which %d can be read: "+
			"each of several keys is given as a whole block", len(blocks))
	}
	keys := make([]*rsa.PublicKey, len(blocks))
	for i, block := range blocks {
		key, err := alipay.ParsePublicKey(block)
		if err == nil && slices.ContainsFunc(keys[:i], func(k *rsa.PublicKey) bool { return k.Equal(key) }) {
			err = errors.New("it was given before")
		}
		if err != nil {
			return nil, fmt.Errorf("key %d of %d: %w", i+1, len(blocks), err)
		}
		keys[i] = key
	}
	return keys, nil
}

// blank reports the characters that copying leaves around a key: spaces, line ends, a byte order mark.
func blank(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }
