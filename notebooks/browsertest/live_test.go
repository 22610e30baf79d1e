// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package browsertest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// twoCurves is a cell that shows a figure of one panel with two curves in green and orange.
const twoCurves = `import "coherentgradients/plots"

%%
steps := []float64{0, 1, 10, 100, 1000}
figure, err := plots.NewFigure(plots.Meta{Caption: "Two curves."}, plots.Panel{XSteps: true, XLabel: "step", Curves: []plots.Curve{
	{Name: "f^{p}", X: steps, Y: []float64{1, 0.9, 0.5, 0.2, 0.1}, Role: plots.Pristine},
	{Name: "f^{c}", X: steps, Y: []float64{0.01, 0.1, 0.5, 0.8, 0.9}, Role: plots.Corrupt},
}})
if err != nil {
	panic(err)
}
figure.Show()`

// Parts of a figure that answers.
const (
	liveFigure = `document.querySelector('svg.cg-live')`
	tip        = `(document.querySelector('svg.cg-live [role=status]')?.textContent ?? '')`
	curves     = `document.querySelectorAll('svg.cg-live path[stroke-width="1.8"]').length`
	plotArea   = `svg.cg-live rect[tabindex]`
)

// questions puts every question that a figure answers, by mouse and by keys, wherever it is.
func (s *session) questions(t *testing.T, name string) {
	t.Helper()
	s.waitFor(t, 20*time.Second, "figure that answers", `Boolean(`+liveFigure+`) && `+curves+` === 2`)
	if evaluate[bool](t, s, `[...document.images].some(i => i.checkVisibility() && i.naturalWidth > 1000)`) {
		t.Errorf("%s: the still picture is seen beside it", name)
	}
	// The pointer in the middle: step 10 of 0 to 1,000 is the nearest.
	s.click(t, plotArea, 0.5)
	if got := evaluate[string](t, s, tip); got != "step 10fp: 0.5fc: 0.5" {
		t.Errorf("%s: under the pointer: %q", name, got)
	}
	s.screenshot(t, name+"-values")
	// Keys.
	s.press(t, kb.ArrowRight)
	if got := evaluate[string](t, s, tip); got != "step 100fp: 0.2fc: 0.8" {
		t.Errorf("%s: after an arrow key: %q", name, got)
	}
	s.press(t, kb.End)
	if got := evaluate[string](t, s, tip); got != "step 1,000fp: 0.1fc: 0.9" {
		t.Errorf("%s: after End: %q", name, got)
	}
	// The legend, by mouse and by Enter.
	entry := `svg.cg-live g[role=button][aria-label="fc"]`
	s.click(t, entry, 0.5)
	if n := evaluate[int](t, s, curves); n != 1 {
		t.Errorf("%s: %d curves with one switched off", name, n)
	}
	s.click(t, plotArea, 0.5)
	if got := evaluate[string](t, s, tip); got != "step 10fp: 0.5" {
		t.Errorf("%s: with one switched off: %q", name, got)
	}
	s.do(t, `document.querySelector('`+entry+`').focus()`)
	s.press(t, kb.Enter)
	if n := evaluate[int](t, s, curves); n != 2 {
		t.Errorf("%s: %d curves with it on again", name, n)
	}
	if !evaluate[bool](t, s, `document.activeElement === document.querySelector('`+entry+`')`) {
		t.Errorf("%s: the focus is lost", name)
	}
	// Axes: 0.1 lies in the middle between 0.01 and 1 on a logarithmic one alone.
	height := `(() => {
		const path = document.querySelectorAll('svg.cg-live path[stroke-width="1.8"]')[1].getAttribute('d').match(/[\d.]+,[\d.]+/g).map(p => Number(p.split(',')[1]));
		return (path[0] - path[1]) / (path[0] - path[path.length - 1]);
	})()`
	linear := evaluate[float64](t, s, height)
	s.click(t, `svg.cg-live g[aria-label="logarithmic y axis"]`, 0.5)
	logarithmic := evaluate[float64](t, s, height)
	if linear > 0.15 || logarithmic < 0.45 || logarithmic > 0.55 {
		t.Errorf("%s: the second point is at %.2f of the height, and at %.2f on a logarithmic axis", name, linear, logarithmic)
	}
	s.screenshot(t, name+"-log")
	s.press(t, " ") // the switch has the focus
	if back := evaluate[float64](t, s, height); back != linear {
		t.Errorf("%s: the space bar leaves the axis at %.2f", name, back)
	}
	s.click(t, `svg.cg-live g[aria-label="logarithmic x axis"]`, 0.5)
	s.waitFor(t, time.Second, "linear steps", `[...`+liveFigure+`.querySelectorAll('text')].some(e => e.textContent === '500' || e.textContent === '400')`)
}

