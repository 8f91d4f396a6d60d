package settings

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestSessionKeyIsMadeOnce(t *testing.T) {
	t.Parallel()
	s := Settings{SessionKeyFile: filepath.Join(t.TempDir(), "session.key")}
	first, err := s.SessionKeys()
	if err != nil || len(first) != 1 || len(first[0]) < minSessionKey {
		t.Fatalf("first start: got %d keys, %v; want one", len(first), err)
	}
	info, err := os.Stat(s.SessionKeyFile)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: got mode %v, %v; want 0600", info.Mode(), err)
	}
	second, err := s.SessionKeys()
	if err != nil || len(second) != 1 || string(second[0]) != string(first[0]) {
		t.Errorf("second start: got %q, %v; want %q", second, err, first)
	}
	other, err := Settings{SessionKeyFile: filepath.Join(t.TempDir(), "session.key")}.SessionKeys()
	if err != nil || string(other[0]) == string(first[0]) {
		t.Errorf("another shop: got the same key, %v", err)
	}
}

// Replicas with one file that are started for the first time sign with one key, or do not start: one
// that reads the file between its making and its writing finds none.
func TestSessionKeyOfReplicas(t *testing.T) {
	t.Parallel()
	s := Settings{SessionKeyFile: filepath.Join(t.TempDir(), "session.key")}
	var all sync.WaitGroup
	made := make([]string, 50)
	for i := range made {
		all.Go(func() {
			if keys, err := s.SessionKeys(); err == nil {
				made[i] = string(keys[0])
			}
		})
	}
	all.Wait()
	slices.Sort(made)
	made = slices.DeleteFunc(slices.Compact(made), func(key string) bool { return key == "" })
	if len(made) != 1 {
		t.Errorf("got %d keys, want 1", len(made))
	}
}

func TestCheckSessionKeys(t *testing.T) {
	t.Parallel()
	s := Settings{SessionKeyFile: filepath.Join(t.TempDir(), "session.key")}
	if err := s.CheckSessionKeys(); err != nil {
		t.Errorf("before the first start: %v", err)
	}
	if _, err := os.Stat(s.SessionKeyFile); err == nil {
		t.Error("the check has made a key")
	}
	if err := os.WriteFile(s.SessionKeyFile, []byte("short\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.CheckSessionKeys(); err == nil || !strings.Contains(err.Error(), "5 characters") {
		t.Errorf("got %v, want the fault of a key that is too short", err)
	}
}

func TestSessionKeys(t *testing.T) {
	t.Parallel()
	a, b := strings.Repeat("a", minSessionKey), strings.Repeat("b", minSessionKey)
	for _, c := range []struct{ name, text, want, fault string }{
		{"rotated", b + "\n" + a + "\n", b + " " + a, ""},
		{"blank lines and a carriage return", "\n" + b + "\r\n\n" + a, b + " " + a, ""},
		{"short", a[1:] + "\n", "", "31 characters"},
		{"short second", b + "\nxyz\n", "", "3 characters"},
		{"empty", "\n", "", "no key"},
	} {
		file := filepath.Join(t.TempDir(), "session.key")
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		keys, err := Settings{SessionKeyFile: file}.SessionKeys()
		var got []string
		for _, key := range keys {
			got = append(got, string(key))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: got keys %q, want %q", c.name, got, c.want)
		}
		if (err != nil) != (c.fault != "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%s: got %v, want an error that says %q", c.name, err, c.fault)
		}
	}
	if _, err := (Settings{SessionKeyFile: t.TempDir()}).SessionKeys(); err == nil {
		t.Error("a folder is taken for a session key file")
	}
}
