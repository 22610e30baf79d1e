// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package site

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pixel is a PNG of one.
const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

type object = map[string]any

func prose(text string) object {
	return object{"cell_type": "markdown", "metadata": object{}, "source": text}
}

func foldedCell(source string) object {
	cell := goCell(source)
	cell["metadata"] = object{"jupyter": object{"source_hidden": true}}
	return cell
}

func goCell(source string, outputs ...object) object {
	if outputs == nil {
		outputs = []object{}
	}
	return object{"cell_type": "code", "metadata": object{}, "execution_count": 1, "source": source, "outputs": outputs}
}

func shown(data object) object {
	return object{"output_type": "display_data", "metadata": object{}, "data": data}
}

// made is a checkout with one notebook of these cells and two files that can be linked to.
func made(t *testing.T, cells ...object) (root string) {
	t.Helper()
	root = t.TempDir()
	text, err := json.Marshal(object{"nbformat": 4, "nbformat_minor": 5, "metadata": object{}, "cells": cells})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"notebooks/00_made.ipynb": string(text),
		"notebooks/plain.go":      "package plain",
		"docs/README.md":          "# The *docs*\n\nSee [more](more.md), [none](none.md) and [back](../notebooks/00_made.ipynb#a-part).",
		"docs/more.md":            "# More",
	} {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// built is the page of a made notebook.
func built(t *testing.T, cells ...object) (page string, s *Site) {
	t.Helper()
	s, err := Build(t.Context(), made(t, cells...))
	if err != nil {
		t.Fatal(err)
	}
	return string(s.Files["00_made.html"]), s
}

func TestLinks(t *testing.T) {
	page, s := built(t, prose("# Made: a test (CG §9)\n\nGo to [docs](../docs/README.md), [itself](00_made.ipynb), [here](#a-part), [code](plain.go) and [away](https://example.org/x).\n\n## A part\n\n## A part"))
	for _, want := range []string{`<a href="docs.html">docs</a>`, `<a href="00_made.html">itself</a>`, `<a href="#a-part">here</a>`, `, code and`,
		`<a href="https://example.org/x">away</a>`, `<h2 id="a-part">`, `<h2 id="a-part-1">`, `<title>Made: a test (CG §9) ·`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in %s", want, page)
		}
	}
	docs := string(s.Files["docs.html"])
	if !strings.Contains(docs, "See more, none and") || !strings.Contains(docs, `<a href="00_made.html#a-part">back</a>`) {
		t.Errorf("a linked file's own links: %s", docs)
	}
	index := string(s.Files["index.html"])
	for _, want := range []string{`<a href="00_made.html"><span class="number">00</span> Made: a test</a>`, `<p class="place">CG §9</p>`, `<a href="docs.html">The docs</a>`} {
		if !strings.Contains(index, want) {
			t.Errorf("no %s in %s", want, index)
		}
	}
}

