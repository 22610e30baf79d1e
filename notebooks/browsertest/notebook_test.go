// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package browsertest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// current is the notebook that is shown.
const current = "window.jupyterapp.shell.currentWidget"

// kernelStop is the toolbar's button that interrupts the kernel.
const kernelStop = `.jp-NotebookPanel-toolbar [data-jp-item-name="interrupt"] jp-button`

// open shows a notebook in a fresh workspace and waits for its kernel. Nothing is ever saved: the files are the
// checkout's. The kernel of the notebook before is shut down.
func (s *session) open(t *testing.T, name string) {
	t.Helper()
	s.leave(t)
	page := *s.lab.at
	page.Path = "/lab/workspaces/test/tree/" + name + ".ipynb"
	page.RawQuery += "&reset"
	if err := chromedp.Do(s.page, chromedp.Navigate(page.String())); err != nil {
		t.Fatal(err)
	}
	s.waitFor(t, time.Minute, "the notebook's kernel", `Boolean(window.jupyterapp?.shell?.currentWidget?.sessionContext?.isReady)`)
	s.do(t, current+`.context.save = async () => {}`)
}

// leave lets go of the notebook shown, if any, without a question whether to save it.
func (s *session) leave(t *testing.T) {
	t.Helper()
	s.do(t, `
		const widget = window.jupyterapp?.shell?.currentWidget;
		if (widget?.sessionContext) {
			await widget.sessionContext.shutdown();
			widget.context.model.dirty = false;
		}`)
}

// cell is what a code cell shows after it has run.
type cell struct {
	Count   string   `json:"count"`   // execution count as JupyterLab's model has it
	Error   string   `json:"error"`   // of an error output
	Figures []string `json:"figures"` // "width×height" of each picture that the browser has decoded
	Missing int      `json:"missing"` // pictures that it has not
	Text    string   `json:"text"`    // all that its outputs say
}

// cells reads the code cells.
func (s *session) cells(t *testing.T) []cell {
	t.Helper()
	return evaluate[[]cell](t, s, current+`.content.widgets.filter(w => w.model.type === 'code').map(w => {
		const error = w.model.outputs.toJSON().find(o => o.output_type === 'error');
		const pictures = Array.from(w.node.querySelectorAll('.jp-OutputArea-output img'));
		return {
			count: String(w.model.executionCount ?? ''),
			error: error ? error.ename + ': ' + error.evalue : '',
			figures: pictures.filter(i => i.naturalWidth > 0).map(i => i.naturalWidth + '×' + i.naturalHeight),
			missing: pictures.filter(i => !(i.naturalWidth > 0)).length,
			text: Array.from(w.node.querySelectorAll('.jp-OutputArea-output')).map(o => o.innerText).join('\n'),
		};
	})`)
}

// only makes the notebook shown one of these code cells alone.
func (s *session) only(t *testing.T, sources ...string) {
	t.Helper()
	list, err := json.Marshal(sources)
	if err != nil {
		t.Fatal(err)
	}
	s.do(t, `
		const model = `+current+`.content.model.sharedModel;
		const before = model.cells.length;
		model.insertCells(before, `+string(list)+`.map(source => ({cell_type: 'code', source: source})));
		model.deleteCellRange(0, before)`)
}

// run starts Run All Cells; window.allDone tells its end.
func (s *session) run(t *testing.T) {
	t.Helper()
	s.do(t, `
		window.allDone = false;
		window.jupyterapp.commands.execute('notebook:run-all-cells').then(() => { window.allDone = true; });`)
}

// firstCell needs to make nothing known: the kernel knows the checkout.
const firstCell = "%noautoget"