// A figure answers in JupyterLab, and on a static page opened from disk, from the same data; without trust it is a still
// picture that says how to wake it.
func TestFigureAnswers(t *testing.T) {
	s := start(t)
	s.open(t, "00_start_here")
	s.only(t, firstCell, twoCurves)
	s.run(t)
	s.waitFor(t, 2*time.Minute, "end of the cells", `window.allDone`)
	s.questions(t, "lab")
	active := evaluate[int](t, s, current+`.content.activeCellIndex`)
	s.do(t, `document.querySelector('`+plotArea+`').focus()`)
	s.press(t, kb.ArrowDown)
	s.press(t, "a") // JupyterLab would insert a cell
	if n := evaluate[int](t, s, current+`.content.widgets.length`); n != 2 || evaluate[int](t, s, current+`.content.activeCellIndex`) != active {
		t.Error("keys went to the notebook")
	}
	outputs := evaluate[string](t, s, `JSON.stringify(`+current+`.content.widgets[1].model.outputs.toJSON())`)

	s.do(t, current+`.content.widgets[1].model.trusted = false`)
	s.waitFor(t, 10*time.Second, "still picture with a sentence", `!`+liveFigure+` && [...document.images].some(i => i.checkVisibility() && i.naturalWidth > 1000) &&
		document.querySelector('.cg-plot, .jp-RenderedHTML')?.innerText.includes('Trust Notebook')`)
	s.screenshot(t, "lab-untrusted")
	s.console.clear() // JupyterLab says that it runs no script

	var forms []object
	if err := json.Unmarshal([]byte(outputs), &forms); err != nil || len(forms) != 3 {
		t.Fatalf("%d outputs, %v", len(forms), err)
	}
	cell := object{"cell_type": "code", "metadata": object{}, "execution_count": 1, "source": "f()", "outputs": forms}
	w, program := watch(t), command(t)
	folder, err := pages(t, program, []object{prose("# Made"), cell})
	if err != nil {
		t.Fatal(err)
	}
	page := filepath.Join(folder, "00_made.html")
	for _, what := range w.visit(t, page) {
		t.Error(what)
	}
	w.visit(t, page) // afresh
	if err := chromedp.Do(w.page, chromedp.Navigate("file://"+page)); err != nil {
		t.Fatal(err)
	}
	w.questions(t, "page")
	text, err := os.ReadFile(page)
	if err != nil || !strings.Contains(string(text), `<figure data-plot="{`) || strings.Contains(string(text), "Trust Notebook") {
		t.Errorf("the page: %v", err)
	}
}

// The sliders of a committed notebook move at the first touch, before anything was run.
func TestTrustedAtOnce(t *testing.T) {
	s := start(t)
	s.open(t, "05_explore")
	s.waitFor(t, 20*time.Second, "slider", `Boolean(document.querySelector('.cg-frames input'))`)
	const seen = `[...document.querySelectorAll('.cg-frames')[0].querySelectorAll('img')].filter(i => i.style.display !== 'none').map(i => i.dataset.label).join()`
	before := evaluate[string](t, s, seen)
	s.click(t, `.cg-frames input`, 0.98)
	if after := evaluate[string](t, s, seen); after == before || after != "100 %" {
		t.Errorf("the slider shows %q after %q", after, before)
	}
	s.press(t, kb.ArrowLeft)
	if after := evaluate[string](t, s, seen); after != "75 %" {
		t.Errorf("after an arrow key the slider shows %q", after)
	}
	s.screenshot(t, "trusted-05")
}

