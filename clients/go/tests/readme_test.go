package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	region = regexp.MustCompile(`(?ms)^[ \t]*// snippet: ([\w-]+)\n(.*?)^[ \t]*// end$`)
	block  = regexp.MustCompile("(?ms)^<!-- snippet: ([\\w-]+) -->\n```go\n(.*?)^```$")
	fence  = regexp.MustCompile("(?m)^```go$")
)

// Each block of Go in the README is a marked region of a test or example, word by word; the tests run them all.
func TestTheReadmeShowsWhatTheTestsRun(t *testing.T) {
	regions := map[string]string{}
	for _, pattern := range []string{"../*_test.go", "*_test.go", "../examples/*/*.go"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			for _, found := range region.FindAllStringSubmatch(read(t, path), -1) {
				if _, twice := regions[found[1]]; twice {
					t.Errorf("there are two regions %s", found[1])
				}
				regions[found[1]] = withoutIndent(found[2])
			}
		}
	}
	readme := read(t, "../README.md")
	blocks := block.FindAllStringSubmatch(readme, -1)
	if all := len(fence.FindAllString(readme, -1)); all != len(blocks) {
		t.Errorf("%d of %d blocks have no name of a region", all-len(blocks), all)
	}
	for _, shown := range blocks {
		if expected, known := regions[shown[1]]; !known || shown[2] != expected {
			t.Errorf("the block %s is not its region:\n%s", shown[1], expected)
		}
		delete(regions, shown[1])
	}
	for name := range regions {
		t.Errorf("the region %s is not in the README", name)
	}
}

func TestTheFirstProgramRuns(t *testing.T) {
	program := exec.CommandContext(t.Context(), "go", "run", "./examples/first")
	program.Dir = ".."
	program.Env = append(os.Environ(), "DYNAKV_ADDRESS="+server.Address)
	said, err := program.CombinedOutput()
	if err != nil || string(said) != "hello true <nil>\n" {
		t.Errorf("it said %s, %v", said, err)
	}
}

func read(t *testing.T, path string) string {
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// withoutIndent takes off the tabs that all lines have, and empty lines at both ends.
func withoutIndent(text string) string {
	lines := strings.Split(strings.Trim(text, "\n"), "\n")
	tabs := len(lines[0]) - len(strings.TrimLeft(lines[0], "\t"))
	for i, line := range lines {
		lines[i] = strings.TrimPrefix(line, strings.Repeat("\t", tabs))
	}
	return strings.Join(lines, "\n") + "\n"
}
