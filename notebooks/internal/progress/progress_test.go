// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package progress

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"
)

// clock is a time that moves when told to.
type stillClock struct{ t time.Time }

func (c *stillClock) now() time.Time { return c.t }

func (c *stillClock) pass(d time.Duration) { c.t = c.t.Add(d) }

func TestPlainProgress(t *testing.T) {
	var out bytes.Buffer
	c := &stillClock{time.Unix(0, 0)}
	p := &plainProgress{out: &out, now: c.now}
	p.Begin("mnist-x", 10_000, 60_000) // going on from a checkpoint
	p.Note("a note")
	for step := 10_100; step <= 60_000; step += 100 {
		c.pass(time.Second)
		p.Step(step, 0.25)
	}
	p.End("done", "8m20s")
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	want := map[int]string{
		0:              "mnist-x: 10,000 of 60,000 steps",
		1:              "a note",
		2:              "mnist-x: 13,000 of 60,000 steps, loss 0.25, 100 steps/s, 7m50s left",
		len(lines) - 1: "done (8m20s)",
	}
	for i, text := range want {
		if lines[i] != text {
			t.Errorf("line %d = %q, want %q", i, lines[i], text)
		}
	}
	if len(lines) != 2+16+1 { // 500 s, a line each 30 s
		t.Errorf("%d lines:\n%s", len(lines), out.String())
	}
}

func TestNotebookProgress(t *testing.T) {
	var out bytes.Buffer
	c := &stillClock{time.Unix(0, 0)}
	blocks := map[string]string{}
	updates, syncs := 0, 0
	p := &notebookProgress{out: &out, now: c.now, sync: func() { syncs++ },
		update: func(id, html string) { blocks[id] = html; updates++ }}
	p.Begin("a<b", 0, 1000)
	for step := 1; step <= 1000; step++ {
		c.pass(time.Millisecond)
		p.Step(step, math.NaN())
		if step == 500 {
			for _, html := range blocks {
				for _, word := range []string{"a&lt;b", "500 of 1,000", `value="500"`, `max="1000"`, "steps/s", "left"} {
					if !strings.Contains(html, word) {
						t.Errorf("%q lacks %q", html, word)
					}
				}
			}
		}
	}
	if updates != 5 {
		t.Errorf("%d updates in a second, want 5", updates)
	}
	p.End("the record", "12s")
	if len(blocks) != 1 {
		t.Errorf("%d blocks", len(blocks))
	}
	for _, html := range blocks {
		if html != "" {
			t.Errorf("not cleared: %q", html)
		}
	}
	// What stays in the notebook has no time in it.
	if out.String() != "the record\n" || syncs != 1 {
		t.Errorf("printed %q, synced %d times", out.String(), syncs)
	}
	p.End("loaded only", "loaded")
	if out.String() != "the record\nloaded only\n" || len(blocks) != 1 {
		t.Errorf("printed %q", out.String())
	}
}

func TestBarProgress(t *testing.T) {
	var out bytes.Buffer
	c := &stillClock{time.Unix(0, 0)}
	p := &barProgress{out: &out, now: c.now}
	p.Begin("mnist-x", 50, 100)
	c.pass(time.Second)
	p.Step(75, 0.5)
	p.Note("a note")
	p.Step(100, 0.5)
	p.Title("mnist-y")
	p.End("the record", "2s")
	text := out.String()
	for _, word := range []string{"mnist-x", "50/100", "a note\n", "the record (2s)\n"} {
		if !strings.Contains(text, word) {
			t.Errorf("%q lacks %q", text, word)
		}
	}
	if strings.Count(text, "\n") != 4 { // the two titles, the note, the end
		t.Errorf("the bar leaves lines behind: %q", text)
	}
	out.Reset()
	p.Begin("nothing to do", 0, 0)
	p.Step(0, 1)
	p.End("", "")
	if out.String() != "nothing to do\n" {
		t.Errorf("printed %q", out.String())
	}
}

func TestNewProgress(t *testing.T) {
	if _, ok := NewProgress().(*notebookProgress); ok {
		t.Error("a test is no notebook")
	}
}
