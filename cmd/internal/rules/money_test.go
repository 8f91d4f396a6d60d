package rules

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// Money is whole fen. The easiest way to keep floating point away from it is to have none where money is.
func TestNoFloats(t *testing.T) {
	for _, folder := range []string{
		"cmd/luffy", "cmd/internal/server", "cmd/internal/settings", "handlers", "models", "views",
	} {
		for _, file := range goFiles(t, folder) {
			if file == "cmd/internal/server/metrics.go" {
				continue // Prometheus takes every figure as a float, and none of these is money
			}
			reportFloats(t, file)
		}
	}
}

func goFiles(t *testing.T, folder string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(filepath.Join(top, folder), func(path string, entry fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			files = append(files, strings.TrimPrefix(path, top+"/"))
		}
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d files, %v", folder, len(files), err)
	}
	return files
}

func reportFloats(t *testing.T, file string) {
	t.Helper()
	positions := token.NewFileSet()
	parsed, err := parser.ParseFile(positions, filepath.Join(top, file), nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			switch n.Name {
			case "float32", "float64", "ParseFloat":
				t.Errorf("%s:%d: %s; money is models.Fen, a whole number", file, positions.Position(n.Pos()).Line, n.Name)
			}
		case *ast.BasicLit:
			if n.Kind == token.FLOAT {
				t.Errorf("%s:%d: the constant %s; money is models.Fen, a whole number",
					file, positions.Position(n.Pos()).Line, n.Value)
			}
		}
		return true
	})
}
