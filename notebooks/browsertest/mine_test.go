// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package browsertest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A committed notebook can be changed and run, but not saved: it stays as it is on the disk. Kept under another name it
// is the user's own.
func TestTutorialsStayAsTheyAre(t *testing.T) {
	s := start(t)
	const name = "00_start_here"
	file := filepath.Join("..", name+".ipynb")
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s.open(t, name)
	s.waitFor(t, time.Minute, "its kernel", current+`.sessionContext.session?.kernel?.info && `+current+`.sessionContext.isReady`)
	s.do(t, `await `+current+`.sessionContext.session.kernel.info`)
	if evaluate[bool](t, s, current+`.context.model.dirty`) {
		t.Error("a notebook that was only opened counts as changed")
	}
	s.do(t, `delete `+current+`.context.save`) // JupyterLab's own again
	s.screenshot(t, "opened")
	s.do(t, current+`.content.model.sharedModel.insertCell(0, {cell_type: 'code', source: '%%\nprintln("mine")'});
		`+current+`.content.activeCellIndex = 0;
		await window.jupyterapp.commands.execute('notebook:run-cell')`)
	s.waitFor(t, time.Minute, "output of a changed cell", current+`.content.widgets[0].node.innerText.includes('mine')`)
	s.do(t, `window.jupyterapp.commands.execute('docmanager:save')`)
	s.waitFor(t, 20*time.Second, "word that it is read-only", `/read-only/i.test(document.querySelector('.jp-Dialog, .jp-Notification, .Toastify')?.innerText ?? '')`)
	s.screenshot(t, "save")
	s.do(t, `document.querySelector('.jp-Dialog .jp-mod-accept')?.click()`)
	after, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(after) != string(before) {
		t.Error("the committed notebook was rewritten")
	}
}

// File > New > Notebook: it lies in the user's own folder, begins with the template, and imports the project's packages.
func TestNewNotebook(t *testing.T) {
	s := start(t)
	s.open(t, "00_start_here")
	s.leave(t)
	s.do(t, `
		const made = await window.jupyterapp.commands.execute('notebook:create-new', {cwd: '', kernelName: 'gonb'});
		await made.sessionContext.ready`)
	path := evaluate[string](t, s, current+".context.path")
	if !strings.HasPrefix(path, "mine/Untitled") {
		t.Errorf("the new notebook is %s, not in mine", path)
	}
	t.Cleanup(func() {
		s.leave(t)
		if strings.HasPrefix(path, "mine/Untitled") {
			_ = os.Remove(filepath.Join("..", filepath.FromSlash(path)))
		}
	})
	s.waitFor(t, time.Minute, "the new notebook's kernel", current+`.sessionContext.session?.kernel?.status === 'idle' || `+current+`.sessionContext.isReady`)
	s.waitFor(t, 20*time.Second, "the file panel in its folder", `[...document.querySelectorAll('.jp-BreadCrumbs-item')].some(e => e.innerText.trim() === 'mine')`)
	if first := evaluate[string](t, s, current+`.content.widgets[0].model.sharedModel.getSource()`); !strings.HasPrefix(first, "# A question of your own\n") {
		t.Errorf("the new notebook begins with %q", first)
	}
	s.do(t, current+`.content.model.sharedModel.insertCell(0, {cell_type: 'code', source: ''}); `+current+`.content.activeCellIndex = 0`)
	s.do(t, current+`.content.activeCell.model.sharedModel.setSource('import (\n"coherentgradients/plots"\n"github.com/gomlx/compute/dtypes"\n)\n\n%%\nprintln("formats", len(plots.Formats()), dtypes.Float32.String())')`)
	s.do(t, current+`.content.activeCellIndex = 0; window.jupyterapp.commands.execute('notebook:run-cell')`)
	s.waitFor(t, time.Minute, "output of a new notebook's first cell", current+`.content.widgets[0].node.innerText.includes('formats 5 Float32')`)
	s.screenshot(t, "ran")
}

// A tutorial that is saved among the user's own notebooks keeps its links, and the folder of saved figures is shown there.
func TestCopiesKeepLinks(t *testing.T) {
	s := start(t)
	s.open(t, "00_start_here")
	mine := filepath.Join("..", "mine")
	folder := filepath.Join(mine, "links-test")
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	if err := os.MkdirAll(filepath.Join(folder, "figures"), 0o755); err != nil {
		t.Fatal(err)
	}
	const links = "[next](01_label_noise.ipynb#top), [code](../cgkit/doc.go), [led](../../01_label_noise.ipynb), [web](https://go.dev), [none](nothing.ipynb)"
	const want = "[next](../../01_label_noise.ipynb#top), [code](../../../cgkit/doc.go), [led](../../01_label_noise.ipynb), [web](https://go.dev), [none](nothing.ipynb)"
	const contents = `window.jupyterapp.serviceManager.contents`
	for i := range 2 { // saving it again changes nothing
		s.do(t, fmt.Sprintf(`
			const path = 'mine/links-test/copy.ipynb';
			const content = %d ? (await `, i)+contents+`.get(path)).content : {nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [{cell_type: 'markdown', id: 'a', metadata: {}, source: '`+links+`'}]};
			await `+contents+`.save(path, {type: 'notebook', format: 'json', content});
			window.copied = (await `+contents+`.get(path)).content.cells[0].source;`)
		if got := evaluate[string](t, s, "window.copied"); got != want {
			t.Errorf("links are\n%s, want\n%s", got, want)
		}
	}
	s.do(t, `window.shown = (await `+contents+`.get('mine/links-test')).content.some(e => e.name === 'figures') &&
		!(await `+contents+`.get('')).content.some(e => e.name === 'figures' || e.name === 'internal')`)
	if !evaluate[bool](t, s, "window.shown") {
		t.Error("the folder of figures is not shown, or the project's own are")
	}
}
