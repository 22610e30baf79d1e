// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"coherentgradients/notebooks/internal/proc"
)

// ChildFlag is the hidden flag of train that makes it a sweep's child: its value is the spec as JSON.
const ChildFlag = "child"

// grace is how long a child may take to save once it is asked to stop: a call of the compiler can't be cut short.
const grace = time.Minute

// train runs one run in a child process and returns how it ended. events are handed to tell as they come.
func train(ctx context.Context, r *Run, opt Options, tell func(event)) event {
	spec, err := json.Marshal(r.Spec)
	if err != nil {
		return event{State: Failed, Text: err.Error()}
	}
	args := []string{"train", "--" + ChildFlag + "=" + string(spec)}
	if opt.Out != "" {
		args = append(args, "--out="+opt.Out)
	}
	if r.Measure != "" {
		args = append(args, "--measure="+string(r.Measure))
	}
	if opt.SaveWeights {
		args = append(args, "--save-weights")
	}
	cmd := proc.Command(ctx, grace, opt.Program, args...)
	var result *event
	out := &lines{each: func(line []byte) {
		var e event
		switch err := json.Unmarshal(line, &e); {
		case err != nil || e.Kind == "": // some library's word
		case e.Kind == kindResult:
			result = &e
		default:
			tell(e)
		}
	}}
	complaints := &tail{}
	cmd.Stdout, cmd.Stderr = out, complaints
	in, err := cmd.StdinPipe() // never written to: its end is what tells the child that we are gone
	if err != nil {
		return event{State: Failed, Text: err.Error()}
	}
	defer in.Close()
	err = proc.Run(ctx, cmd) // returns when all output is read
	if result != nil {
		return *result
	}
	if ctx.Err() != nil {
		return event{State: Interrupted, Text: "stopped before it could say where; it goes on from its last checkpoint"}
	}
	return event{State: Failed, Text: death(err, complaints.last())}
}

// death says why a child that told no result ended.
func death(err error, complaint string) string {
	text := "its process ended without a result"
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		text = "its process ended by " + exit.String()
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() && status.Signal() == syscall.SIGKILL {
			text += ", as the system does for want of memory; fewer --jobs need less"
		}
	} else if err != nil {
		text = fmt.Sprintf("its process could not be run: %v", err)
	}
	if complaint != "" {
		text += ": " + strings.TrimPrefix(complaint, "error: ")
	}
	return text
}

// maxLine bounds a line of output; no event is nearly as long.
const maxLine = 64 << 10

// lines is a writer that hands over whole lines. Longer ones than maxLine are dropped.
type lines struct {
	each   func(line []byte)
	buffer []byte
	skip   bool
}

func (l *lines) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		end := bytes.IndexByte(rest, '\n')
		piece := rest
		if end >= 0 {
			piece = rest[:end]
		}
		if l.skip = l.skip || len(l.buffer)+len(piece) > maxLine; !l.skip {
			l.buffer = append(l.buffer, piece...)
		}
		if end < 0 {
			break
		}
		if !l.skip {
			l.each(l.buffer)
		}
		l.buffer, l.skip = l.buffer[:0], false
		rest = rest[end+1:]
	}
	return len(p), nil
}

// tail is a writer that keeps the end of what it gets.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if over := len(t.text) - 4096; over > 0 {
		t.text = append(t.text[:0], t.text[over:]...)
	}
	return len(p), nil
}

// last is the line that says best what went wrong: the error or panic if there is one, else the last.
func (t *tail) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := strings.Split(strings.TrimSpace(string(t.text)), "\n")
	for _, line := range all {
		for _, start := range []string{"error: ", "panic: ", "fatal error: "} {
			if strings.HasPrefix(line, start) {
				return shortenTo(line, 300)
			}
		}
	}
	return shortenTo(strings.TrimSpace(all[len(all)-1]), 300)
}
