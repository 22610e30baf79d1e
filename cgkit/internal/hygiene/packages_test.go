// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package hygiene

import (
	"os"
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

// arrows are the rooms of this module that each package may import, tests aside. A room that is not named may import what
// stands above it in [mayImport].
var arrows = map[string][]string{
	"plots":                 {},
	"datasets/fetch":        {},
	"datasets":              {"datasets/fetch"},
	"cgkit/selection":       {},
	"cgkit/internal/halves": {},
	"cgkit/perexample":      {"cgkit/internal/halves"},
	"cgkit/aggregate":       {"cgkit/internal/halves", "cgkit/internal/xlaflags", "cgkit/perexample", "cgkit/selection"},
	"cgkit/backend/plugin":  {},
	"cgkit/backend":         {"cgkit/backend/plugin", "cgkit/internal/xlaflags"},
	"cgkit/coherence":       {"cgkit/perexample"},
	"cgkit":                 {"cgkit/aggregate", "cgkit/internal/halves", "cgkit/perexample"},
	"cgkit/claims":          {"cgkit/experiment"},
	"cgkit/internal/cgtest": {"cgkit/backend", "cgkit/backend/plugin"},
	"notebooks/explore":     {"notebooks/study", "plots", "cgkit/experiment", "datasets"},
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
		name, ours := room(p.ImportPath)
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
			other, ours := room(imported)
			otherTop, _, _ := strings.Cut(other, "/")
			if ours && !slices.Contains(wide, otherTop) {
				t.Errorf("%s imports %s: nothing in %s may import %s", name, other, top, otherTop)
			}
		}
		narrow, drawn := arrows[name]
		for _, imported := range p.Imports {
			other, ours := room(imported)
			if drawn && ours && !slices.Contains(narrow, other) {
				t.Errorf("%s imports %s: of this module it may import %q; if that is to change, change this test and cgkit/README.md", name, other, narrow)
			}
		}
	}
}

// TestPlainGo: some rooms are plain Go, so that they can be read, proved and used without GoMLX.
func TestPlainGo(t *testing.T) {
	for _, p := range packages(t) {
		name, _ := room(p.ImportPath)
		for _, imported := range p.Imports {
			domain, _, _ := strings.Cut(imported, "/")
			foreign := strings.Contains(domain, ".")
			gomlx := strings.HasPrefix(imported, "github.com/gomlx/")
			if name == "cgkit/selection" && foreign {
				t.Errorf("%s imports %s: it uses the standard library alone", name, imported)
			}
			if top, _, _ := strings.Cut(name, "/"); gomlx && (top == "plots" || top == "datasets" || name == "cgkit/claims") {
				t.Errorf("%s imports %s: it must not need GoMLX", name, imported)
			}
		}
	}
}

// TestRoomsAreDrawn: cgkit/README.md names every room of cgkit.
func TestRoomsAreDrawn(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "cgkit", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packages(t) {
		name, _ := room(p.ImportPath)
		inside, found := strings.CutPrefix(name, "cgkit/")
		if found && !strings.HasPrefix(inside, "internal/") && !strings.Contains(string(text), "`"+inside+"`") {
			t.Errorf("cgkit/README.md has no line on the room `%s`", inside)
		}
	}
}