const otherKinds = `import "coherentgradients/plots"

%%
for _, p := range []plots.Panel{
	{XLabel: "c", YLabel: "ms a step", Bars: &plots.Bars{Categories: []string{"0", "2", "8"}, Series: []plots.BarSeries{
		{Name: "ours", Y: []float64{1.6, 4.5, 6.7}, Lo: []float64{1.5, 4.4, 6.5}, Hi: []float64{1.8, 4.9, 7}},
		{Name: "theirs", Y: []float64{2, 5, 9}},
	}}},
	{XLabel: "one coordinate", YLabel: "examples", Histogram: &plots.Histogram{Bins: 4, Groups: []plots.Sample{
		{"pristine", []float64{-1, -0.9, -0.8, 0.2}, plots.Pristine}, {"corrupt", []float64{0.1, 0.9, 1}, plots.Corrupt},
	}}},
	{XLabel: "norm", YLabel: "margin", Curves: []plots.Curve{
		{Name: "pristine", Scatter: true, X: []float64{3, 1, 2}, Y: []float64{0.1, 0.9, 0.4}, Role: plots.Pristine},
		{Name: "corrupt", Scatter: true, X: []float64{4, 5}, Y: []float64{-0.2, -0.5}, Role: plots.Corrupt},
	}},
	{Heat: &plots.HeatMap{Name: "g_{a} · g_{b}", Values: [][]float64{{2, 1, -1}, {1, 3, -2}, {-1, -2, 4}}}},
} {
	figure, err := plots.NewFigure(plots.Meta{}, p)
	if err != nil {
		panic(err)
	}
	figure.Show()
}`

// Figures of other kinds answer too: bars, histograms, points and heat maps, by pointer and by keys.
func TestOtherKindsAnswer(t *testing.T) {
	s := start(t)
	s.open(t, "00_start_here")
	s.only(t, firstCell, otherKinds)
	s.run(t)
	s.waitFor(t, 2*time.Minute, "end of the cells", `window.allDone`)
	s.waitFor(t, 20*time.Second, "figures that answer", `document.querySelectorAll('svg.cg-live').length === 4`)
	s.do(t, `document.querySelectorAll('svg.cg-live').forEach((e, i) => { e.id = 'kind' + i; })`)
	for i, c := range []struct {
		name, pointed, key, then, off, without string
	}{
		{"bars", "2ours: 4.5 (4.4 to 4.9)theirs: 5", kb.ArrowRight, "8ours: 6.7 (6.5 to 7)theirs: 9", "theirs", "2ours: 4.5 (4.4 to 4.9)"},
		{"histogram", "0 to 0.5pristine: 1corrupt: 1", kb.ArrowLeft, "−0.5 to 0pristine: 0corrupt: 0", "corrupt", "0 to 0.5pristine: 1"},
		{"points", "pristine: 3, 0.1", "", "", "pristine", "corrupt: 4, −0.2"},
		{"heat map", "row 1, column 1ga · gb: 3", kb.ArrowDown, "row 2, column 1ga · gb: −2", "", ""},
	} {
		figure := fmt.Sprintf("#kind%d", i)
		says := func() string {
			return evaluate[string](t, s, `(document.querySelector('`+figure+` [role=status]')?.textContent ?? '')`)
		}
		s.do(t, `document.querySelector('`+figure+`').scrollIntoView({block: 'center'})`)
		s.click(t, figure+` rect[tabindex]`, 0.51)
		if got := says(); got != c.pointed {
			t.Errorf("%s: under the pointer: %q, want %q", c.name, got, c.pointed)
		}
		if c.key != "" {
			s.press(t, c.key)
			if got := says(); got != c.then {
				t.Errorf("%s: after an arrow key: %q, want %q", c.name, got, c.then)
			}
		}
		if c.off != "" {
			s.click(t, figure+` g[role=button][aria-label="`+c.off+`"]`, 0.5)
			s.click(t, figure+` rect[tabindex]`, 0.51)
			if got := says(); got != c.without {
				t.Errorf("%s: with %s switched off: %q, want %q", c.name, c.off, got, c.without)
			}
		}
		s.screenshot(t, "kind-"+strings.ReplaceAll(c.name, " ", "-"))
	}
}