func TestCells(t *testing.T) {
	page, s := built(t,
		prose("# Made\n\nPrice \\$5, `$x$` and $x$.\n\n| a |\n|---|\n| $y$ |\n\n<script>alert(1)</script>\n\n<details><summary>Hint</summary>so</details>"),
		foldedCell("!*rm -f go.work"), foldedCell("// Solution <1>\nprintln(2)"),
		goCell("%%\nfmt.Println(\"<hi>\") // 2 < 3", object{"output_type": "stream", "name": "stdout", "text": []string{"\x1b[31m<hi>\x1b[0m\n"}}),
		goCell("f()", shown(object{"image/png": pixel, "text/plain": "a \"dot\""}), shown(object{"text/markdown": "*Figure.* One dot."})),
		goCell("g()", shown(object{"image/png": pixel}), shown(object{"text/markdown": "*Figure.* Alone."})),
		goCell("h()", shown(object{"text/html": `<div onclick="x()"><script>y()</script><b>bold</b><img src="data:image/png;base64,` + pixel + `">` +
			`<img src="https://example.org/a.png" alt="away"><img style="display: none" src="data:image/png;base64,` + pixel + `"><input type="range"></div>`, "text/plain": "frames"})),
	)
	for _, want := range []string{
		`Price $5, <code>$x$</code> and <math`, `<td><math`, `<details><summary>Hint</summary>so</details>`,
		`<details class="setup"><summary>Set-up cell</summary>`, `<details class="setup"><summary>Solution &lt;1&gt;</summary>`,
		`<span class="m">%%</span>`, `<span class="s">&#34;&lt;hi&gt;&#34;</span>`, `<span class="c">// 2 &lt; 3</span>`,
		`<samp>&lt;hi&gt;</samp>`,
		`<img src="figures/00_made-1.png" alt="a &#34;dot&#34;" width="1" height="1"/>`, `<figcaption><p><em>Figure.</em> One dot.</p>`,
		`<img src="figures/00_made-2.png" alt="Alone." width="1" height="1"/>`,
		`<div class="shown"><div><b>bold</b><img src="data:image/png;base64,` + pixel + `" alt="frames"/>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in %s", want, page)
		}
	}
	for _, not := range []string{"alert(1)", "y()", "onclick", "example.org", "<input", "display: none", "\x1b"} {
		if strings.Contains(page, not) {
			t.Errorf("%q is in %s", not, page)
		}
	}
	if n := strings.Count(page, "data:image/png"); n != 1 {
		t.Errorf("%d frames are on the page; one of two is visible", n)
	}
	if index := string(s.Files["index.html"]); !strings.Contains(index, `<img src="figures/00_made-1.png" alt="a &#34;dot&#34;"`) {
		t.Errorf("the index lacks the first figure: %s", index)
	}
}

// TestFrames: pictures under a slider become files with a slider of the page's own.
func TestFrames(t *testing.T) {
	const text = `<figure class="cg-frames"><div><label>noise <input type="range" min="0" max="1" value="1" oninput="run()"></label> <output>50 %</output></div>
<img data-at="1" data-label="50 %" width="600" height="288" alt="at half" src="data:image/png;base64,` + pixel + `">
<img data-at="0" data-label="0 %" width="600" height="288" style="display:none" alt="at none" src="data:image/png;base64,` + pixel + `">
<figcaption><em>At half.</em></figcaption></figure>`
	page, s := built(t, goCell("f()", shown(object{"text/html": text, "image/png": pixel, "text/plain": "still"})))
	for _, want := range []string{
		`<label>noise <input type="range" min="0" max="1" step="1" value="1" aria-valuetext="50 %"/></label> <output>50 %</output>`,
		`<img src="figures/00_made-1.png" alt="at none" width="600" height="288" data-label="0 %" hidden="" loading="lazy"/>`,
		`<img src="figures/00_made-2.png" alt="at half" width="600" height="288" data-label="50 %"/>`,
		`<figcaption>At half.</figcaption>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in %s", want, page)
		}
	}
	page = strings.Replace(page, script, "", 1)
	if strings.Contains(page, "run()") || s.Files["figures/00_made-2.png"] == nil || strings.Contains(page, "still") {
		t.Errorf("more than the frames is on the page: %s", page)
	}
	if index := string(s.Files["index.html"]); !strings.Contains(index, `<img src="figures/00_made-2.png" alt="at half"`) {
		t.Errorf("the index shows another frame: %s", index)
	}

	// What can't be read as frames is shown as its still picture.
	page, _ = built(t, goCell("f()", shown(object{"text/html": strings.Replace(text, `data-at="0"`, `data-at="7"`, 1), "image/png": pixel, "text/plain": "still"})))
	if page = strings.Replace(page, script, "", 1); !strings.Contains(page, `alt="still"`) || strings.Contains(page, "range") {
		t.Errorf("no still picture: %s", page)
	}
}

