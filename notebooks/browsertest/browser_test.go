// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package browsertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Size of the window.
const width, height = 1400, 1000

// chromium is the browser's path; where there is none, the test is skipped.
func chromium(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("no Chromium, and CI=true: install the package chromium")
	}
	t.Skip("no Chromium: install it to run the notebooks in a browser")
	return ""
}

// startBrowser starts Chromium and listens to its console.
func (s *session) startBrowser(path string) error {
	allocator, closeAll := chromedp.NewExecAllocator(context.Background(),
		chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.NoFirstRun, chromedp.DisableGPU,
		chromedp.WindowSize(width, height), chromedp.Env(mark),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-dev-shm-usage", true), // a container's is small
	)
	page, closePage := chromedp.NewContext(allocator)
	s.page = page
	s.closeBrowser = func() { closePage(); closeAll() }
	// Before any deadline is set: the browser lives as long as the context that starts it.
	if err := chromedp.Do(page, chromedp.EmulateViewport(width, height), focused); err != nil {
		return err
	}
	messages := chromedp.Console(page)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.Type == chromedp.ConsoleError || m.IsException() {
				s.console.add(m.String() + " (" + m.URL + ")")
			}
		}
	}()
	return nil
}

// focused tells the page that it has the focus: without it JupyterLab has no current widget.
func focused(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
	_, err := cdp.Call(ctx, target, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	return chromedp.Void{}, err
}

// console keeps the errors that pages tell.
type console struct {
	mu    sync.Mutex
	lines []string
}

// notOurs are errors of Jupyter's and GoNB's own pages.
var notOurs = []string{
	"gonb_comm already running", // a kernel was started again, or another notebook's was there before
	"gonb_comm from previous kernel",
	"comm_open_ack not received in time", // GoNB waits half a second, which a busy machine may need; the cell tries again
	"/lsp/status",                        // JupyterLab asks for language servers of another kind than the kernel's
}

func (c *console) add(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, known := range notOurs {
		if strings.Contains(line, known) {
			return
		}
	}
	c.lines = append(c.lines, line)
}

func (c *console) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = nil
}

func (c *console) errors() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lines
}

// evaluate is an expression's value in the page.
func evaluate[T any](t testing.TB, s *session, expression string) T {
	t.Helper()
	v, err := chromedp.Run(s.page, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatalf("%.300s: %v", expression, err)
	}
	return v
}

// do evaluates an expression for what it does, and waits for the promise that it may be.
func (s *session) do(t testing.TB, expression string) {
	t.Helper()
	if _, err := chromedp.Run(s.page, chromedp.Evaluate[bool]("(async () => { "+expression+"; return true; })()", chromedp.EvalAwaitPromise)); err != nil {
		t.Fatalf("%.300s: %v", expression, err)
	}
}

// waitFor polls an expression until it is true.
func (s *session) waitFor(t testing.TB, limit time.Duration, what, expression string) {
	t.Helper()
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if ok, err := chromedp.Run(s.page, chromedp.Evaluate[bool](expression)); err == nil && ok {
			return
		}
	}
	t.Fatalf("after %v: no %s", limit, what)
}

// click presses the mouse at a place of an element, from 0 to 1 of its width, once the element lies still and free.
func (s *session) click(t testing.TB, selector string, across float64) {
	t.Helper()
	box, err := chromedp.Run(s.page, chromedp.Evaluate[[]float64](fmt.Sprintf(`(async () => {
		let last = '';
		for (let i = 0; i < 200; i++) {
			const e = document.querySelector('%s');
			e?.scrollIntoView({block: 'center'});
			await new Promise(done => setTimeout(done, 50));
			const r = e?.getBoundingClientRect();
			const at = r && [r.left + %v * r.width, r.top + r.height / 2];
			if (at && last === String(at) && e.contains(document.elementFromPoint(...at))) return at;
			last = String(at);
		}
		return [];
	})()`, selector, across), chromedp.EvalAwaitPromise))
	if err != nil || len(box) != 2 {
		t.Fatalf("%s can't be clicked: %v", selector, err)
	}
	if err := chromedp.Do(s.page, chromedp.MouseClickXY(box[0], box[1])); err != nil {
		t.Fatal(err)
	}
}

// press presses a key where the focus is.
func (s *session) press(t testing.TB, key string, options ...chromedp.KeyOption) {
	t.Helper()
	if err := chromedp.Do(s.page, chromedp.KeyEvent(key, options...)); err != nil {
		t.Fatal(err)
	}
}

// screenshot leaves a picture of the page.
func (s *session) screenshot(t testing.TB, name string) {
	t.Helper()
	folder := os.Getenv("CG_SCREENSHOTS")
	if folder == "" {
		return
	}
	picture, err := chromedp.Run(s.page, chromedp.CaptureScreenshot())
	if err != nil {
		t.Log(err)
		return
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, strings.ReplaceAll(t.Name(), "/", "_")+"_"+name+".png"), picture, 0o644); err != nil {
		t.Fatal(err)
	}
}
