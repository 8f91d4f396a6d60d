package rules

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Logs in tests are made by package logwatch, which fails the test if a line holds a secret. These are
// the other places that make a log, with what searches it when a test runs them.
var logMakers = map[string]string{
	"models/modelstest/logwatch/log.go":           "it searches it",
	"models/modelstest/logwatch/logwatch_test.go": "its own test",
	"cmd/luffy/serve.go":                          "the tests, at the program's stderr",
	"cmd/luffy/database.go":                       "the tests, at the program's stderr",
	"cmd/alipay-sandbox/run.go":                   "the tests, at the program's stderr",
	"cmd/demo/demo.go":                            "the tests, at options.log",
	"cmd/proof/world.go":                          "logwatch, for the judge",
	"cmd/simulation/main.go":                      "the tests, at options.log",
	"cmd/simulation/world.go":                     "the tests, at options.log",
	"cmd/simulation/simulation_test.go":           "nobody: it compares the options",
	"cmd/bench/shop.go":                           "nobody: no test runs it",
	"models/alipay/sandbox/sandbox.go":            "nobody: it is silent there",
	"models/db.go":                                "nobody: it is silent there",
}

// Programs that tests start write through package logwatch. These are the functions that start programs
// whose name is not a constant, with what searches their output.
var programStarters = map[string]string{
	"cmd/luffy/processes_test.go tool":                   "logwatch",
	"cmd/luffy/processes_test.go start":                  "logwatch",
	"cmd/luffy/restore_test.go atServer":                 "nobody: they are of MariaDB",
	"cmd/proof/program.go launch":                        "logwatch, for the judge",
	"cmd/cluster/replica.go start":                       "wantNoSecrets, in the file",
	"cmd/cluster/site.go tool":                           "nobody; the tests of cmd/luffy run the same commands",
	"cmd/cluster/node.go start":                          "nobody: it is MariaDB",
	"cmd/bench/start.go firstPage":                       "nobody: no test runs it",
	"cmd/simulation/worlds.go elsewhere":                 "nobody: no test runs it",
	"cmd/internal/rules/arrows_test.go command":          "nobody: go and git",
	"models/modelstest/mariadb/main.go runCommand":       "nobody: it is the tests themselves",
	"models/modelstest/mariadb/main_test.go runner":      "nobody: it is this program's test anew",
	"models/modelstest/mariadbd/server.go Start":         "nobody: it is MariaDB",
	"models/modelstest/mariadbd/programs.go InstallInto": "nobody: it is MariaDB",
}

// TestEveryLogIsWatched: no test makes a log, or starts a program, past logwatch.
func TestEveryLogIsWatched(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}
	for _, file := range tracked(t) {
		if strings.HasSuffix(file, ".go") {
			for _, use := range logUses(t, file) {
				found[use] = true
			}
		}
	}
	for use := range found {
		if logMakers[use] == "" && programStarters[use] == "" {
			t.Errorf("%s makes a log, or starts a program, that nothing searches for secrets; use logwatch", use)
		}
	}
	for _, listed := range []map[string]string{logMakers, programStarters} {
		for use := range listed {
			if !found[use] {
				t.Errorf("%s is listed and does it no more", use)
			}
		}
	}
}

// logUses names the file, for a log that it makes, and its functions that start a program.
func logUses(t *testing.T, file string) (uses []string) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(top, file), nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, declared := range parsed.Decls {
		function := ""
		if f, ok := declared.(*ast.FuncDecl); ok {
			function = f.Name.Name
		}
		ast.Inspect(declared, func(n ast.Node) bool {
			switch {
			case isLog(n):
				uses = append(uses, file)
			case startsProgram(n):
				uses = append(uses, file+" "+function)
			}
			return true
		})
	}
	return uses
}

// isLog tells what makes a log, or throws one away.
func isLog(n ast.Node) bool {
	name := selected(n, "slog")
	makers := []string{"New", "NewTextHandler", "NewJSONHandler", "DiscardHandler", "Default", "SetDefault"}
	return slices.Contains(makers, name) || selected(n, "log") == "New"
}

// startsProgram tells a call that starts a program whose name is not written there.
func startsProgram(n ast.Node) bool {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return false
	}
	args := call.Args
	switch selected(call.Fun, "exec") {
	case "Command":
	case "CommandContext":
		args = args[1:]
	default:
		return selected(call.Fun, "os") == "StartProcess"
	}
	_, constant := args[0].(*ast.BasicLit)
	return !constant
}

// selected is the name behind the package's in an expression like slog.New; else empty.
func selected(n ast.Node, from string) string {
	expression, ok := n.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	if before, ok := expression.X.(*ast.Ident); !ok || before.Name != from {
		return ""
	}
	return expression.Sel.Name
}
