// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package browsertest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
)

// control is the selector of a control of the live cell.
func control(name string) string { return `[id^=cg_explore_] [name="` + name + `"]` }

// Parts of the live cell as expressions.
const (
	source  = `document.querySelector('[data-cg-picture] img')?.src`
	caption = `(document.querySelector('[data-cg-picture] figcaption')?.innerText ?? '')`
	status  = `(document.querySelector('[data-cg-status]')?.innerText ?? '')`
)

// live opens the notebook at its live cell, with some steps as its run's length.
func live(t *testing.T) *session {
	t.Helper()
	s := start(t)
	s.open(t, "05_explore")
	s.only(t, firstCell, "import (\n\t\"coherentgradients/notebooks/explore\"\n\t\"coherentgradients/notebooks/study\"\n)\n\n%%\n"+
		"study.Train(study.Spec(0.5, 2), study.Spec(0.5, 0))\nexplore.Live(study.Spec(0.5, 2))")
	s.run(t)
	s.waitFor(t, 3*time.Minute, "picture of the live cell", `document.querySelector('[data-cg-picture] img')?.naturalWidth > 0`)
	s.waitFor(t, time.Minute, "way from the page to the cell", `document.querySelector('[data-cg-status]')?.dataset.heard === 'true'`)
	return s
}

// done presses Done and looks at what stays.
func (s *session) done(t *testing.T) {
	t.Helper()
	s.click(t, control("done"), 0.5)
	s.waitFor(t, 10*time.Second, "end of the live cell", `window.allDone`)
	s.stays(t)
}

// stays checks that a picture is all that the live cell leaves.
func (s *session) stays(t *testing.T) {
	t.Helper()
	cells := s.cells(t)
	last := cells[len(cells)-1]
	if last.Error != "" || last.Missing > 0 || len(last.Figures) != 1 {
		t.Errorf("the live cell leaves %+v", last)
	}
	if evaluate[bool](t, s, `Boolean(document.querySelector('[id^=cg_explore_], [data-cg-status], [data-cg-picture]'))`) {
		t.Error("controls are left")
	}
}

// Sliders move by mouse and by arrow key, menus too; each move changes the picture, and it is the right one.
func TestControls(t *testing.T) {
	s := live(t)
	if text := evaluate[string](t, s, status); !strings.Contains(text, "train ") || !strings.Contains(text, "Records like this one") {
		t.Errorf("what is there is not shown: %q", text)
	}
	s.screenshot(t, "begin")

	before := evaluate[string](t, s, source)
	s.click(t, control("at"), 0.3)
	s.waitFor(t, 10*time.Second, "other picture after a click on the slider", source+` !== '`+before+`'`)
	s.waitFor(t, 5*time.Second, "status of the slider's step", `(() => {
		const step = document.querySelector('`+control("at-text")+`').textContent;
		return `+status+`.includes('Step ' + step + ':');
	})()`)
	s.screenshot(t, "step")

	before = evaluate[string](t, s, source)
	at := evaluate[string](t, s, `document.querySelector('`+control("at")+`').value`)
	s.press(t, kb.ArrowRight)
	s.waitFor(t, 10*time.Second, "other picture after an arrow key", source+` !== '`+before+`'`)
	if n, _ := strconv.Atoi(at); evaluate[string](t, s, `document.querySelector('`+control("at")+`').value`) != strconv.Itoa(n+1) {
		t.Error("the arrow key does not move the slider by one")
	}
	if s.cells(t); evaluate[int](t, s, current+`.content.activeCellIndex`) < 0 {
		t.Error("the key went to the notebook")
	}

	s.click(t, control("noise"), 0.99)
	s.waitFor(t, 10*time.Second, "caption at 100 % noise", caption+`.includes('at 100 % label noise')`)
	s.waitFor(t, 10*time.Second, "word that there is no record", status+`.includes('No record of this run yet')`)
	s.waitFor(t, 5*time.Second, "Train button", `!document.querySelector('`+control("train")+`').disabled`)
	s.screenshot(t, "no-record")

	s.do(t, `const menu = document.querySelector('`+control("rule")+`'); menu.value = 'median'; menu.dispatchEvent(new Event('input', {bubbles: true}))`)
	s.waitFor(t, 10*time.Second, "caption of the median", caption+`.includes(', median,')`)
	if !evaluate[bool](t, s, `document.querySelector('`+control("c")+`').disabled`) {
		t.Error("the median has a c")
	}
	set := func(name, value string) {
		s.do(t, fmt.Sprintf(`const field = document.querySelector('%s'); field.value = '%s'; field.dispatchEvent(new Event('input', {bubbles: true}))`, control(name), value))
	}
	for _, field := range []struct{ name, value, text string }{
		{"momentum", "0.9", "momentum 0.9"}, {"augment", "shift", "images shifted by up to a pixel"}, {"noisekind", "pair-flip", "100 % pair-flip noise"},
		{"rule", "krum", "krum"}, {"ruleset", "f=7", "krum (f=7)"}, {"optimizer", "adam", "steps by adam"}, {"ruleset", "g=7", "No such run: "},
	} {
		set(field.name, field.value)
		s.waitFor(t, 10*time.Second, field.name+" in the status", status+`.includes('`+field.text+`')`)
	}
	if !evaluate[bool](t, s, `document.querySelector('`+control("momentum")+`').disabled`) {
		t.Error("Adam's momentum is asked for")
	}
	s.screenshot(t, "fields")
	s.done(t)
	s.screenshot(t, "done")
}

