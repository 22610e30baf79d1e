// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package browsertest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// pixel is a PNG of one.
const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

// vector is a way in which a notebook could bring a page to run or load something.
type vector struct{ Kind, Name, Text string }

type object = map[string]any

func prose(text string) object {
	return object{"cell_type": "markdown", "metadata": object{}, "source": text}
}

func shown(forms ...object) object {
	outputs := []object{}
	for _, data := range forms {
		outputs = append(outputs, object{"output_type": "display_data", "metadata": object{}, "data": data})
	}
	return object{"cell_type": "code", "metadata": object{}, "execution_count": 1, "source": "f()", "outputs": outputs}
}

// cells are the places of a notebook where the vector stands; each is a notebook of its own, for one that is refused
// takes no other with it.
func (v vector) cells() map[string][]object {
	switch v.Kind {
	case "math":
		return map[string][]object{
			"cell": {prose("so $" + v.Text + "$ and\n\n$$" + v.Text + "$$\n\n## In $" + v.Text + "$"), shown(object{"text/markdown": "so $" + v.Text + "$"})},
		}
	case "svg":
		return map[string][]object{
			"drawing": {shown(object{"image/svg+xml": v.Text, "text/plain": "a drawing"})},
			"in HTML": {shown(object{"text/html": v.Text, "text/plain": "a drawing"}), prose(v.Text)},
		}
	}
	return map[string][]object{
		"cell":    {prose("# " + v.Text + "\n\n**The claim.** " + v.Text), prose(v.Text), prose("a " + v.Text + " b")},
		"output":  {shown(object{"text/markdown": v.Text}), shown(object{"text/html": v.Text, "text/plain": "an output"})},
		"caption": {shown(object{"image/png": pixel, "text/plain": v.Text}, object{"text/markdown": "*Figure.* " + v.Text})},
		"slider": {shown(object{"text/html": `<figure class="cg-frames"><label>` + v.Text + ` <input type="range" value="0"></label>
<img data-at="0" data-label="` + v.Text + `" alt="` + v.Text + `" src="data:image/png;base64,` + pixel + `"><figcaption>` + v.Text + `</figcaption></figure>`,
			"text/plain": "a slider"})},
		"code": {prose("```go\n" + v.Text + "\n```\n\n`" + v.Text + "`"), shown(object{"text/plain": v.Text})},
	}
}

// watched is a browser that takes note of what pages do and should not.
type watched struct {
	session
	mu   sync.Mutex
	seen []string
}

