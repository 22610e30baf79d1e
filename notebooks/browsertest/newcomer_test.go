// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package browsertest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// hand counts what a user's hand does.
type hand struct {
	clicks int
	began  time.Time
}

// onText clicks the element of a selector that shows a text, or only points at it.
func (s *session) onText(t *testing.T, h *hand, selector, text string, click bool) {
	t.Helper()
	box, err := chromedp.Run(s.page, chromedp.Evaluate[[]float64](fmt.Sprintf(`(async () => {
		for (let i = 0; i < 200; i++) {
			const found = [...document.querySelectorAll('%s')].find(e => e.innerText.trim().startsWith('%s') && e.getClientRects().length);
			const r = found?.getBoundingClientRect();
			const at = r && [r.left + r.width / 2, r.top + r.height / 2];
			if (at && found.contains(document.elementFromPoint(...at))) return at;
			await new Promise(done => setTimeout(done, 50));
		}
		return [];
	})()`, selector, text), chromedp.EvalAwaitPromise))
	if err != nil || len(box) != 2 {
		t.Fatalf("%s that says %q can't be found: %v", selector, text, err)
	}
	err = chromedp.Do(s.page, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, box[0], box[1]))
	if click && err == nil {
		h.clicks++
		err = chromedp.Do(s.page, chromedp.MouseClickXY(box[0], box[1]))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestNewcomer goes by clicks from a new notebook to a PDF of an own net's figure: File, New, Notebook, the kernel that is
// proposed; Run > Run All Cells of the template that it begins with; and the file is there. It tells how many clicks and seconds
// that takes.
func TestNewcomer(t *testing.T) {
	s := start(t)
	s.open(t, "00_start_here")
	s.leave(t)
	// GoNB tells no status before it is asked for something.
	const ready = current + `?.context?.path?.includes('Untitled') && ` + current + `?.sessionContext?.isReady`
	h := &hand{began: time.Now()}
	s.onText(t, h, ".lm-MenuBar-item", "File", true)
	s.onText(t, h, ".lm-Menu-item", "New", false)
	s.screenshot(t, "menu")
	s.onText(t, h, ".lm-Menu-item", "Notebook", true)
	s.waitFor(t, 30*time.Second, "a new notebook, or the question for its kernel", `document.querySelector('.jp-Dialog .jp-mod-accept') || `+current+`?.context?.path?.includes('Untitled')`)
	for range 50 { // the question comes after the notebook
		if evaluate[bool](t, s, `Boolean(document.querySelector('.jp-Dialog .jp-mod-accept'))`) {
			s.screenshot(t, "kernel")
			s.onText(t, h, ".jp-Dialog .jp-mod-accept", "Select", true)
			break
		}
		if evaluate[bool](t, s, `Boolean(`+ready+`)`) {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	s.waitFor(t, time.Minute, "the new notebook's kernel", `Boolean(`+ready+`)`)
	path := evaluate[string](t, s, current+".context.path")
	folder, title := filepath.Join("..", filepath.FromSlash(filepath.Dir(path))), strings.TrimSuffix(filepath.Base(path), ".ipynb")
	t.Cleanup(func() {
		s.leave(t)
		if strings.HasPrefix(path, "mine/Untitled") {
			_ = os.Remove(filepath.Join("..", filepath.FromSlash(path)))
			for _, made := range []string{title + ".pdf", title + ".tex", title + ".csv"} {
				_ = os.Remove(filepath.Join(folder, "figures", made))
			}
			_ = os.Remove(filepath.Join(folder, "figures")) // if nothing else is in it
		}
	})
	if !strings.HasPrefix(path, "mine/Untitled") {
		t.Fatalf("the new notebook is %s, not in mine", path)
	}
	s.onText(t, h, ".lm-MenuBar-item", "Run", true)
	s.onText(t, h, ".lm-Menu-item", "Run All Cells", true)
	s.waitFor(t, 8*time.Minute, "end of the cells", fmt.Sprintf(`%s.content.widgets.filter(w => w.model.executionCount).length >= 3`, current))
	for i, c := range s.cells(t) {
		if c.Error != "" || c.Missing > 0 {
			t.Fatalf("cell %d: %+v", i+1, c)
		}
	}
	s.screenshot(t, "figure")
	found, _ := filepath.Glob(filepath.Join(folder, "figures", title+"*.pdf"))
	if len(found) != 1 {
		t.Fatalf("in %s are %v", folder, found)
	}
	pdf, err := os.ReadFile(found[0])
	if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF-")) || len(pdf) < 5000 {
		t.Errorf("%s: %d bytes, %v", found[0], len(pdf), err)
	}
	t.Logf("%d clicks, %.0f seconds from File to %s", h.clicks, time.Since(h.began).Seconds(), filepath.Base(found[0]))
}
