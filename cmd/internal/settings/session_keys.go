package settings

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// minSessionKey is the least length of a line of the session key file, in characters.
const minSessionKey = 32

// SessionKeys reads the session key file, one key per line, and creates it if it does not exist.
func (s Settings) SessionKeys() ([][]byte, error) {
	text, err := os.ReadFile(s.SessionKeyFile)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = makeSessionKey(s.SessionKeyFile)
	}
	if err != nil {
		return nil, fmt.Errorf("LUFFY_SESSION_KEY_FILE: %w", err)
	}
	return s.parseSessionKeys(string(text))
}

// makeSessionKey creates the file with a new key. If another replica that was started at the same time
// has created it first, that one's key is used.
func makeSessionKey(name string) ([]byte, error) {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return os.ReadFile(name)
	}
	if err != nil {
		return nil, err
	}
	text := []byte(rand.Text() + rand.Text() + "\n")
	_, err = file.Write(text)
	return text, errors.Join(err, file.Close())
}

// CheckSessionKeys returns what is wrong with the session key file, if it exists.
func (s Settings) CheckSessionKeys() error {
	if _, err := os.Stat(s.SessionKeyFile); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	_, err := s.SessionKeys()
	return err
}

func (s Settings) parseSessionKeys(text string) ([][]byte, error) {
	var keys [][]byte
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if len(line) < minSessionKey {
			return nil, fmt.Errorf("LUFFY_SESSION_KEY_FILE %s: a key of %d characters; %d are needed",
				s.SessionKeyFile, len(line), minSessionKey)
		}
		keys = append(keys, []byte(line))
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("LUFFY_SESSION_KEY_FILE %s holds no key", s.SessionKeyFile)
	}
	return keys, nil
}
