// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package hygiene

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestPackageDoc: every package says what it is for.
func TestPackageDoc(t *testing.T) {
	for _, p := range packages(t) {
		if len(p.GoFiles)+len(p.CgoFiles) == 0 {
			continue // tests only
		}
		begin := "Package " + p.Name + " "
		if p.Name == "main" {
			begin = "Command "
		}
		if !strings.HasPrefix(p.Doc, begin) {
			t.Errorf("%s: its documentation is %q; it must begin with %q", p.ImportPath, p.Doc, begin)
		}
	}
}

// arrows are the packages of this module that each package may import, tests aside. One that is not named may import what
// stands above it in [mayImport].
var arrows = map[string][]string{
	"plots":                 {},
	"datasets/fetch":        {},
	"datasets/plainfile":    {},
	"datasets/random":       {},
	"datasets":              {"datasets/fetch", "datasets/plainfile", "datasets/random"},
	"cgkit/selection":       {},
	"cgkit/internal/disk":   {"datasets/plainfile"},
	"cgkit/internal/halves": {},
	"cgkit/perexample":      {"cgkit/internal/halves"},
	"cgkit/aggregate": {"cgkit/aggregate/internal/arith", "cgkit/aggregate/internal/layout", "cgkit/aggregate/internal/order",
		"cgkit/aggregate/internal/sample", "cgkit/internal/settings"},
	"cgkit/aggregate/internal/layout": {"cgkit/aggregate/internal/order", "cgkit/aggregate/internal/sample"},
	"cgkit/aggregate/internal/order": {"cgkit/aggregate/internal/arith", "cgkit/aggregate/internal/sample", "cgkit/internal/halves",
		"cgkit/internal/xlaflags", "cgkit/selection"},
	"cgkit/aggregate/internal/sample": {"cgkit/aggregate/internal/arith"},
	"cgkit/aggregate/internal/arith":  {"cgkit/internal/halves"},
	"cgkit/backend/pip":               {},
	"cgkit/backend/plugin":            {"cgkit/backend/pip"},
	"cgkit/backend":                   {"cgkit/backend/plugin", "cgkit/internal/xlaflags"},
	"cgkit/coherence":                 {"cgkit/perexample"},
	"cgkit":                           {"cgkit/aggregate", "cgkit/internal/halves", "cgkit/perexample"},
	"cgkit/meters":                    {"cgkit/aggregate", "cgkit/coherence", "cgkit/perexample", "cgkit/stopping"},
	"cgkit/models":                    {"cgkit/internal/settings", "datasets/random"},
	"cgkit/record":                    {"cgkit/internal/disk", "cgkit/internal/settings", "datasets", "datasets/plainfile", "datasets/random"},
	"cgkit/internal/settings":         {},
	"cgkit/run":                       {"cgkit/internal/disk", "cgkit/record", "datasets", "datasets/plainfile", "datasets/random"},
	"cgkit/train": {"cgkit", "cgkit/aggregate", "cgkit/backend", "cgkit/coherence", "cgkit/internal/settings", "cgkit/meters", "cgkit/models", "cgkit/perexample",
		"cgkit/record", "cgkit/run", "datasets", "datasets/random"},
	"cgkit/claims":          {"cgkit/record", "cgkit/internal/disk", "cgkit/stopping", "datasets/plainfile"},
	"cgkit/stopping":        {},
	"cgkit/internal/cgtest": {"cgkit/backend", "cgkit/backend/plugin"},
	"notebooks/explore": {"notebooks/study", "notebooks/internal/picture", "notebooks/internal/place", "notebooks/internal/runs", "plots",
		"cgkit/models", "cgkit/record", "cgkit/run", "cgkit/train", "datasets"},
}

// mayImport says which of the module's top folders a package of each may use at all, in its tests too.
var mayImport = map[string][]string{
	"plots":     {"plots"},
	"datasets":  {"datasets"},
	"cgkit":     {"cgkit", "datasets"},
	"notebooks": {"notebooks", "cgkit", "datasets", "plots"},
}

