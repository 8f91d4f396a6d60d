package browser

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/chromedp/chromedp"
)

// axeFile is where .ci/setup puts axe-core, below the user's folder for caches.
const axeFile = "luffy/axe-core-4.14.1/axe.min.js"

var axe = sync.OnceValues(func() (string, error) {
	folder, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	script, err := os.ReadFile(filepath.Join(folder, axeFile))
	return string(script), err
})

// needAxe returns axe-core's source. Without axe-core the test is skipped, and with CI set it fails.
func (tab *Tab) needAxe() string {
	tab.t.Helper()
	script, err := axe()
	if err == nil {
		return script
	}
	if os.Getenv("CI") != "" {
		tab.t.Fatal("axe-core is not there; .ci/setup fetches it: ", err)
	}
	tab.t.Skip("SKIPPED the search for barriers: axe-core is not there; .ci/setup fetches it: ", err)
	return ""
}

// violation is a finding of axe-core: the parts of it that help to repair it.
type violation struct {
	ID    string
	Help  string
	Nodes []struct {
		HTML           string
		FailureSummary string
	}
}

// Accessible fails if axe-core finds anything wrong with the page as it is now, by its rules for WCAG
// 2.2 A and AA and its best practices.
func (tab *Tab) Accessible() {
	tab.t.Helper()
	tab.inspect(`{resultTypes: ["violations"], rules: {"target-size": {enabled: true}}}`)
}

// AccessibleInTheDark is Accessible for what the dark scheme changes, which is colours alone.
func (tab *Tab) AccessibleInTheDark() {
	tab.t.Helper()
	tab.setMedia("", "dark")
	defer tab.setMedia("", "")
	tab.inspect(`{resultTypes: ["violations"], runOnly: ["color-contrast"]}`)
}

// inspect runs axe-core with these options.
func (tab *Tab) inspect(options string) {
	tab.t.Helper()
	script := tab.needAxe() + ";axe.run(" + options + ").then((found) => JSON.stringify(found.violations))"
	answer, err := run(tab, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	var violations []violation
	if err == nil {
		err = json.Unmarshal([]byte(answer), &violations)
	}
	if err != nil {
		tab.t.Fatalf("axe at %s: %v", tab.Address(), err)
	}
	for _, v := range violations {
		for _, node := range v.Nodes[:min(len(v.Nodes), 3)] {
			tab.t.Errorf("axe, %d px at %s: %s (%s)\n%s\n%s", tab.width, tab.Address(),
				v.Help, v.ID, node.HTML, strings.TrimSpace(node.FailureSummary))
		}
	}
}