func TestLead(t *testing.T) {
	for source, want := range map[string]string{
		"# T\n\n**Where in the paper.** Here.\n\nFirst. Second.":   "First. Second.",
		"**The question.** Why?\n\n**The claim.** *So*.":           "<em>So</em>.",
		"**Where in the paper.** Here.\n\n**What happens.** This:": "This.",
	} {
		_, s := built(t, prose(source))
		if index := string(s.Files["index.html"]); !strings.Contains(index, "<p>"+want+"</p>\n</div>") {
			t.Errorf("%q: no %q in %s", source, want, index)
		}
	}
}

// A summary leads the index: what stands before its second heading is there, all of it on a page of its own. Without one
// the index has no word of it.
func TestSummary(t *testing.T) {
	for _, cell := range []object{prose("# T\n\nText."), prose("# T\n\nSee [the summary](summary.md).")} {
		root := made(t, cell)
		if cell["source"] == "# T\n\nText." {
			if s, err := Build(t.Context(), root); err != nil || strings.Contains(string(s.Files["index.html"]), "summary") {
				t.Errorf("without a summary: %v", err)
			}
		}
		text := "# In short\n\nFound: **much**, see [T](00_made.ipynb).\n\n## All\n\nThe rest.\n"
		if err := os.WriteFile(filepath.Join(root, "notebooks", "summary.md"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		s, err := Build(t.Context(), root)
		if err != nil {
			t.Fatal(err)
		}
		index := string(s.Files["index.html"])
		for _, want := range []string{`<h2><a href="summary.html">In short</a></h2>`, `<strong>much</strong>, see <a href="00_made.html">T</a>`} {
			if strings.Count(index, want) != 1 {
				t.Errorf("the index has not once %s: %s", want, index)
			}
		}
		if strings.Contains(index, "The rest.") || !strings.Contains(string(s.Files["summary.html"]), "The rest.") {
			t.Error("the rest is not on the summary's page alone")
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		cell object
		want string
	}{
		"a dead link":       {prose("[x](09_none.ipynb)"), "the link to 09_none.ipynb leads to nothing: there is no notebooks/09_none.ipynb"},
		"a link outside":    {prose("[x](../../etc)"), "leads out of the checkout"},
		"a dead fragment":   {prose("[x](#nowhere)"), "links to #nowhere, and 00_made.html has no such heading"},
		"another scheme":    {prose("[x](file:///etc)"), "only files of the checkout and addresses of the web"},
		"a picture away":    {prose("![x](https://example.org/a.png)"), "load nothing from elsewhere"},
		"a nameless one":    {prose("![](plain.go)"), "has no alternative text"},
		"a bad formula":     {prose("so $\\foo x$"), `cell 1: the formula $\foo x$ can't be set`},
		"a figure's alt":    {goCell("f()", shown(object{"image/png": pixel})), "cell 1: a picture has no alternative text"},
		"alt within HTML":   {goCell("f()", shown(object{"text/html": `<img src="data:image/png;base64,xx">`})), "alternative text"},
		"a broken picture":  {goCell("f()", shown(object{"image/png": "!", "text/plain": "x"})), "not base64"},
		"formula in output": {goCell("f()", shown(object{"text/markdown": "$\\foo$"})), "can't be set"},
	} {
		_, err := Build(t.Context(), made(t, test.cell))
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") || !strings.HasPrefix(err.Error(), "notebooks/00_made.ipynb") {
			t.Errorf("%s: %v; want one line with %q", name, err, test.want)
		}
	}
	if _, err := Build(t.Context(), t.TempDir()); err == nil {
		t.Error("no notebooks: no error")
	}
}

func TestSentences(t *testing.T) {
	for text, want := range map[string]string{
		"One of S. Chatterjee's claims. Two.": "One of S. Chatterjee's claims. Two.",
		"It announces this:":                  "It announces this.",
		"No end":                              "No end",
		"A first one that is long. And a second that doesn't fit any more.": "A first one that is long.",
	} {
		if got := sentences(text, 36); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
