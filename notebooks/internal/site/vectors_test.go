// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package site

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// vector is a way in which a notebook could bring a page to run or load something. A browser tries the same ones:
// notebooks/browsertest.
type vector struct{ Kind, Name, Text string }

func vectors(t *testing.T) (list []vector) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "vectors.json"))
	if err == nil {
		err = json.Unmarshal(text, &list)
	}
	if err != nil {
		t.Fatal(err)
	}
	for i := range list {
		list[i].Text = strings.ReplaceAll(list[i].Text, "HOST", "http://localhost:1")
	}
	return list
}

// placed are the places of a notebook where a vector can stand, each as a notebook of its own.
func (v vector) placed() map[string][]object {
	picture := func(data object) object { data["image/png"] = pixel; return data }
	switch v.Kind {
	case "math":
		return map[string][]object{
			"cell":   {prose("so $" + v.Text + "$ and\n\n$$" + v.Text + "$$\n\n## In $" + v.Text + "$")},
			"output": {goCell("f()", shown(object{"text/markdown": "so $" + v.Text + "$"}))},
		}
	case "svg":
		return map[string][]object{
			"output":  {goCell("f()", shown(object{"image/svg+xml": v.Text, "text/plain": "a drawing"}))},
			"in HTML": {goCell("f()", shown(object{"text/html": v.Text, "text/plain": "a drawing"}))},
			"in data": {prose("<img alt=x src=\"data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(v.Text)) + "\">")},
		}
	}
	return map[string][]object{
		"cell":    {prose(v.Text), prose("a " + v.Text + " b")},
		"heading": {prose("# " + v.Text + "\n\n**The claim.** " + v.Text + "\n\n## " + v.Text)},
		"output":  {goCell("f()", shown(object{"text/markdown": v.Text}))},
		"HTML":    {goCell("f()", shown(object{"text/html": v.Text, "text/plain": "an output"}))},
		"slider": {goCell("f()", shown(object{"text/html": `<figure class="cg-frames"><label>` + v.Text + ` <input type="range" value="0"></label>
<img data-at="0" data-label="` + v.Text + `" alt="` + v.Text + `" src="data:image/png;base64,` + pixel + `"><figcaption>` + v.Text + `</figcaption></figure>`,
			"text/plain": "a slider"}))},
		"caption": {goCell("f()", shown(picture(object{"text/plain": v.Text})), shown(object{"text/markdown": "*Figure.* " + v.Text}))},
		"printed": {goCell(v.Text, object{"output_type": "stream", "name": "stdout", "text": v.Text}, shown(object{"text/plain": v.Text}),
			object{"output_type": "error", "ename": "x", "evalue": v.Text, "traceback": []string{v.Text}})},
		"code":  {prose("```go\n" + v.Text + "\n```\n\n`" + v.Text + "`\n\n    " + v.Text)},
		"title": {prose("[x](#a '" + v.Text + "') [y](https://example.org/" + v.Text + ")\n\n## a")},
	}
}

