// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package browsertest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// table writes the table of a folder's runs as a page and opens it.
func (w *watched) table(t *testing.T, program, folder string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "runs.html")
	if out, err := exec.Command(program, "runs", "--out", folder, "--html", file).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := chromedp.Do(w.page, chromedp.Navigate((&url.URL{Scheme: "file", Path: filepath.ToSlash(file)}).String())); err != nil {
		t.Fatal(err)
	}
	w.waitFor(t, 10*time.Second, "table of runs", `document.querySelector('.cg-runs')?.dataset.alive === 'yes'`)
}

// filterBy types a condition and returns the ids of the rows shown.
func (w *watched) filterBy(t *testing.T, text string) []string {
	t.Helper()
	return evaluate[[]string](t, &w.session, fmt.Sprintf(`(() => {
		const field = document.querySelector('.cg-runs [name=filter]');
		field.value = %q;
		field.dispatchEvent(new Event('input', {bubbles: true}));
		return [...document.querySelectorAll('.cg-runs .cg-box tbody tr')].filter(tr => tr.checkVisibility()).map(tr => tr.title);
	})()`, text))
}

// The page's filter takes what the command's takes, and finds the same.
func TestRunsFilter(t *testing.T) {
	w, program := watch(t), command(t)
	world := filepath.Join("..", "internal", "runs", "testdata", "world")
	w.table(t, program, world)
	out, err := exec.Command(program, "runs", "--out", world, "--json", "--columns", "id,dir").Output()
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct{ ID, Dir string }
	if err := json.Unmarshal(out, &rows); err != nil || len(rows) != 5 {
		t.Fatalf("%v: %s", err, out)
	}
	names := map[string]string{}
	for _, r := range rows {
		names[r.ID] = filepath.Base(r.Dir)
	}
	text, err := os.ReadFile(filepath.Join(world, "..", "filters.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Filter string
		IDs    []string
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		got := []string{}
		for _, id := range w.filterBy(t, c.Filter) {
			got = append(got, names[id])
		}
		slices.Sort(got)
		if !slices.Equal(got, c.IDs) {
			t.Errorf("%q: %v, want %v", c.Filter, got, c.IDs)
		}
	}
	all := len(w.filterBy(t, ""))
	for _, bad := range []string{"=3", "noise=", "c>x", "nonsense=1"} {
		shown := len(w.filterBy(t, bad))
		if said := evaluate[string](t, &w.session, `document.querySelector('.cg-runs [name=wrong]').textContent`); said == "" || shown != all {
			t.Errorf("%q: %d of %d rows, %q", bad, shown, all, said)
		}
	}
}

// Five hundred runs: rows are chosen by mouse and key, their curves lie over one another, and seeds are joined. How long
// filtering takes is told.
func TestRunsCompare(t *testing.T) {
	w, program := watch(t), command(t)
	folder := t.TempDir()
	for i := range 500 {
		dir := filepath.Join(folder, fmt.Sprint("run-", i))
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		spec := fmt.Sprintf(`{"format":1,"dataset":"mnist","noise":%v,"hidden":[64],"aggregator":"mean","c":0,"percentile":"nearest","init":"authors","steps":9000,"batch":100,"learning_rate":0.1,"seed":%d}`, float64(i%5)/4, i/5)
		var lines strings.Builder
		for k, step := range steps9000() {
			v := float64(k) / 40 * (1 - float64(i%5)/10)
			fmt.Fprintf(&lines, `{"step":%d,"train_accuracy":%.4f,"test_accuracy":%.4f,"train_loss":1,"test_loss":1,"overfit":0,"pristine_accuracy":%.4f,"corrupt_accuracy":null,"seconds":1}`+"\n", step, v, v+float64(i/5)/5000, v)
		}
		for name, text := range map[string]string{"spec.json": spec, "evaluations.jsonl": lines.String()} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.table(t, program, folder)
	took := evaluate[float64](t, &w.session, `(() => {
		const field = document.querySelector('.cg-runs [name=filter]');
		let longest = 0;
		for (const text of ['noise=0.5', 'noise=0.5 seed<10', 'best>0.5', 'mnist', 'corrupt>0 rule=mean', '']) {
			const from = performance.now();
			field.value = text;
			field.dispatchEvent(new Event('input', {bubbles: true}));
			document.body.offsetHeight; // laid out
			longest = Math.max(longest, performance.now() - from);
		}
		return longest;
	})()`)
	t.Logf("filtering 500 runs took %.0f ms at most", took)

	if n := len(w.filterBy(t, "noise=0.5,0 seed<3")); n != 6 {
		t.Fatalf("%d rows, want 6", n)
	}
	w.click(t, ".cg-runs .cg-box tbody tr:not([hidden])", 0.2)
	w.press(t, kb.Tab)
	curves := `document.querySelectorAll('.cg-chart path[data-run]').length`
	if n := evaluate[int](t, &w.session, curves); n != 1 {
		t.Errorf("%d curves after a click on a row", n)
	}
	w.do(t, `[...document.querySelectorAll('.cg-runs .cg-box tbody tr:not([hidden])')][1].focus()`)
	w.press(t, kb.Enter)
	if n := evaluate[int](t, &w.session, curves); n != 2 {
		t.Errorf("%d curves after Enter on another", n)
	}
	w.click(t, ".cg-runs [name=all]", 0.5)
	groups := evaluate[[]string](t, &w.session, `[...document.querySelectorAll('.cg-runs [name=groups] tbody tr')].map(tr => [...tr.cells].map(c => c.textContent).join('|'))`)
	want := []string{"noise 0|3|90.0 %|90.0 % (90.0–90.0)|0.0 %|90.0 % (90.0–90.0)|9,000", "noise 0.5|3|72.0 %|72.0 % (72.0–72.0)|0.0 %|72.0 % (72.0–72.0)|9,000"}
	if n := evaluate[int](t, &w.session, curves); n != 6 || len(groups) != 2 {
		t.Errorf("%d curves of %d groups: %q, want about %q", n, len(groups), groups, want)
	}
	w.click(t, ".cg-runs .cg-box th:nth-child(9)", 0.5) // by seed
	w.click(t, ".cg-runs .cg-box th:nth-child(9)", 0.5)
	if seed := evaluate[string](t, &w.session, `document.querySelector('.cg-runs .cg-box tbody tr:not([hidden])').cells[8].textContent`); seed != "2" {
		t.Errorf("sorted downwards by seed, the first is of seed %s", seed)
	}
	tip := evaluate[string](t, &w.session, `(() => {
		const svg = document.querySelector('.cg-chart svg'), box = svg.getBoundingClientRect();
		svg.dispatchEvent(new PointerEvent('pointermove', {clientX: box.right - 12, clientY: box.top + 30}));
		return document.querySelector('.cg-tip').textContent;
	})()`)
	if !strings.Contains(tip, "noise 0, seed ") || !strings.Contains(tip, "step 9,000: 9") {
		t.Errorf("over a curve's end: %q", tip)
	}
	w.screenshot(t, "compare")
}

// steps9000 is the schedule of a run of 9,000 steps.
func steps9000() (steps []int) {
	for size := 1; size <= 1000; size *= 10 {
		for k := range 9 {
			steps = append(steps, size*(k+1))
		}
	}
	return append([]int{0}, steps...)
}
