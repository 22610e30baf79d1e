// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package browsertest

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// longRun is a cell that trains for minutes.
const longRun = `import "coherentgradients/notebooks/study"

%%
spec := study.Spec(0.5, 0)
spec.Steps = 1_000_000
study.Train(spec)`

// The stop button of the toolbar ends a cell that trains, within 5 s; run again, the cell goes on from where it was.
func TestInterrupt(t *testing.T) {
	s := start(t)
	s.open(t, "05_explore")
	s.only(t, firstCell, longRun, "%%\nfmt.Println(\"the kernel lives\")")
	var ended time.Duration
	for again, want := range []string{"stopped at step", "going on from step"} {
		s.run(t)
		s.waitFor(t, 3*time.Minute, "progress of the run", `/[0-9],[0-9]{3} of [0-9,]+ steps, loss .* left/.test(document.querySelector('.jp-Notebook').innerText)`)
		s.screenshot(t, fmt.Sprintf("training-%d", again))
		s.click(t, kernelStop, 0.5)
		pressed := time.Now()
		s.waitFor(t, 30*time.Second, "end of the cell", `window.allDone`)
		ended = time.Since(pressed)
		if ended > 5*time.Second {
			t.Errorf("the cell ended %v after the stop button", ended)
		}
		if text := s.cells(t)[1].Text; !strings.Contains(text, want) {
			t.Errorf("run %d says %q, not %q", again+1, text, want)
		}
	}
	s.only(t, firstCell, "%%\nfmt.Println(\"the kernel lives\")")
	s.run(t)
	s.waitFor(t, time.Minute, "a later cell", `window.allDone`)
	if cells := s.cells(t); !strings.Contains(cells[len(cells)-1].Text, "the kernel lives") {
		t.Errorf("later cells: %+v", cells)
	}
	s.screenshot(t, "end")
}

// Stopped while XLA compiles, which nothing can interrupt, a cell ends with a word before the kernel kills it.
func TestInterruptCompiling(t *testing.T) {
	s := start(t)
	s.open(t, "05_explore")
	s.only(t, firstCell, `import "coherentgradients/notebooks/study"

%%
spec := study.Spec(0.5, 8)
spec.Steps, spec.Seed = 1_000_000, 99
study.Train(spec)`)
	s.run(t)
	s.waitFor(t, 2*time.Minute, "compiling", `/compiling/.test(document.querySelector('.jp-Notebook').innerText)`)
	s.click(t, kernelStop, 0.5)
	s.waitFor(t, 30*time.Second, "end of the cell", `window.allDone`)
	s.screenshot(t, "stopped")
	cells := s.cells(t)
	text := cells[len(cells)-1].Text
	if !strings.Contains(text, "nothing is lost") && !strings.Contains(text, "stopped at step") || strings.Contains(text, "killed") {
		t.Errorf("the cell says %q", text)
	}
}
