// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package hygiene

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// licence is the first line of every Go file.
const licence = "// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0\n\n"

func TestLicence(t *testing.T) {
	files(t, func(name string, text []byte) {
		if strings.HasSuffix(name, ".go") && !bytes.HasPrefix(text, []byte(licence)) {
			t.Errorf("%s doesn't begin with %q and an empty line", name, strings.TrimSpace(licence))
		}
	})
}

// homes finds folders of people. The names in made are made up, for tests and examples.
var (
	homes = regexp.MustCompile(`(?:/home/|/Users/|\\Users\\)([A-Za-z0-9_.-]+)`)
	made  = regexp.MustCompile(`^(me|x|you|user|someone|somebody)$`)
)

// TestNoMachinePaths: no file tells where it was made. It looks for people's folders, and for this very machine's: the
// checkout, the home and the cache folder.
func TestNoMachinePaths(t *testing.T) {
	var here [][]byte
	note := func(dir string, err error) {
		if err == nil && strings.Count(filepath.ToSlash(dir), "/") > 1 { // a short one is also a word
			here = append(here, []byte(dir))
		}
	}
	note(filepath.Abs(root))
	note(os.UserHomeDir())
	note(os.UserCacheDir())
	files(t, func(name string, text []byte) {
		for _, found := range homes.FindAllSubmatch(text, -1) {
			if !made.Match(found[1]) {
				t.Errorf("%s names the folder %s", name, found[0])
			}
		}
		for _, dir := range here {
			if bytes.Contains(text, dir) {
				t.Errorf("%s names this machine's folder %s", name, dir)
			}
		}
	})
}

// links finds the targets of links in Markdown, [text](target) and ![text](target), outside of code, which code matches.
var (
	links = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	code  = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")
)

// TestLinks: what the documents link to is there, notebooks and figures included.
func TestLinks(t *testing.T) {
	files(t, func(name string, text []byte) {
		if !strings.HasSuffix(name, ".md") {
			return
		}
		for _, found := range links.FindAllSubmatch(code.ReplaceAll(text, nil), -1) {
			target, _, _ := strings.Cut(string(found[1]), "#")
			if target == "" || strings.Contains(target, "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(root, path.Dir(name), target)); err != nil {
				t.Errorf("%s links to %s, which isn't there", name, target)
			}
		}
	})
}

// TestNotebooksAreListed: README.md names every notebook, and none that isn't there.
func TestNotebooksAreListed(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("no README.md yet")
	}
	if err != nil {
		t.Fatal(err)
	}
	there, err := filepath.Glob(filepath.Join(root, "notebooks", "*.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range there {
		if name := strings.TrimSuffix(filepath.Base(file), ".ipynb"); !bytes.Contains(readme, []byte(name)) {
			t.Errorf("README.md doesn't name the notebook %s", name)
		}
	}
	for _, name := range regexp.MustCompile(`[0-9]{2}_[a-z0-9_]+`).FindAll(readme, -1) {
		if _, err := os.Stat(filepath.Join(root, "notebooks", string(name)+".ipynb")); err != nil {
			t.Errorf("README.md names the notebook %s, which isn't there", name)
		}
	}
}

// variables finds the project's own variables of the environment.
var variables = regexp.MustCompile(`\bCG_[A-Z][A-Z_]*[A-Z]\b`)

// TestVariablesAreDocumented: environment.md has every variable that the code names, and none that nothing uses. Those
// that only tests name are its own affair.
func TestVariablesAreDocumented(t *testing.T) {
	manual, err := os.ReadFile(filepath.Join(root, "environment.md"))
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	files(t, func(name string, text []byte) {
		if !strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, ".py") {
			return
		}
		for _, variable := range variables.FindAll(text, -1) {
			used[string(variable)] = true
			if !strings.HasSuffix(name, "_test.go") && !bytes.Contains(manual, append([]byte("`"), variable...)) {
				t.Errorf("%s uses the variable %s, which environment.md doesn't explain", name, variable)
			}
		}
	})
	for _, variable := range variables.FindAll(manual, -1) {
		if !used[string(variable)] {
			t.Errorf("environment.md explains the variable %s, which nothing uses", variable)
		}
	}
}

// TestTidy: go.mod and go.sum are what `go mod tidy` makes. It is skipped where a module that only other modules' tests
// need is neither in the module cache nor to be had.
func TestTidy(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "mod", "tidy", "-diff")
	cmd.Dir = root
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	err := cmd.Run()
	if err == nil {
		return
	}
	if out.Len() > 0 {
		t.Fatalf("go mod tidy would change:\n%s", out.String())
	}
	for _, offline := range []string{"dial tcp", "no such host", "module lookup disabled", "connection refused", "timeout", "proxyconnect"} {
		if strings.Contains(complaint.String(), offline) {
			t.Skipf("no network for go mod tidy: %s", offline)
		}
	}
	t.Fatalf("go mod tidy -diff: %v: %s", err, complaint.String())
}
