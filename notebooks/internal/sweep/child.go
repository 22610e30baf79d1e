// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/internal/proc"
)

// ChildFlag is the hidden flag of train that makes it a sweep's child: its value is the spec as JSON.
const ChildFlag = "child"

// grace is how long a child may take to save once it is asked to stop: a call of the compiler can't be cut short.
const grace = time.Minute

// worker is a child process, which trains one run after the other: what the first has compiled serves the others of its
// shape.
type worker struct {
	in     io.WriteCloser // its end is what tells the child that we are gone; before, a spec a line
	cancel context.CancelFunc
	ended  chan struct{} // closed when the process is over, all of its output read
	err    error         // why, then
	shapes map[string]bool

	mu         sync.Mutex
	tell       func(event) // of the run trained now
	results    chan event
	heard      bool // anything of it
	complaints *tail
}

// shape names what a run must share with another to be trained by the same compiled code, as far as a spec says.
func shape(s record.Spec) string {
	s.Seed, s.Noise, s.Steps = 0, 0, 1
	return s.ID()
}

// start starts a child with its first spec.
func start(ctx context.Context, r *Run, opt Options) (*worker, error) {
	spec, err := json.Marshal(r.Spec)
	if err != nil {
		return nil, err
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
	ctx, cancel := context.WithCancel(ctx)
	cmd := proc.Command(ctx, grace, opt.Program, args...)
	w := &worker{cancel: cancel, ended: make(chan struct{}), shapes: map[string]bool{}, results: make(chan event, 1), complaints: &tail{}}
	cmd.Stdout, cmd.Stderr = &lines{each: w.take}, w.complaints
	if w.in, err = cmd.StdinPipe(); err != nil {
		cancel()
		return nil, err
	}
	go func() {
		w.err = proc.Run(ctx, cmd) // returns when all output is read
		close(w.ended)
	}()
	return w, nil
}

// take takes a line of the child's output.
func (w *worker) take(line []byte) {
	var e event
	if err := json.Unmarshal(line, &e); err != nil || e.Kind == "" { // some library's word
		return
	}
	w.mu.Lock()
	tell := w.tell
	w.heard = true
	w.mu.Unlock()
	switch {
	case e.Kind == kindResult:
		select {
		case w.results <- e:
		default: // a second one for a run says nothing
		}
	case tell != nil:
		tell(e)
	}
}

// over tells whether the process has ended.
func (w *worker) over() bool {
	select {
	case <-w.ended:
		return true
	default:
		return false
	}
}

// retire ends a child that trains nothing.
func (w *worker) retire() {
	_ = w.in.Close()
	select {
	case <-w.ended:
	case <-time.After(retireTime):
		w.cancel()
		<-w.ended
	}
	w.cancel()
}

// retireTime is how long a child may take to end by itself.
const retireTime = 10 * time.Second

// train runs one run and returns how it ended, in an idle child or, where that is nil or has ended, in a new one. events
// are handed to tell as they come. The child that did it is returned if it can train another.
func train(ctx context.Context, r *Run, opt Options, idle *worker, tell func(event)) (event, *worker) {
	if idle != nil {
		if e, ok := idle.train(ctx, r, tell, true); ok {
			return e, idle.alive(e)
		}
		idle.retire() // it had ended before it took the run
	}
	w, err := start(ctx, r, opt)
	if err != nil {
		return event{State: Failed, Text: err.Error()}, nil
	}
	e, _ := w.train(ctx, r, tell, false)
	return e, w.alive(e)
}

// alive is the worker, if it may be given another run.
func (w *worker) alive(e event) *worker {
	if (e.State == Finished || e.State == Diverged || e.State == Held) && !w.over() {
		return w
	}
	w.retire()
	return nil
}

// train has the child train a run: the one that it was started with, or another. false says that it had ended before it
// took that.
func (w *worker) train(ctx context.Context, r *Run, tell func(event), another bool) (event, bool) {
	w.mu.Lock()
	w.tell, w.heard = tell, false
	w.mu.Unlock()
	w.shapes[shape(r.Spec)] = true
	if another {
		spec, err := json.Marshal(r.Spec)
		if err != nil {
			return event{State: Failed, Text: err.Error()}, true
		}
		if _, err := w.in.Write(append(spec, '\n')); err != nil {
			return event{}, false
		}
	}
	select {
	case e := <-w.results:
		return e, true
	case <-w.ended:
	}
	select {
	case e := <-w.results: // its last word
		return e, true
	default:
	}
	w.mu.Lock()
	heard := w.heard
	w.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return event{State: Interrupted, Text: "stopped before it could say where; it goes on from its last checkpoint"}, true
	case another && !heard:
		return event{}, false
	}
	return event{State: Failed, Text: death(w.err, w.complaints.last())}, true
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
