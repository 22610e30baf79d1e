// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package progress

import (
	"bytes"
	"coherentgradients/cgkit/run"
	"strings"
	"sync"
	"testing"
	"time"
)

type listened struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	text string
	came chan struct{}
}

func listenFor(text string) *listened { return &listened{text: text, came: make(chan struct{})} }

func (l *listened) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buf.Write(p)
	select {
	case <-l.came:
	default:
		if strings.Contains(l.buf.String(), l.text) {
			close(l.came)
		}
	}
	return len(p), nil
}

// steady is a clock that goes on by itself: a second at every look.
type steady struct {
	mu sync.Mutex
	t  time.Time
}

func (s *steady) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.t = s.t.Add(time.Second)
	return s.t
}

// TestProgressShowsWaiting: the clock goes on while the caller is busy, on every kind of progress, and stops with it.
func TestProgressShowsWaiting(t *testing.T) {
	fast := func() ticker { return ticker{every: time.Millisecond} }
	for name, make := range map[string]func(out *listened, now func() time.Time) run.Progress{
		"bar": func(out *listened, now func() time.Time) run.Progress {
			return &barProgress{out: out, now: now, tick: fast()}
		},
		"plain": func(out *listened, now func() time.Time) run.Progress {
			return &plainProgress{out: out, now: now, tick: fast()}
		},
		"notebook": func(out *listened, now func() time.Time) run.Progress {
			return &notebookProgress{out: out, now: now, ticker: fast(), sync: func() {}, update: func(_, html string) { _, _ = out.Write([]byte(html)) }}
		},
	} {
		t.Run(name, func(t *testing.T) {
			out := listenFor("compiling, 4")
			p := make(out, (&steady{t: time.Unix(1000, 0)}).now)
			p.Begin("mnist-x", 0, 60_000)
			run.Wait(p, "compiling")
			<-out.came
			run.Wait(p, "")
			out.mu.Lock()
			before := out.buf.Len()
			out.mu.Unlock()
			p.Step(100, 0.5)
			p.End("", "")
			if rest := out.buf.String()[before:]; strings.Contains(rest, "compiling") {
				t.Errorf("still compiling: %q", rest)
			}
		})
	}
	run.Wait(run.Silent, "compiling") // knows nothing of it, and need not
}
