// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package browsertest

import (
	"bufio"
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// startLab runs the project's command in a process group of its own and returns JupyterLab's address.
func startLab(t *testing.T, env ...string) *url.URL {
	t.Helper()
	cmd := exec.Command("go", "run", "./notebooks", "lab", "--no-browser", "--expose-app", "--no-completion")
	cmd.Dir = filepath.Join("..", "..")
	cmd.Env = append(os.Environ(), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var log strings.Builder
	cmd.Stderr = &log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGINT)
		done := make(chan error, 1)
		go func() { done <- cmd.Wait() }()
		select {
		case <-done:
		case <-time.After(30 * time.Second):
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			t.Error("lab did not end within 30 s of an interrupt")
		}
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if u, err := url.Parse(strings.TrimSpace(lines.Text())); err == nil && u.Scheme == "http" {
			return u
		}
	}
	t.Fatalf("lab printed no address:\n%s", log.String())
	return nil
}

// browser starts Chromium, or skips the test where there is none.
func browser(t *testing.T) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("no Chromium, and CI is set: install the package chromium")
		}
		t.Skip("no Chromium: install it to run the notebooks in a browser")
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.NoFirstRun, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1400, 1000),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
	}
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	// Before any deadline is set: the browser lives as long as the context that starts it.
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1400, 1000), focused); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// focused tells the page that it has the focus: without it JupyterLab has no current widget.
func focused(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
	_, err := cdp.Call(ctx, target, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	return chromedp.Void{}, err
}

// open shows a notebook in a fresh workspace and waits for its kernel.
func open(t *testing.T, ctx context.Context, lab *url.URL, name string) {
	t.Helper()
	page := *lab
	page.Path = "/lab/workspaces/test/tree/" + name + ".ipynb"
	page.RawQuery = lab.RawQuery + "&reset"
	if err := chromedp.Do(ctx, chromedp.Navigate(page.String())); err != nil {
		t.Fatal(err)
	}
	waitFor(t, ctx, time.Minute, "the notebook's kernel", `Boolean(window.jupyterapp?.shell?.currentWidget?.sessionContext?.isReady)`)
}

// waitFor polls an expression until it is true.
func waitFor(t *testing.T, ctx context.Context, limit time.Duration, what, expression string) {
	t.Helper()
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		if ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression)); err == nil && ok {
			return
		}
	}
	screenshot(t, ctx, "timeout")
	t.Fatalf("after %v: no %s", limit, what)
}

// screenshot leaves a picture of the page.
func screenshot(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	folder := os.Getenv("CG_SCREENSHOTS")
	if folder == "" {
		return
	}
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
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

// cell is what a code cell shows after it has run.
type cell struct {
	Count   string   `json:"count"`   // execution count as JupyterLab's model has it
	Error   string   `json:"error"`   // of an error output
	Figures []string `json:"figures"` // "width×height" of each picture that the browser has decoded
	Missing int      `json:"missing"` // pictures that it has not
}

const readCells = `(() => {
  const widget = window.jupyterapp.shell.currentWidget;
  return widget.content.widgets.filter(w => w.model.type === 'code').map(w => {
    const error = w.model.outputs.toJSON ? w.model.outputs.toJSON().find(o => o.output_type === 'error') : null;
    const pictures = Array.from(w.node.querySelectorAll('.jp-OutputArea-output img'));
    return {
      count: String(w.model.executionCount ?? ''),
      error: error ? error.ename + ': ' + error.evalue : '',
      figures: pictures.filter(i => i.naturalWidth > 0).map(i => i.naturalWidth + '×' + i.naturalHeight),
      missing: pictures.filter(i => !(i.naturalWidth > 0)).length,
    };
  });
})()`

// Every notebook runs by Run All Cells: each cell ends without an error, progress shows while it works, and each figure
// is really there.
func TestRunAllCells(t *testing.T) {
	ctx := browser(t)
	dataset := os.Getenv("CG_DATASET") // to watch it on real data
	if dataset == "" {
		dataset = "glyphs"
	}
	lab := startLab(t, "CG_MODE=quick", "CG_DATASET="+dataset, "CG_RUNS="+t.TempDir())
	files, err := filepath.Glob(filepath.Join("..", "*.ipynb"))
	if err != nil || len(files) == 0 {
		t.Fatalf("notebooks %v, %v", files, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".ipynb")
		t.Run(name, func(t *testing.T) {
			before, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			open(t, ctx, lab, name)
			if err := chromedp.Do(ctx, void(chromedp.Evaluate[bool](`(() => {
				window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs');
				window.allDone = false; window.sawProgress = false;
				const seen = new MutationObserver(() => { if (/steps?\b.*left/.test(document.querySelector('.jp-Notebook')?.innerText ?? '')) window.sawProgress = true; });
				seen.observe(document.body, {subtree: true, childList: true, characterData: true});
				window.jupyterapp.commands.execute('notebook:run-all-cells').then(() => { window.allDone = true; });
				return true; })()`))); err != nil {
				t.Fatal(err)
			}
			waitFor(t, ctx, 5*time.Minute, "end of Run All Cells", `window.allDone === true`)
			cells, err := chromedp.Run(ctx, chromedp.Evaluate[[]cell](readCells))
			if err != nil {
				t.Fatal(err)
			}
			figures := 0
			for i, c := range cells {
				if c.Error != "" || c.Count != fmt.Sprint(i+1) || c.Missing > 0 {
					t.Errorf("code cell %d: %+v", i+1, c)
				}
				figures += len(c.Figures)
			}
			if figures == 0 {
				t.Error("no figure is visible")
			}
			t.Logf("%d cells, %d figures: %+v", len(cells), figures, cells)
			if progress, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`window.sawProgress`)); err != nil || !progress {
				t.Errorf("no progress with a time left was seen while it ran (%v)", err)
			}
			for _, at := range []string{"end", "figure"} {
				script := `window.jupyterapp.shell.currentWidget.content.scrollToItem(window.jupyterapp.shell.currentWidget.content.widgets.length - 1, 'end'); true`
				if at == "figure" {
					script = `document.querySelector('.jp-OutputArea-output img')?.scrollIntoView({block: 'center'}); true`
				}
				if err := chromedp.Do(ctx, void(chromedp.Evaluate[bool](script)), chromedp.Sleep(time.Second)); err != nil {
					t.Log(err)
				}
				screenshot(t, ctx, at)
			}
			if err := os.WriteFile(file, before, 0o644); err != nil { // JupyterLab may have saved it
				t.Fatal(err)
			}
		})
	}
}

// void drops an action's value.
func void[T any](a chromedp.Action[T]) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := a(ctx, target)
		return chromedp.Void{}, err
	}
}
