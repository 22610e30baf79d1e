// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package browsertest

import (
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// openPlayground makes the page and opens it from disk.
func openPlayground(t testing.TB) *watched {
	t.Helper()
	w, program := watch(t), command(t)
	file := filepath.Join(t.TempDir(), "playground.html")
	make := exec.Command(program, "playground", "--out", file)
	make.Dir = filepath.Join("..", "..")
	if out, err := make.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := chromedp.Do(w.page, chromedp.Navigate((&url.URL{Scheme: "file", Path: filepath.ToSlash(file)}).String())); err != nil {
		t.Fatal(err)
	}
	w.waitFor(t, time.Minute, "the playground", "window.playground !== undefined && playground.history().length > 0")
	return w
}

// The playground, opened from disk: it computes what the Go code does, and each control changes the world.
func TestPlayground(t *testing.T) {
	w := openPlayground(t)
	var worlds []struct {
		Config map[string]any
		Step   int
		Test   float64
		Loss   float64
		Share  float64
	}
	text, err := os.ReadFile(filepath.Join("..", "playground", "testdata", "numbers.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &worlds); err != nil {
		t.Fatal(err)
	}
	for _, world := range worlds {
		hash := url.Values{"step": {fmt.Sprint(world.Step)}}
		for name, value := range world.Config {
			hash.Set(name, fmt.Sprint(value))
		}
		w.do(t, fmt.Sprintf("location.hash = %q", hash.Encode()))
		w.waitFor(t, time.Minute, "the world of a link", fmt.Sprintf("playground.config().rule === %q && playground.history().at(-1).step === %d",
			world.Config["rule"], world.Step))
		got := evaluate[struct{ Test, Loss, Share float64 }](t, &w.session, "playground.history().at(-1)")
		for name, pair := range map[string][2]float64{"test": {got.Test, world.Test}, "loss": {got.Loss, world.Loss}, "share": {got.Share, world.Share}} {
			if !(math.Abs(pair[0]-pair[1]) < 1e-8) {
				t.Errorf("%v: %s is %v in the browser and %v in Go", world.Config, name, pair[0], pair[1])
			}
		}
	}
	for id, value := range map[string]string{"data": "xor", "noise": "25", "rule": "winsorize", "c": "5", "width": "12", "depth": "3", "rate": "0.1", "batch": "30", "seed": "4"} {
		w.do(t, fmt.Sprintf(`(() => { const e = document.getElementById(%q); e.value = %q; e.dispatchEvent(new Event('input')); e.dispatchEvent(new Event('change')); })()`, id, value))
		if got := evaluate[string](t, &w.session, fmt.Sprintf("String(playground.config()[%q])", id)); got != value {
			t.Errorf("the control %s set to %s gives a world with %s", id, value, got)
		}
	}
	w.do(t, "document.getElementById('speed').value = 'fast'")
	w.press(t, " ")
	w.waitFor(t, time.Minute, "steps", "playground.history().at(-1).step > 20")
	w.press(t, " ")
	at := evaluate[int](t, &w.session, "playground.history().at(-1).step")
	w.press(t, "s")
	if now := evaluate[int](t, &w.session, "playground.history().at(-1).step"); now != at+1 {
		t.Errorf("one step led from %d to %d", at, now)
	}
	w.click(t, "#weights", 0.02) // a weight in the middle of the first column
	w.waitFor(t, time.Minute, "the weight that was clicked", `/weight 1 → \d+ of/.test(document.getElementById('votesnote').textContent)`)
	before := evaluate[string](t, &w.session, "document.getElementById('votesnote').textContent")
	w.do(t, "document.getElementById('weights').focus()")
	w.press(t, kb.ArrowDown)
	w.waitFor(t, time.Minute, "another weight", fmt.Sprintf("document.getElementById('votesnote').textContent !== %q", before))
	w.do(t, "document.getElementById('guides').children[2].click()")
	w.waitFor(t, 2*time.Minute, "the third step's end", "playground.history().at(-1).step === 30 && document.getElementById('run').textContent === 'Run'")
	w.screenshot(t, "playground")
	for _, line := range append(w.seen, w.console.errors()...) {
		t.Error(line)
	}
}

// BenchmarkFrames counts the playground's frames in three seconds while it trains, by data and speed.
//
//	go test -run xxx -bench Frames -benchtime 1x
func BenchmarkFrames(b *testing.B) {
	w := openPlayground(b)
	w.do(b, `(() => { window.frames = { count: 0, from: 0, to: 0 };
		const count = () => { frames.count++; frames.to = performance.now(); requestAnimationFrame(count); }; requestAnimationFrame(count); })()`)
	for _, data := range []string{"xor", "digits"} {
		for _, speed := range []string{"even", "fast"} {
			b.Run(data+"/"+speed, func(b *testing.B) {
				w.do(b, fmt.Sprintf(`(() => { const e = document.getElementById('data'); e.value = %q; e.dispatchEvent(new Event('input')); e.dispatchEvent(new Event('change'));
					document.getElementById('speed').value = %q; document.getElementById('run').click(); })()`, data, speed))
				for range b.N {
					w.do(b, "(() => { frames.count = 0; frames.from = performance.now(); })()")
					time.Sleep(3 * time.Second)
					b.ReportMetric(evaluate[float64](b, &w.session, "1000 * frames.count / (frames.to - frames.from)"), "frames/s")
				}
				b.ReportMetric(0, "ns/op")
				w.do(b, "document.getElementById('run').click()")
			})
		}
	}
}
