// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package browsertest

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Run All ends at a cell that fails, that does not compile, or that is stopped: those after it are left as they were, and
// run when they are asked for. A cell after a good one runs.
func TestRunAllEndsAtFailure(t *testing.T) {
	s := start(t)
	s.open(t, "00_start_here")
	const good, after = "%%\nfmt.Println(\"first\")", "%%\nfmt.Println(\"after\")"
	for _, c := range []struct{ name, bad, stop, hint string }{
		{"exit", "import \"os\"\n\n%%\nos.Exit(3)", "", "exit status 3"},
		{"panic", "%%\nvar a []int\nfmt.Println(a[3])", "", "index out of range"},
		{"no end of text", "%%\nfmt.Println(\"text)", "", "begins and ends with a double quote"},
		{"no bracket", "%%\nfmt.Println(\"text\"", "", "a bracket is not closed"},
		{"quotes", "%%\nfmt.Println('text')", "", "between double quotes"},
		{"other cell's name", "%%\nfmt.Println(spec.Steps)", "", "run the cell that makes this name first"},
		{"import without a beginning", "\"os\"\n)\n\n%%\nfmt.Println(1)", "", "stands between import ( and )"},
		{"made twice", "%%\na := 1\na := 2\nfmt.Println(a)", "", "is made once, by :="},
		{"no %%", "fmt.Println(1)", "", "below a line with %% alone"},
		{"unused", "%%\nseed := 3", "", "no name that nothing uses"},
		{"stopped", "import \"time\"\n\n%%\nfmt.Println(\"waits\")\ntime.Sleep(time.Minute)", "waits", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.only(t, good, c.bad, after, after)
			s.run(t)
			if c.stop != "" {
				s.waitFor(t, time.Minute, "the cell that is to be stopped", fmt.Sprintf(`%s.content.widgets[1].outputArea.node.innerText.includes('%s')`, current, c.stop))
				s.click(t, kernelStop, 0.5)
			}
			s.waitFor(t, time.Minute, "end of the cells", `window.allDone`)
			s.screenshot(t, c.name)
			cells := s.cells(t)
			if !strings.Contains(cells[0].Text, "first") || cells[1].Error == "" {
				t.Errorf("before: %+v", cells[:2])
			}
			if !strings.Contains(cells[1].Text, c.hint) {
				t.Errorf("no word of %q in %q", c.hint, cells[1].Text)
			}
			// A panic's stack is what the cell's own program says.
			if text := cells[1].Text; c.name != "panic" && (strings.Contains(text, "main.go") || strings.Contains(text, "gonb_") || strings.Count(text, "exit status") > 1) {
				t.Errorf("it tells of files that nobody has, or twice: %q", text)
			}
			if ran := strings.Contains(cells[1].Text, "The cell ended with an error"); ran != (c.name == "exit" || c.name == "panic" || c.name == "stopped") {
				t.Errorf("whether it was run is told wrongly: %q", cells[1].Text)
			}
			for i, cell := range cells[2:] {
				if cell.Text != "" || cell.Error != "" {
					t.Errorf("cell %d after the one that failed: %+v", i+1, cell)
				}
			}
			s.do(t, current+`.content.activeCellIndex = 3; await window.jupyterapp.commands.execute('notebook:run-cell')`)
			s.waitFor(t, time.Minute, "a cell asked for by itself", fmt.Sprintf(`%s.content.widgets[3].outputArea.node.innerText.includes('after')`, current))
			if text := s.cells(t)[2].Text; text != "" {
				t.Errorf("the cell that was left out says %q", text)
			}
		})
	}
}

// A kernel that is restarted in the middle of Run All knows nothing of the cells that waited, and runs what is asked for next.
func TestRestartForgetsCells(t *testing.T) {
	s := start(t)
	s.open(t, "00_start_here")
	s.only(t, "import \"time\"\n\n%%\nfmt.Println(\"waits\")\ntime.Sleep(time.Hour)", "%%\nfmt.Println(\"waited\")", "%%\nfmt.Println(\"new\")")
	s.run(t)
	s.waitFor(t, time.Minute, "the cell that runs", current+`.content.widgets[0].outputArea.node.innerText.includes('waits')`)
	s.do(t, `await `+current+`.sessionContext.session.kernel.restart()`)
	s.do(t, current+`.content.activeCellIndex = 2; window.jupyterapp.commands.execute('notebook:run-cell')`)
	s.waitFor(t, time.Minute, "a cell of the new kernel", current+`.content.widgets[2].outputArea.node.innerText.includes('new')`)
	s.screenshot(t, "restarted")
	if text := s.cells(t)[1].Text; text != "" {
		t.Errorf("a cell that waited for the old kernel says %q", text)
	}
}
