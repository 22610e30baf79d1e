// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package site

import (
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"coherentgradients/notebooks/internal/place"
)

var checkout = filepath.Join("..", "..", "..")

// TestCommitted: the pages of the notebooks as they are have no dead link, no picture without an alternative text, no
// request elsewhere, and every figure and formula.
func TestCommitted(t *testing.T) {
	s, err := Build(t.Context(), checkout)
	if err != nil {
		t.Fatal(err)
	}
	parsed, ids := map[string]*html.Node{}, map[string]map[string]bool{}
	for name, text := range s.Files {
		if path.Ext(name) != ".html" {
			continue
		}
		doc, err := html.Parse(strings.NewReader(string(text)))
		if err != nil {
			t.Fatal(err)
		}
		parsed[name], ids[name] = doc, map[string]bool{}
		for n := range doc.Descendants() {
			if id := attribute(n, "id"); id != "" {
				if ids[name][id] {
					t.Errorf("%s has two #%s", name, id)
				}
				ids[name][id] = true
			}
		}
	}
	for name, doc := range parsed {
		for n := range doc.Descendants() {
			if n.Type == html.ElementNode {
				checkElement(t, s, ids, name, n)
			}
		}
	}
	for name, text := range map[string][]byte{"style.css": s.Files["style.css"], "pages.js": asset("pages.js")} {
		if m := regexp.MustCompile(`(?i)@import|url\(|https?:|fetch\(|src\b\s*=`).Find(text); len(text) == 0 || m != nil {
			t.Errorf("%s of %d bytes loads something: %s", name, len(text), m)
		}
	}

	names, err := place.Names(place.Notebooks(checkout))
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		doc := parsed[name+".html"]
		if doc == nil {
			t.Errorf("no page for %s", name)
			continue
		}
		pictures, formulas := contents(t, name)
		if got := count(doc, "figure"); got != pictures {
			t.Errorf("%s: %d figures on its page, %d among its outputs", name, got, pictures)
		}
		if got := count(doc, "math"); got != formulas {
			t.Errorf("%s: %d formulas on its page, %d in its text", name, got, formulas)
		}
		var turns, want []string
		for n := range doc.Descendants() {
			if rel := attribute(n, "rel"); n.Data == "a" && rel != "" {
				turns = append(turns, rel+" "+attribute(n, "href"))
			}
		}
		if i > 0 {
			want = append(want, "prev "+names[i-1]+".html")
		}
		if i+1 < len(names) {
			want = append(want, "next "+names[i+1]+".html")
		}
		if diff := cmp.Diff(want, turns); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if pictures > 0 && !strings.Contains(string(s.Files["index.html"]), `<img src="figures/`+name+`-`) {
			t.Errorf("the index has no picture of %s", name)
		}
	}
}

// checkElement judges an element of a page.
func checkElement(t *testing.T, s *Site, ids map[string]map[string]bool, page string, n *html.Node) {
	t.Helper()
	for _, a := range n.Attr {
		switch {
		case a.Key == "href" && n.Data == "a" && strings.HasPrefix(a.Val, "https://"): // followed by a reader only
		case a.Key == "href" && n.Data == "link" && a.Val == "data:,":
		case a.Key == "src" && strings.HasPrefix(a.Val, "data:image/"):
		case a.Key == "href" || a.Key == "src":
			name, fragment, _ := strings.Cut(a.Val, "#")
			if name == "" {
				name = page
			}
			if _, ok := s.Files[name]; !ok {
				t.Errorf("%s: %s %s=%q leads to nothing", page, n.Data, a.Key, a.Val)
			}
			if fragment != "" && !ids[name][fragment] {
				t.Errorf("%s: %s %s=%q: no such id", page, n.Data, a.Key, a.Val)
			}
		case slices.Contains([]string{"srcset", "poster", "action", "data", "style", "background"}, a.Key) || strings.HasPrefix(a.Key, "on"):
			t.Errorf("%s: %s has %s=%q", page, n.Data, a.Key, a.Val)
		}
	}
	switch n.Data {
	case "img":
		if len(strings.Fields(attribute(n, "alt"))) < 3 {
			t.Errorf("%s: the picture %s says %q in its stead", page, attribute(n, "src"), attribute(n, "alt"))
		}
	case "merror", "iframe", "object", "embed", "style", "base", "form":
		t.Errorf("%s has an element %s", page, n.Data)
	case "script":
		if len(n.Attr) > 0 || textOf(n) != script {
			t.Errorf("%s has another script: %v", page, n.Attr)
		}
	}
}

func count(doc *html.Node, tag string) (found int) {
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == tag {
			found++
		}
	}
	return found
}

// contents counts the pictures of a notebook's outputs and the formulas of its text, by other means than the package's.
func contents(t *testing.T, name string) (pictures, formulas int) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(place.Notebooks(checkout), name+".ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	var nb struct {
		Cells []struct {
			Kind    string                          `json:"cell_type"`
			Source  joined                          `json:"source"`
			Outputs []struct{ Data map[string]any } `json:"outputs"`
		} `json:"cells"`
	}
	if err := json.Unmarshal(text, &nb); err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile("(?s)```.*?```|`[^`]*`")
	formula := regexp.MustCompile(`(?s)\$\$.+?\$\$|\$[^$]+\$`)
	for _, c := range nb.Cells {
		for _, out := range c.Outputs {
			if out.Data["image/png"] != nil {
				pictures++
			}
		}
		if c.Kind == "markdown" {
			prose := strings.ReplaceAll(code.ReplaceAllString(string(c.Source), ""), `\$`, "")
			formulas += len(formula.FindAllString(prose, -1))
		}
	}
	return pictures, formulas
}

// TestSameBytes: the same notebooks give the same pages.
func TestSameBytes(t *testing.T) {
	first, err := Build(t.Context(), checkout)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		again, err := Build(t.Context(), checkout)
		if err != nil {
			t.Fatal(err)
		}
		if len(again.Files) != len(first.Files) {
			t.Fatalf("%d files, then %d", len(first.Files), len(again.Files))
		}
		for name, text := range first.Files {
			if string(again.Files[name]) != string(text) {
				t.Errorf("%s differs", name)
			}
		}
	}
}
