// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package status

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestElapsed(t *testing.T) {
	for _, c := range []struct {
		d    time.Duration
		want string
	}{
		{420 * time.Millisecond, "0.4 s"},
		{12 * time.Second, "12 s"},
		{185 * time.Second, "3 min 05 s"},
		{130 * time.Minute, "2 h 10 min"},
	} {
		if got := Elapsed(c.d); got != c.want {
			t.Errorf("Elapsed(%v) = %q, want %q", c.d, got, c.want)
		}
	}
}

func TestPlainLines(t *testing.T) {
	var out bytes.Buffer
	p := New(&out)
	s := p.Start("installing %s", "JupyterLab")
	s.Detail("collecting x")
	s.Done()
	s.Fail() // a second end is ignored, so that it can be deferred
	p.Note("ready")
	got := out.String()
	if !strings.HasPrefix(got, "installing JupyterLab …\ninstalling JupyterLab: done in 0.") || !strings.HasSuffix(got, "ready\n") || strings.Contains(got, "failed") {
		t.Errorf("lines: %q", got)
	}
}

// TestTogether: steps at the same time share one line, and what lasts goes above it.
func TestTogether(t *testing.T) {
	var out bytes.Buffer
	p := New(&out)
	p.terminal = true
	first, second := p.Start("02_strong_and_weak_gradients"), p.Start("03_winsorized_sgd")
	first.Detail("cell 3/8, 12 s: step 700")
	second.Detail("cell 12/12, 1 min 05 s")
	if got, want := p.line(), "02_strong_and…: cell 3/8, 12 s: s… | 03_winsorized…: cell 12/12, 1 min…"; got != want {
		t.Errorf("line %q, want %q", got, want)
	}
	p.Note("a note")
	first.Done()
	if got, want := p.line(), "03_winsorized_sgd: cell 12/12, 1 min 05 s"; got != want {
		t.Errorf("line %q, want %q", got, want)
	}
	second.Fail()
	if p.bar != nil || len(p.steps) != 0 {
		t.Error("there is still a line")
	}
	lines := strings.Split(out.String(), "\n")
	for i, want := range []string{"a note", "02_strong_and_weak_gradients: done in 0.0 s", "03_winsorized_sgd: failed after 0.0 s"} {
		// What a terminal shows of a line is what follows the last return to its start.
		if got := lines[i][strings.LastIndex(lines[i], "\r")+1:]; got != want {
			t.Errorf("lasting line %d is %q, want %q", i, got, want)
		}
	}
	if len(lines) != 4 || lines[3] != "" && !strings.HasSuffix(lines[3], "\r") {
		t.Errorf("left at the end: %q", lines)
	}
}

func TestNilIsSilent(t *testing.T) {
	var p *Printer
	p.Note("x")
	s := p.Start("x")
	s.Detail("y")
	s.Done()
}

func TestCut(t *testing.T) {
	if got := cut("ääääää", 4); got != "äää…" {
		t.Errorf("cut = %q", got)
	}
}
