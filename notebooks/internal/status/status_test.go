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