// withFiles adds the files that vectors name to a checkout.
func withFiles(t *testing.T, root string) {
	t.Helper()
	png, err := base64.StdEncoding.DecodeString(pixel)
	if err != nil {
		t.Fatal(err)
	}
	const page = `<script>window.pwned=1;alert(1)</script>`
	for name, text := range map[string]string{"pixel.png": string(png), "page.html": page, "page.png": page,
		"evil.svg": `<svg xmlns="http://www.w3.org/2000/svg" onload="window.pwned=1;alert(1)"><circle r="4"/></svg>`} {
		if err := os.WriteFile(filepath.Join(root, "notebooks", name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestVectors: whatever a notebook brings, a page holds the pages' own script and nothing else that could run, load or
// lead to a script.
func TestVectors(t *testing.T) {
	for _, v := range vectors(t) {
		places := v.placed()
		var all []object
		for _, place := range slices.Sorted(maps.Keys(places)) {
			all = append(all, places[place]...)
		}
		if err := v.harms(t, all); err != nil { // refused with a reason: what of it is not?
			for _, cells := range places {
				_ = v.harms(t, cells)
			}
		}
	}
}

// harms reports what the vector did to the pages of a notebook of these cells; the error is why there are no pages.
func (v vector) harms(t *testing.T, cells []object) error {
	t.Helper()
	root := made(t, cells...)
	withFiles(t, root)
	s, err := Build(t.Context(), root)
	if err != nil {
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s, %s: %q is more than a line", v.Kind, v.Name, err)
		}
		return err
	}
	for name, text := range s.Files {
		for _, harm := range harmIn(t, name, text) {
			t.Errorf("%s, %s: %s: %s", v.Kind, v.Name, name, harm)
		}
	}
	return nil
}

// harmIn is what a file of the pages holds beyond what it may, judged by other means than the sanitiser's.
func harmIn(t *testing.T, name string, text []byte) (found []string) {
	t.Helper()
	switch path.Ext(name) {
	case ".css":
		return nil
	case ".png", ".jpg", ".gif":
		if strings.Contains(string(text), "<script") {
			found = append(found, "a page by the name of a picture")
		}
		return found
	}
	doc, err := html.Parse(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	scripts, policies := 0, 0
	for n := range doc.Descendants() {
		if n.Type == html.CommentNode {
			found = append(found, "a comment: "+n.Data)
		}
		if n.Type != html.ElementNode {
			continue
		}
		for _, a := range n.Attr {
			value := strings.ToLower(strings.Map(func(r rune) rune {
				if r <= ' ' {
					return -1
				}
				return r
			}, a.Val))
			switch {
			case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Namespace != "",
				slices.Contains([]string{"srcset", "action", "formaction", "ping", "poster", "background", "data", "srcdoc", "target"}, a.Key),
				a.Key == "name" && n.Data != "meta",
				strings.HasPrefix(value, "javascript:"), strings.HasPrefix(value, "vbscript:"), strings.HasPrefix(value, "data:text"),
				strings.HasPrefix(value, "data:image/svg"),
				a.Key == "src" && strings.Contains(value, "//"), path.Ext(name) == ".svg" && strings.Contains(value, "localhost"):
				found = append(found, fmt.Sprintf("%s has %s=%q", n.Data, a.Key, a.Val))
			}
		}
		switch n.Data {
		case "script":
			if scripts++; len(n.Attr) > 0 || textOf(n) != script || n.Parent.Data != "head" {
				found = append(found, "a script of another's: "+textOf(n))
			}
		case "meta":
			if attribute(n, "http-equiv") != "" {
				if policies++; attribute(n, "content") != securityPolicy {
					found = append(found, "another policy")
				}
			}
		case "link":
			if href := attribute(n, "href"); href != "style.css" && href != "data:," {
				found = append(found, "a link to "+href)
			}
		case "iframe", "frame", "object", "embed", "applet", "style", "base", "form", "textarea", "select", "template", "noscript",
			"foreignobject", "animate", "set", "maction", "annotation-xml", "mglyph", "malignmark", "video", "audio", "source", "picture":
			found = append(found, "an element "+n.Data)
		case "title":
			if n.Parent.Data != "head" && n.Namespace == "" {
				found = append(found, "a title outside of the head")
			}
		case "svg":
			if path.Ext(name) != ".svg" {
				found = append(found, "a drawing in the page")
			}
		}
	}
	if path.Ext(name) == ".html" && (scripts != 1 || policies != 1) {
		found = append(found, fmt.Sprintf("%d scripts and %d policies", scripts, policies))
	}
	return found
}

// TestOneWayIn: HTML is made of text in one place only, and in two for what is the program's own.
func TestOneWayIn(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	conversions := regexp.MustCompile(`template\.(?:HTML|HTMLAttr|JS|JSStr|URL|CSS|Srcset)\(`)
	found := map[string]int{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(conversions.FindAll(text, -1)); n > 0 && !strings.HasSuffix(file, "_test.go") {
			found[file] = n
		}
	}
	if found["sanitise.go"] != 1 || found["head.go"] != 2 || len(found) != 2 {
		t.Errorf("text becomes HTML in %v", found)
	}
}

// TestHonest: what a notebook says is on its page as it was said.
func TestHonest(t *testing.T) {
	const drawn = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" viewBox="0 0 9 9"><defs><linearGradient id="g"><stop offset="0" stop-color="#fff"/>` +
		`</linearGradient></defs><g id="axis"><path d="M0,0 L9,9" style="fill:none;stroke:#1f77b4;cursor:help" fill="url(#g)"/></g><text x="1">p &lt; q</text><use href="#axis"/></svg>`
	page, s := built(t,
		prose("# A <b>bold</b> & \"quoted\" title\n\nIf $\\text{p<q}$, $\\text{a \\& b > \"c\"}$, $a<b$, $\\text{50\\% of {it}}$ and $\\textcolor{red}{y}$; `<script>`, 1 < 2 & 3.\n\n"+
			"| l | c |\n|:--|:-:|\n| <kbd>x</kbd> | y |\n\n- [x] done\n\n[away](https://example.org/a?b=1&c=2) <https://example.org>"),
		goCell("f()", shown(object{"image/svg+xml": drawn, "text/plain": "a drawing of it"})),
		goCell("g()", shown(object{"text/html": `<table><tr><td colspan="2" onclick="x()">p &lt; q</td></tr></table>`})),
	)
	for _, want := range []string{
		`<title>A bold &amp; &#34;quoted&#34; title ·`, `A <b>bold</b> &amp; &#34;quoted&#34; title</h1>`,
		`<mtext>p&lt;q</mtext>`, `<mtext>a` + "\u00a0" + `&amp;` + "\u00a0" + `b` + "\u00a0" + `&gt;` + "\u00a0" + `&#34;c&#34;</mtext>`,
		`<mi>a</mi><mo>&lt;</mo><mi>b</mi>`, `<mtext>50%` + "\u00a0of\u00a0it" + `</mtext>`, `<mi mathcolor="red">y</mi>`,
		`<annotation encoding="application/x-tex">\text{p&lt;q}</annotation>`,
		`<code>&lt;script&gt;</code>, 1 &lt; 2 &amp; 3.`, `<td align="center">y</td>`, `<kbd>x</kbd>`, `type="checkbox"`,
		`<a href="https://example.org/a?b=1&amp;c=2">away</a>`, `<a href="https://example.org">https://example.org</a>`,
		`<div class="plate"><img src="figures/00_made-1.svg" alt="a drawing of it"/></div>`, `<td colspan="2">p &lt; q</td>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in %s", want, page)
		}
	}
	const want = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" viewBox="0 0 9 9"><defs><linearGradient id="g"><stop offset="0" stop-color="#fff"></stop>` +
		`</linearGradient></defs><g id="axis"><path d="M0,0 L9,9" style="fill:none;stroke:#1f77b4" fill="url(#g)"></path></g><text x="1">p &lt; q</text><use href="#axis"></use></svg>`
	if got := string(s.Files["figures/00_made-1.svg"]); got != want {
		t.Errorf("the drawing is\n%s, not\n%s", got, want)
	}
	if strings.Contains(page, `href="figures/00_made-1.svg"`) {
		t.Error("the drawing is linked to")
	}
	page, _ = built(t, goCell("f()", shown(object{"image/svg+xml": drawn, "image/png": pixel, "text/plain": "a drawing of it"})))
	if !strings.Contains(page, `src="figures/00_made-1.png"`) || strings.Contains(page, ".svg") {
		t.Error("the picture beside the drawing is not taken")
	}
}

// TestFileNames: names of files are names and nothing else.
func TestFileNames(t *testing.T) {
	const odd = `a"onload='x' <b>&#javascript:;`
	escaped := url.PathEscape(odd)
	root := made(t, prose("# Made\n\n[x](./"+escaped+".ipynb) ![a picture of it](./"+escaped+".png) [y](../docs/"+escaped+".md)"))
	png, err := base64.StdEncoding.DecodeString(pixel)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"notebooks/" + odd + ".png": string(png), "docs/" + odd + ".md": "# Odd",
		"notebooks/" + odd + ".ipynb": `{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[]}`} {
		if err := os.WriteFile(filepath.Join(root, filepath.FromSlash(name)), []byte(text), 0o644); err != nil {
			t.Skipf("no such names here: %v", err)
		}
	}
	s, err := Build(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	plain := regexp.MustCompile(`^[\w./-]+$`)
	for name, text := range s.Files {
		if !plain.MatchString(name) {
			t.Errorf("a file is named %q", name)
		}
		for _, harm := range harmIn(t, name, text) {
			t.Errorf("%s: %s", name, harm)
		}
	}
	page := string(s.Files["00_made.html"])
	for _, want := range []string{`<a href="a-onload--x---b---javascript.html">x</a>`, `src="figures/a-onload--x---b---javascript--.png"`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in %s", want, page)
		}
	}
}

// TestNamesCollide: two sources of one name, or of a page's own, are told apart by no one.
func TestNamesCollide(t *testing.T) {
	for name, want := range map[string]string{"index": "the list of all pages", "00-made": "", "00 made": "00-made.html", "INDEX": "the list of all pages"} {
		root := made(t, prose("# Made"))
		files := []string{name}
		if name == "00 made" {
			files = append(files, "00-made")
		}
		for _, file := range files {
			if err := os.WriteFile(filepath.Join(root, "notebooks", file+".ipynb"), []byte(`{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[]}`), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		_, err := Build(t.Context(), root)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%s: %v; want one line with %q", name, err, want)
		}
	}
}

// TestPicturesOutside: what is no picture of the checkout is not copied, whatever it is called.
func TestPicturesOutside(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret.png")
	if err := os.WriteFile(secret, []byte("secret"), 0o644); err != nil {
		t.Fatal(err)
	}
	root := made(t, prose("![a picture of it](x.png)"))
	if err := os.Symlink(secret, filepath.Join(root, "notebooks", "x.png")); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	if _, err := Build(t.Context(), root); err == nil || !strings.Contains(err.Error(), "leads out of the checkout") {
		t.Errorf("a link out of the checkout: %v", err)
	}
	for target, want := range map[string]string{"page.html": "PNG, JPEG, GIF and SVG, by the ending", "page.png": "it is no picture in PNG", "plain.go": "by the ending"} {
		root := made(t, prose("![a picture of it]("+target+")"))
		withFiles(t, root)
		if _, err := Build(t.Context(), root); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v; want %q", target, err, want)
		}
	}
	for mime, content := range map[string]string{"image/png": base64.StdEncoding.EncodeToString([]byte("<script>")), "image/jpeg": pixel, "image/svg+xml": "<svg/>"} {
		_, err := Build(t.Context(), made(t, goCell("f()", shown(object{mime: content, "text/plain": "x"}))))
		if err == nil || !strings.Contains(err.Error(), "a picture in "+mime+" can't be shown: it is no ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", mime, err)
		}
	}
}