// TestArrows: imports go one way, as cgkit/README.md draws them.
func TestArrows(t *testing.T) {
	for _, p := range packages(t) {
		name, ours := pathInModule(p.ImportPath)
		if !ours {
			t.Errorf("%s: packages lie in plots, datasets, cgkit and notebooks, not in the root", p.ImportPath)
			continue
		}
		top, _, _ := strings.Cut(name, "/")
		wide, known := mayImport[top]
		if !known {
			t.Errorf("%s: a new top folder; say in this test and in cgkit/README.md what it may import", name)
		}
		for _, imported := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			other, ours := pathInModule(imported)
			otherTop, _, _ := strings.Cut(other, "/")
			if ours && !slices.Contains(wide, otherTop) {
				t.Errorf("%s imports %s: nothing in %s may import %s", name, other, top, otherTop)
			}
		}
		narrow, drawn := arrows[name]
		for _, imported := range p.Imports {
			other, ours := pathInModule(imported)
			if drawn && ours && !slices.Contains(narrow, other) {
				t.Errorf("%s imports %s: of this module it may import %q; if that is to change, change this test and cgkit/README.md", name, other, narrow)
			}
		}
	}
}

// TestPlainGo: some packages are plain Go, so that they can be read, proved and used without GoMLX.
func TestPlainGo(t *testing.T) {
	for _, p := range packages(t) {
		name, _ := pathInModule(p.ImportPath)
		for _, imported := range p.Imports {
			domain, _, _ := strings.Cut(imported, "/")
			foreign := strings.Contains(domain, ".")
			if name == "cgkit/selection" && foreign {
				t.Errorf("%s imports %s: it uses the standard library alone", name, imported)
			}
		}
	}
}

// TestNeeds looks at all that a package is built of, not at its own imports alone: what reads, makes and judges records,
// draws or opens data is built without GoMLX, and rules without per-example gradients.
func TestNeeds(t *testing.T) {
	for name, never := range map[string]string{
		"plots": "github.com/gomlx/", "datasets": "github.com/gomlx/", "cgkit/record": "github.com/gomlx/", "cgkit/run": "github.com/gomlx/",
		"cgkit/claims": "github.com/gomlx/", "cgkit/aggregate": module + "/cgkit/perexample", "cgkit/models": module + "/cgkit/record",
	} {
		out, err := exec.Command("go", "list", "-deps", module+"/"+name).Output()
		if err != nil {
			t.Fatalf("go list of %s: %v", name, err)
		}
		for needed := range strings.Lines(string(out)) {
			if strings.HasPrefix(needed, never) {
				t.Errorf("%s is built with %s: it must not need it", name, strings.TrimSpace(needed))
			}
		}
	}
}

// TestPackagesAreDrawn: cgkit/README.md names every package of cgkit.
func TestPackagesAreDrawn(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "cgkit", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packages(t) {
		name, _ := pathInModule(p.ImportPath)
		inside, found := strings.CutPrefix(name, "cgkit/")
		if found && !strings.Contains("/"+inside, "/internal/") && !strings.Contains(string(text), "`"+inside+"`") {
			t.Errorf("cgkit/README.md has no line on the package `%s`", inside)
		}
	}
}

// TestNoPatternsOnPaths: a path that a user has named is no pattern; with a bracket in it filepath.Glob finds nothing, or
// something else, without an error. Read the folder, or give fs.Glob a pattern below os.DirFS.
func TestNoPatternsOnPaths(t *testing.T) {
	files(t, func(name string, text []byte) {
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return
		}
		for i, line := range strings.Split(string(text), "\n") {
			if strings.Contains(line, "filepath.Glob(") || strings.Contains(line, "filepath.Match(") {
				t.Errorf("%s:%d: %s", name, i+1, strings.TrimSpace(line))
			}
		}
	})
}

// TestLibraryKnowsNoCommand: cgkit, datasets and plots name neither the command of the notebooks nor its variables; who
// runs them from there adds that in words of its own.
func TestLibraryKnowsNoCommand(t *testing.T) {
	for _, top := range []string{"cgkit", "datasets", "plots"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, word := range []string{"go run ./notebooks", "CG_RUNS", "CG_OUT", "CG_MODE", "CG_DATASET"} {
				if strings.Contains(string(text), word) {
					t.Errorf("%s says %q: that is for notebooks/internal/place to know", path, word)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
