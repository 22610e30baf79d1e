// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package browsertest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
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

// File > New > Notebook: it lies in the user's own folder, and its first cell imports the project's packages.
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
	s.do(t, current+`.content.activeCell.model.sharedModel.setSource('import "coherentgradients/plots"\n\n%%\nprintln("formats", len(plots.Formats()))')`)
	s.do(t, at)
	s.press(t, kb.Enter, chromedp.KeyModifiers(chromedp.ModifierShift))
	s.waitFor(t, time.Minute, "output of a new notebook's first cell", current+`.content.widgets[0].node.innerText.includes('formats 5')`)
	s.screenshot(t, "ran")
}
