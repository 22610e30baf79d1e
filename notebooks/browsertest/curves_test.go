// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package browsertest

import (
	"strings"
	"testing"
	"time"
)

// A loop of a cell's own draws its curves while it runs; the last picture and the last numbers stay.
func TestLiveCurves(t *testing.T) {
	s := start(t)
	s.open(t, "05_explore")
	s.only(t, firstCell, "import (\n\t\"time\"\n\t\"coherentgradients/notebooks/live\"\n)\n\n%%\n"+
		"curves := live.New(\"a bowl\", 300)\nfor step := 1; step <= 300; step++ {\n\ttime.Sleep(15 * time.Millisecond)\n"+
		"\tcurves.Step(step, 1/float64(step))\n\tif step%20 == 0 {\n\t\tcurves.Add(\"accuracy\", \"test\", step, float64(step)/300)\n\t}\n}\ncurves.End()")
	s.run(t)
	picture := `[...document.querySelectorAll('.jp-OutputArea-output img')].at(-1)`
	s.waitFor(t, 3*time.Minute, "growing picture", picture+`?.naturalWidth > 0 && /[0-9]+ of 300 steps/.test(document.querySelector('.jp-Notebook').innerText)`)
	first := evaluate[string](t, s, picture+`.src`)
	s.waitFor(t, 20*time.Second, "other picture", picture+`?.src !== '`+first+`'`)
	s.screenshot(t, "growing")
	s.waitFor(t, time.Minute, "end of the cell", `window.allDone`)
	cells := s.cells(t)
	last := cells[len(cells)-1]
	if last.Error != "" || len(last.Figures) != 1 || !strings.Contains(last.Text, "a bowl: 300 steps, train loss 0.003") || !strings.Contains(last.Text, "test accuracy 100.0 %") {
		t.Errorf("what stays is %+v", last)
	}
	s.screenshot(t, "done")
}