// However fast the slider moves, the last place is what is drawn.
func TestBurst(t *testing.T) {
	s := live(t)
	for burst, want := range []string{"100 % label noise", "0 % label noise", "35 % label noise"} {
		s.do(t, fmt.Sprintf(`
			const slider = document.querySelector('%s');
			const to = (i, n) => { slider.value = [%s][i %% n]; slider.dispatchEvent(new Event('input', {bubbles: true})); };
			for (let i = 0; i < 40; i++) { to(i, 9); if (i %% 10 === 9) await new Promise(done => setTimeout(done, 20)); }
			slider.value = %d; slider.dispatchEvent(new Event('input', {bubbles: true}));`,
			control("noise"), "0,8,1,7,2,6,3,5,4", []int{8, 0, 3}[burst]))
		s.waitFor(t, 10*time.Second, "caption at "+want, caption+`.includes('at `+want+`')`)
		// It stays so: nothing late comes after it.
		s.do(t, `await new Promise(done => setTimeout(done, 1000))`)
		if text := evaluate[string](t, s, caption); !strings.Contains(text, "at "+want) {
			t.Errorf("after a burst that ended at %s: %s", want, text)
		}
	}
	// The same by keys, as fast as they come.
	s.click(t, control("c"), 0.01)
	s.press(t, strings.Repeat(kb.ArrowRight, 7)+strings.Repeat(kb.ArrowLeft, 3)+strings.Repeat(kb.ArrowRight, 2))
	s.waitFor(t, 10*time.Second, "caption at c = 5", caption+`.includes('c = 5,')`)
	s.done(t)
}

// atStep reads how far a training is from its progress line.
func atStep(t *testing.T, text string) int {
	t.Helper()
	found := regexp.MustCompile(`([0-9,]+) of [0-9,]+ steps`).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("no progress in %q", text)
	}
	n, err := strconv.Atoi(strings.ReplaceAll(found[1], ",", ""))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A run is trained on demand with a growing curve, stops by its button and by the kernel's, and goes on from there.
func TestTrainStopGoOn(t *testing.T) {
	s := live(t)
	s.do(t, `
		const menu = document.querySelector('`+control("length")+`');
		menu.value = '60000'; menu.dispatchEvent(new Event('input', {bubbles: true}));
		const slider = document.querySelector('`+control("c")+`');
		slider.value = 0; slider.dispatchEvent(new Event('input', {bubbles: true}))`)
	s.waitFor(t, 10*time.Second, "Train button", `document.querySelector('`+control("train")+`').textContent === 'Train 60,000 steps'`)
	before := evaluate[string](t, s, source)
	s.click(t, control("train"), 0.5)
	s.waitFor(t, 2*time.Minute, "progress", `/[0-9],[0-9]{3} of 60,000 steps, loss .* steps.s, .* left/.test(`+status+`)`)
	s.waitFor(t, 10*time.Second, "growing curve", source+` !== '`+before+`'`)
	s.screenshot(t, "training")

	s.click(t, control("stop"), 0.5)
	pressed := time.Now()
	s.waitFor(t, 20*time.Second, "end of the training", status+`.includes('Stopped at step')`)
	if took := time.Since(pressed); took > 5*time.Second {
		t.Errorf("the Stop button took %v", took)
	}
	s.waitFor(t, 5*time.Second, "offer to go on", `document.querySelector('`+control("train")+`').textContent === 'Go on to 60,000 steps'`)
	text := evaluate[string](t, s, status)
	saved := regexp.MustCompile(`Stopped at step ([0-9]+(?:,[0-9]{3})*)`).FindStringSubmatch(text)
	s.screenshot(t, "stopped")

	s.click(t, control("train"), 0.5)
	s.waitFor(t, 2*time.Minute, "going on", `/loss .* left/.test(`+status+`)`)
	text = evaluate[string](t, s, status)
	if !strings.Contains(text, "going on from step "+saved[1]) || atStep(t, text) < atStep(t, saved[1]+" of 60,000 steps") {
		t.Errorf("stopped at %s, it goes on so: %s", saved[1], text)
	}
	s.screenshot(t, "going-on")

	// The kernel's stop button ends the whole cell, with a picture.
	s.click(t, kernelStop, 0.5)
	pressed = time.Now()
	s.waitFor(t, 30*time.Second, "end of the cell", `window.allDone`)
	if took := time.Since(pressed); took > 5*time.Second {
		t.Errorf("the kernel's stop button took %v", took)
	}
	s.stays(t)
	s.screenshot(t, "interrupted")
}

// The prerendered frames need no kernel: as the notebook is opened, its slider works by key.
func TestFrames(t *testing.T) {
	s := start(t)
	s.open(t, "05_explore")
	s.do(t, current+`.context.model.trusted = true; for (const w of `+current+`.content.widgets) w.model.trusted = true`)
	s.waitFor(t, 20*time.Second, "frames", `document.querySelectorAll('figure.cg-frames img').length > 1`)
	visible := `Array.from(document.querySelectorAll('figure.cg-frames')[0].querySelectorAll('img')).filter(i => i.offsetWidth > 0 && i.naturalWidth > 0).map(i => i.dataset.label).join()`
	if got := evaluate[string](t, s, visible); got != "50 %" {
		t.Errorf("first seen: %q", got)
	}
	s.screenshot(t, "first")
	s.click(t, "figure.cg-frames input", 0.99)
	s.waitFor(t, 5*time.Second, "last frame", visible+` === '100 %'`)
	s.press(t, kb.ArrowLeft)
	s.waitFor(t, 5*time.Second, "frame before", visible+` === '75 %'`)
	if got := evaluate[string](t, s, `document.querySelector('figure.cg-frames figcaption').innerText`); !strings.Contains(got, "at 75 % label noise") {
		t.Errorf("caption %q", got)
	}
	s.screenshot(t, "moved")
}
