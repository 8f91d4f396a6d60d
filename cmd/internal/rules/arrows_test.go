package rules

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// mayImport draws the arrows between the packages below the mains. A main may import every one of
// them, with the exceptions in TestSandboxStaysOut.
var mayImport = map[string][]string{
	"luffy/handlers": {
		"luffy/models", "luffy/models/alipay", "luffy/models/payment", "luffy/static", "luffy/views",
	},
	"luffy/views":                 {"luffy/models", "luffy/static"},
	"luffy/static":                {},
	"luffy/models/payment":        {"luffy/models", "luffy/models/alipay"},
	"luffy/models/alipay":         {},
	"luffy/models/alipay/sandbox": {"luffy/models/alipay"},
	"luffy/models":                {},
	"luffy/models/modelstest": {
		"luffy/migrations", "luffy/models", "luffy/models/modelstest/logwatch", "luffy/models/modelstest/mariadbd",
	},
	"luffy/models/modelstest/logwatch": {},
	"luffy/models/modelstest/dbproxy":  {},
	"luffy/models/modelstest/mariadbd": {},
	"luffy/migrations":                 {},
}

const (
	sandbox    = "luffy/models/alipay/sandbox"
	modelstest = "luffy/models/modelstest"
)

// sandboxUsers are the programs that may hold a fake Alipay; luffy, which takes real money, is not one.
var sandboxUsers = []string{
	"luffy/cmd/alipay-sandbox", "luffy/cmd/bench", "luffy/cmd/cluster", "luffy/cmd/demo", "luffy/cmd/proof",
	"luffy/cmd/simulation",
}

func TestArrows(t *testing.T) {
	for _, line := range goList(t, "{{.ImportPath}} {{join .Imports \" \"}}", "luffy/...") {
		fields := strings.Fields(line)
		name, imports := fields[0], fields[1:]
		if strings.HasPrefix(name, "luffy/cmd/") || name == modelstest+"/mariadb" {
			continue
		}
		allowed, known := mayImport[name]
		if !known {
			t.Errorf("%s is new: draw its arrows in mayImport", name)
		}
		for _, imported := range imports {
			if strings.HasPrefix(imported, "luffy/") && !slices.Contains(allowed, imported) {
				t.Errorf("%s imports %s, want none but %q", name, imported, allowed)
			}
		}
	}
}

func TestSandboxStaysOut(t *testing.T) {
	for _, line := range goList(t, "{{.ImportPath}} {{.Name}} {{join .Deps \" \"}}", "luffy/cmd/...") {
		fields := strings.Fields(line)
		name, kind, deps := fields[0], fields[1], fields[2:]
		if kind == "main" && slices.Contains(deps, sandbox) && !slices.Contains(sandboxUsers, name) {
			t.Errorf("%s holds %s, want it in %q only", name, sandbox, sandboxUsers)
		}
		forTests := func(dep string) bool { return dep == "testing" || dep == modelstest }
		if name == "luffy/cmd/luffy" && slices.ContainsFunc(deps, forTests) {
			t.Errorf("%s holds code for tests", name)
		}
	}
}

func goList(t *testing.T, format, packages string) []string {
	t.Helper()
	return strings.Split(strings.TrimSpace(command(t, "go", "list", "-f", format, packages)), "\n")
}

// command returns what a program prints at the top of the repository.
func command(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = "../../.."
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out, errs.String())
	}
	return string(out)
}
