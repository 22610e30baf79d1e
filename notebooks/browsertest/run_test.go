// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package browsertest

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// trains is a notebook that trains what no other test has trained before, so that there is progress to be seen.
const trains = "01_label_noise"

// Every notebook runs by Run All Cells: each cell ends without an error, progress shows while it works, and each figure
// is really there.
func TestRunAllCells(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "*.ipynb"))
	if err != nil || len(files) == 0 {
		t.Fatalf("notebooks %v, %v", files, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".ipynb")
		t.Run(name, func(t *testing.T) {
			s := start(t)
			s.open(t, name)
			s.do(t, `
				window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs');
				window.sawProgress = false;
				new MutationObserver(() => {
					if (/steps?\b.*left/.test(document.querySelector('.jp-Notebook')?.innerText ?? '')) window.sawProgress = true;
				}).observe(document.body, {subtree: true, childList: true, characterData: true});`)
			s.run(t)
			// A live cell goes on until one is done with it.
			s.waitFor(t, 10*time.Minute, "end of Run All Cells", `(() => {
				document.querySelector('[id^=cg_explore_] [name=done]:not(:disabled)')?.click();
				return window.allDone;
			})()`)
			figures := 0
			for i, c := range s.cells(t) {
				if c.Error != "" || c.Count != fmt.Sprint(i+1) || c.Missing > 0 {
					t.Errorf("code cell %d: %+v", i+1, c)
				}
				figures += len(c.Figures)
			}
			if figures == 0 {
				t.Error("no figure is visible")
			}
			if name == trains && !evaluate[bool](t, s, "window.sawProgress") {
				t.Error("no progress with a time left was seen while it ran")
			}
			for at, script := range map[string]string{
				"end":    current + `.content.scrollToItem(` + current + `.content.widgets.length - 1, 'end')`,
				"figure": `document.querySelector('.jp-OutputArea-output img')?.scrollIntoView({block: 'center'})`,
			} {
				s.do(t, script+`; await new Promise(done => setTimeout(done, 500))`)
				s.screenshot(t, at)
			}
		})
	}
}
