package rules

import (
	"bytes"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// top is the folder of the repository, from here.
const top = "../../.."

// visible is all that a reader sees at the top.
var visible = []string{
	"Makefile", "README.md", "cmd", "go.mod", "go.sum", "handlers", "migrations", "models", "static", "views",
}

func TestTopLevel(t *testing.T) {
	for _, file := range tracked(t) {
		first, _, _ := strings.Cut(file, "/")
		if !strings.HasPrefix(first, ".") && !slices.Contains(visible, first) {
			t.Errorf("%s: at the top lie %q only", file, visible)
		}
	}
}

// What works only where it was written names the folders or the mirrors of that machine.
func TestNoTraceOfTheMachine(t *testing.T) {
	traces := traces(t)
	for _, file := range tracked(t) {
		content, err := os.ReadFile(filepath.Join(top, file))
		if os.IsNotExist(err) {
			continue // removed, and not yet committed
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, trace := range traces {
			if bytes.Contains(content, []byte(trace)) {
				t.Errorf("%s names %s, which is of this machine", file, trace)
			}
		}
	}
}

func traces(t *testing.T) []string {
	t.Helper()
	var found []string
	folders := strings.Fields(command(t, "go", "env", "GOMODCACHE", "GOCACHE"))
	if home, err := os.UserHomeDir(); err == nil {
		folders = append(folders, home)
	}
	if here, err := filepath.Abs(top); err == nil {
		folders = append(folders, here)
	}
	for _, folder := range folders {
		found = append(found, strings.TrimSuffix(folder, "/")+"/")
	}
	between := func(r rune) bool { return strings.ContainsRune(",|\n", r) }
	for _, proxy := range strings.FieldsFunc(command(t, "go", "env", "GOPROXY"), between) {
		if u, err := url.Parse(proxy); err == nil && u.Host != "" {
			found = append(found, u.Host)
		}
	}
	return found
}

func TestNoReplacedModules(t *testing.T) {
	for _, file := range []string{"go.mod", ".ci/tools.mod"} {
		content, err := os.ReadFile(filepath.Join(top, file))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(content)) {
			if strings.HasPrefix(line, "replace") {
				t.Errorf("%s: %s; go install must work from anywhere", file, strings.TrimSpace(line))
			}
		}
	}
}

func TestGeneratedFilesMatch(t *testing.T) {
	command(t, "go", "tool", "templ", "generate", "-check", "-path", "views")
}

// tracked lists the files of the repository; a copy without history has none to compare.
func tracked(t *testing.T) []string {
	t.Helper()
	if _, err := os.Stat(filepath.Join(top, ".git")); err != nil {
		t.Skip("SKIPPED: not a clone of the repository")
	}
	return strings.Split(strings.TrimSuffix(command(t, "git", "ls-files", "-z"), "\x00"), "\x00")
}