// watch starts a browser without JupyterLab.
func watch(t testing.TB) *watched {
	t.Helper()
	if testing.Short() {
		t.Skip("pages in a browser are left out by -short")
	}
	w := &watched{}
	if err := w.startBrowser(chromium(t)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.closeBrowser)
	err := chromedp.Listen(w.page, func(event any) {
		switch e := event.(type) {
		case *page.EventJavascriptDialogOpening:
			w.note("a dialog opened: " + e.Message)
			go func() {
				_, _ = chromedp.Call(w.page, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
			}()
		case *network.EventRequestWillBeSent:
			if u := e.Request.URL; !strings.HasPrefix(u, "file:") && !strings.HasPrefix(u, "data:image/") && u != "data:," {
				w.note("a request for " + u)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(w.page, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *watched) note(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = append(w.seen, what)
}

// poke does what a reader may do with a page, and tells what is wrong with it.
const poke = `(async () => {
	const wrong = [];
	for (const a of document.querySelectorAll('a, area, [href], [*|href]')) {
		const to = String(a.href?.baseVal ?? a.href ?? a.getAttribute('href') ?? a.getAttribute('xlink:href'));
		if (!/^(file|https?|mailto):|^data:,$|^#/.test(to)) wrong.push('a link to ' + to);
	}
	for (const e of document.querySelectorAll('body *')) {
		for (const a of e.attributes) if (/^on|^style$|^srcdoc$|^action$|^formaction$/.test(a.name)) wrong.push(e.tagName + ' has ' + a.name);
		if (e.localName === 'a' && e.href) continue; // followed, it would lead away
		for (const kind of ['pointerover', 'mouseover', 'focus', 'focusin', 'click', 'toggle', 'input', 'copy', 'wheel'])
			e.dispatchEvent(new Event(kind, {bubbles: true, cancelable: true}));
	}
	await new Promise(done => setTimeout(done, 30));
	if (window.pwned) wrong.push('a script ran');
	return wrong;
})()`

// visit opens a file and returns what it did.
func (w *watched) visit(t *testing.T, file string) []string {
	t.Helper()
	w.mu.Lock()
	w.seen = nil
	w.mu.Unlock()
	w.console.clear()
	if err := chromedp.Do(w.page, chromedp.Navigate((&url.URL{Scheme: "file", Path: filepath.ToSlash(file)}).String())); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	wrong, err := chromedp.Run(w.page, chromedp.Evaluate[[]string](poke, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	wrong = append(wrong, evaluate[[]string](t, &w.session, "window.pwned ? ['a script ran'] : []")...)
	w.mu.Lock()
	defer w.mu.Unlock()
	return append(append(wrong, w.seen...), w.console.errors()...)
}

// command builds the project's command.
func command(t testing.TB) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "notebooks")
	build := exec.Command("go", "build", "-o", program, "./notebooks")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	return program
}

// pages writes a checkout with one notebook, and its pages; the error is why there are none.
func pages(t *testing.T, program string, cells []object) (folder string, err error) {
	t.Helper()
	root := t.TempDir()
	text, err := json.Marshal(object{"nbformat": 4, "nbformat_minor": 5, "metadata": object{}, "cells": cells})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"go.mod": "module coherentgradients\n", "notebooks/00_made.ipynb": string(text),
		"notebooks/evil.svg": `<svg xmlns="http://www.w3.org/2000/svg" onload="window.pwned=1;alert(1)"><circle r="4"/></svg>`,
	} {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	folder = filepath.Join(root, "pages")
	site := exec.Command(program, "site", "--out", folder)
	site.Dir = root
	if out, err := site.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return folder, nil
}

// Nothing that a notebook brings runs on its pages, loads anything or leads to a script; nor does a drawing that is
// opened by itself.
func TestPagesRunNothing(t *testing.T) {
	w, program := watch(t), command(t)
	var requests []string
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { requests = append(requests, r.URL.Path) }))
	defer elsewhere.Close()
	text, err := os.ReadFile(filepath.Join("..", "internal", "site", "testdata", "vectors.json"))
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(text, &vectors); err != nil || len(vectors) < 100 {
		t.Fatalf("%d vectors, %v", len(vectors), err)
	}
	visited := map[string]int{}
	for _, v := range vectors {
		v.Text = strings.ReplaceAll(v.Text, "HOST", elsewhere.URL)
		places := v.cells()
		var all []object
		for _, place := range slices.Sorted(maps.Keys(places)) {
			all = append(all, places[place]...)
		}
		folders := []string{}
		if folder, err := pages(t, program, all); err == nil {
			folders = append(folders, folder)
		} else { // refused, with a reason that other tests look at; what of it is not?
			for _, cells := range places {
				if folder, err := pages(t, program, cells); err == nil {
					folders = append(folders, folder)
				}
			}
		}
		for _, folder := range folders {
			files, err := filepath.Glob(filepath.Join(folder, "*.html"))
			if err != nil {
				t.Fatal(err)
			}
			drawings, err := filepath.Glob(filepath.Join(folder, "figures", "*.svg"))
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range append(files, drawings...) {
				visited[v.Kind+filepath.Ext(file)]++
				for _, what := range w.visit(t, file) {
					t.Errorf("%s, %s: %s: %s", v.Kind, v.Name, filepath.Base(file), what)
				}
			}
		}
	}
	if len(requests) > 0 {
		t.Errorf("requests left for %v", requests)
	}
	for _, kind := range []string{"html.html", "markdown.html", "math.html", "svg.html", "svg.svg"} {
		if visited[kind] < 10 {
			t.Errorf("only %d pages of the kind %s were there to be visited", visited[kind], kind)
		}
	}
	t.Log(visited)
}

// The pages' policy alone, without the sanitiser before it, keeps a browser from running and loading what is not
// theirs.
func TestPagesPolicy(t *testing.T) {
	w, program := watch(t), command(t)
	folder, err := pages(t, program, []object{prose("# Made")})
	if err != nil {
		t.Fatal(err)
	}
	requests := 0
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests++ }))
	defer elsewhere.Close()
	file := filepath.Join(folder, "00_made.html")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const mark = "</main>"
	for _, bad := range []string{
		`<script>window.pwned = 1; alert(1)</script>`, `<img src=x onerror="window.pwned = 1; alert(1)">`, `<script src="HOST/x.js"></script>`,
		`<iframe srcdoc="<script>parent.pwned = 1; alert(1)</script>"></iframe>`, `<iframe src="javascript:parent.pwned=1"></iframe>`,
		`<style>body { background: url(HOST/x.png) }</style><div style="background: url(HOST/y.png)">x</div>`, `<link rel="stylesheet" href="HOST/x.css">`,
		`<img src="HOST/x.png">`, `<object data="HOST/x"></object><embed src="HOST/y">`, `<video src="HOST/x" autoplay></video>`, `<base href="HOST/">`,
		`<svg onload="window.pwned = 1"><script>window.pwned = 1</script><use href="HOST/x.svg#x"/></svg>`,
		`<a href="javascript:window.pwned=1" id="go">x</a>`, `<form action="HOST/form" id="go"></form>`,
	} {
		with := strings.Replace(string(text), mark, strings.ReplaceAll(bad, "HOST", elsewhere.URL)+mark, 1)
		if with == string(text) {
			t.Fatal("the page has no end of its main part")
		}
		if err := os.WriteFile(file, []byte(with), 0o644); err != nil {
			t.Fatal(err)
		}
		w.visit(t, file)
		w.do(t, `const go = document.getElementById('go'); go?.click?.(); go?.submit?.(); await new Promise(done => setTimeout(done, 50))`)
		if evaluate[bool](t, &w.session, "Boolean(window.pwned)") || requests > 0 {
			t.Errorf("%s ran, or sent %d requests", bad, requests)
		}
		requests = 0
	}
}

// Honest content shows: styles, pictures, formulas, drawings, the switch between light and dark, a slider.
func TestPagesShow(t *testing.T) {
	w, program := watch(t), command(t)
	const slider = `<figure class="cg-frames"><label>noise <input type="range" min="0" max="1" value="1"></label>
<img data-at="0" data-label="0 %" width="6" height="6" alt="at none" src="data:image/png;base64,` + pixel + `">
<img data-at="1" data-label="50 %" width="6" height="6" alt="at half" src="data:image/png;base64,` + pixel + `"><figcaption>x</figcaption></figure>`
	folder, err := pages(t, program, []object{
		prose("# Made <b>bold</b>\n\nIf $\\text{p<q}$ and $a<b$, then `<script>` is text.\n\n![a drawing](evil.svg)"),
		shown(object{"image/png": pixel, "text/plain": "a picture"}), shown(object{"text/html": slider, "text/plain": "a slider"}),
		shown(object{"image/svg+xml": `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="40" height="30" style="fill:red"/></svg>`,
			"text/plain": "a red drawing"}),
		shown(object{"text/html": "<table><tr><td>p &lt; q</td></tr></table>"}),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, what := range w.visit(t, filepath.Join(folder, "00_made.html")) {
		t.Error(what)
	}
	for what, expression := range map[string]string{
		"its style":            `getComputedStyle(document.querySelector('pre.listing')).overflowX === 'auto'`,
		"its title":            `document.title.startsWith('Made bold') && document.querySelector('h1 b').textContent === 'bold'`,
		"p < q":                `document.querySelector('mtext').textContent === 'p<q' && document.querySelector('math').getBoundingClientRect().width > 5`,
		"a < b":                `document.querySelectorAll('math')[1].querySelector('mo').textContent === '<'`,
		"code":                 `document.querySelector('p code').textContent === '<script>'`,
		"all pictures":         `[...document.images].length === 5 && [...document.images].every(i => i.hidden || i.naturalWidth > 0)`,
		"a table":              `document.querySelector('.shown td').textContent === 'p < q'`,
		"a button":             `!document.querySelector('button.theme').hidden`,
		"light, dark, light":   `(() => { const b = document.querySelector('button.theme'), seen = []; for (let i = 0; i < 2; i++) { b.click(); seen.push(document.documentElement.dataset.theme); } return seen.sort().join() === 'dark,light'; })()`,
		"a slider":             `!document.querySelector('figure.frames .control').hidden`,
		"the slider's picture": `(() => { const s = document.querySelector('figure.frames input'); s.value = 0; s.dispatchEvent(new Event('input')); const f = document.querySelectorAll('figure.frames img'); return !f[0].hidden && f[1].hidden && document.querySelector('figure.frames output').textContent === '0 %'; })()`,
	} {
		ok := false
		for deadline := time.Now().Add(5 * time.Second); !ok && time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
			ok = evaluate[bool](t, &w.session, expression)
		}
		if !ok {
			t.Errorf("the page does not show %s", what)
		}
	}
	w.screenshot(t, "pages")
}
