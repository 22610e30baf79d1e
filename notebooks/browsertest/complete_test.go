// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package browsertest

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// at puts the cursor at the end of the last cell's text and makes it the one edited.
const at = `
	const notebook = ` + current + `.content;
	notebook.activeCellIndex = notebook.widgets.length - 1;
	notebook.mode = 'edit';
	const editor = notebook.activeCell.editor;
	editor.focus();
	editor.setCursorPosition(editor.getPositionAt(editor.model.sharedModel.getSource().length));`

// Tab completes a symbol of the project, and Shift-Tab shows what it is for.
func TestCompletion(t *testing.T) {
	s := start(t)
	s.open(t, "05_explore")
	s.only(t, firstCell, "import \"coherentgradients/notebooks/study\"\n\n%%\nstudy.Environment()")
	s.run(t)
	s.waitFor(t, 2*time.Minute, "end of the first cells", `window.allDone`)
	s.only(t, "import \"coherentgradients/notebooks/study\"\n\n%%\nstudy.CompareF")
	found := false
	for range 6 { // the first Tab after a kernel's start may give nothing
		s.do(t, at)
		s.press(t, kb.Tab)
		for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline) && !found; time.Sleep(100 * time.Millisecond) {
			// A single candidate is put in at once, several are listed.
			found = evaluate[bool](t, s, current+`.content.activeCell.model.sharedModel.getSource().includes('CompareFigure') ||
				Array.from(document.querySelectorAll('.jp-Completer:not(.lm-mod-hidden) .jp-Completer-item')).some(i => i.innerText.includes('CompareFigure'))`)
		}
		if found {
			break
		}
		s.press(t, kb.Escape)
	}
	s.screenshot(t, "tab")
	if !found {
		t.Fatal("Tab does not complete study.CompareF")
	}
	s.press(t, kb.Escape)
	s.do(t, current+`.content.activeCell.model.sharedModel.setSource('import "coherentgradients/notebooks/study"\n\n%%\nstudy.CompareFigure')`)
	s.do(t, at)
	s.press(t, kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift))
	s.waitFor(t, 20*time.Second, "documentation on Shift-Tab", `document.querySelector('.jp-Tooltip')?.innerText.includes('overlays runs')`)
	s.screenshot(t, "shift-tab")

	// Behind a name among a call's arguments the name is meant, not the call.
	s.press(t, kb.Escape)
	s.do(t, current+`.content.activeCell.model.sharedModel.setSource('import (\n"coherentgradients/notebooks/study"\n"coherentgradients/plots"\n)\n\n%%\nstudy.Save(nil, study.Folder(), "q", plots.Column, plots.PDF)')`)
	s.do(t, strings.Replace(at, "getSource().length", "getSource().indexOf(', plots.PDF')", 1))
	s.press(t, kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift))
	s.waitFor(t, 20*time.Second, "documentation of the name before the cursor", `document.querySelector('.jp-Tooltip')?.innerText.includes('3.35 inches')`)
	s.screenshot(t, "shift-tab-argument")
	if text := evaluate[string](t, s, `document.querySelector('.jp-Tooltip').innerText`); strings.Contains(text, "pkg.go.dev") || strings.Contains(text, "Folder") {
		t.Errorf("it says %q", text)
	}
}
