// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"context"
	"strings"
	"testing"
	"time"

	"coherentgradients/cgkit/run"
)

// heard is a progress that keeps its last line.
type heard struct {
	run.Progress
	end chan string
}

func (h heard) End(line, _ string) { h.end <- line }

// A cell that is stopped while XLA compiles ends with a word; one that trains, or is done, is left to save and end by
// itself.
func TestStoppedWhileCompiling(t *testing.T) {
	for _, c := range []struct {
		name string
		does func(l *leaving, stop, over func())
		ends bool
	}{
		{"compiling", func(l *leaving, stop, _ func()) { l.Wait("compiling (40 s the last time)"); stop() }, true},
		{"training", func(l *leaving, stop, _ func()) { l.Wait("compiling"); l.Wait(""); stop() }, false},
		{"done", func(l *leaving, stop, over func()) { l.Wait("compiling"); over(); stop() }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			code := make(chan int, 1)
			before := exit
			exit = func(c int) { code <- c }
			defer func() { exit = before }()
			h := heard{run.Silent, make(chan string, 1)}
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			over := make(chan struct{})
			l := &leaving{Progress: h}
			done := make(chan struct{})
			go func() { l.watch(ctx, over, 10*time.Millisecond); close(done) }()
			c.does(l, stop, func() { close(over) })
			<-done
			if !c.ends {
				if len(code) > 0 || len(h.end) > 0 {
					t.Error("the cell was ended")
				}
				return
			}
			if line := <-h.end; <-code != 1 || !strings.Contains(line, "nothing is lost") {
				t.Errorf("it ends with %q", line)
			}
			l.Wait("") // the compiler comes to its end later: nobody is told
			if l.what == "" {
				t.Error("a cell that was left goes on")
			}
		})
	}
}
