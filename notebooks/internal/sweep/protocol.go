// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
)

// Kinds of an event.
const (
	kindBegin  = "begin"
	kindStep   = "step"
	kindWait   = "wait"
	kindNote   = "note"
	kindResult = "result"
)

// event is one line that a child prints on its standard output.
type event struct {
	Kind  string   `json:"sweep"`          // one of the kinds; a line without it is something else's
	Done  int      `json:"done,omitempty"` // steps made, of begin, step and an interrupted result
	Total int      `json:"total,omitempty"`
	Loss  *float64 `json:"loss,omitempty"` // absent where it is unknown or not finite
	Text  string   `json:"text,omitempty"` // a note, what is waited for, or what a result says to people
	State State    `json:"state,omitempty"`
}

// Reporter is the child's side: a progress that prints events. It has the manners of [run.Progress].
type Reporter struct {
	mu   sync.Mutex
	out  *json.Encoder
	last time.Time
}

// reportEvery is the time between two events of progress.
const reportEvery = 200 * time.Millisecond

// NewReporter writes to out.
func NewReporter(out io.Writer) *Reporter { return &Reporter{out: json.NewEncoder(out)} }

func (r *Reporter) send(e event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_ = r.out.Encode(e) // a sweep that is gone is noticed elsewhere
}

// Begin implements [run.Progress].
func (r *Reporter) Begin(_ string, done, total int) {
	r.send(event{Kind: kindBegin, Done: done, Total: total})
}

// Title implements [run.Progress]; a single run has no more to say.
func (r *Reporter) Title(string) {}

// Step implements [run.Progress].
func (r *Reporter) Step(done int, loss float64) {
	if now := time.Now(); now.Sub(r.last) >= reportEvery {
		r.last = now
		e := event{Kind: kindStep, Done: done}
		if !math.IsNaN(loss) && !math.IsInf(loss, 0) {
			e.Loss = &loss
		}
		r.send(e)
	}
}

// Wait implements [run.Waiter].
func (r *Reporter) Wait(what string) { r.send(event{Kind: kindWait, Text: what}) }

// Note implements [run.Progress].
func (r *Reporter) Note(line string) { r.send(event{Kind: kindNote, Text: line}) }

// End implements [run.Progress]; what came out is told by Result.
func (r *Reporter) End(string, string) {}

// Result tells how the run ended, from what [run.Run] returned. It is the last event.
func (r *Reporter) Result(rec *record.Record, err error) {
	var held *run.HeldError
	var interrupted *run.InterruptedError
	var diverged *record.DivergedError
	switch {
	case err == nil:
		r.send(event{Kind: kindResult, State: Finished, Text: rec.Summary()})
	case errors.As(err, &diverged):
		r.send(event{Kind: kindResult, State: Diverged, Text: rec.Summary()})
	case errors.As(err, &held):
		r.send(event{Kind: kindResult, State: Held, Text: held.Error()})
	case errors.As(err, &interrupted):
		r.send(event{Kind: kindResult, State: Interrupted, Done: interrupted.Step, Text: interrupted.Error()})
	default:
		text := strings.ReplaceAll(strings.TrimSpace(err.Error()), "\n", "; ") // of joined errors
		r.send(event{Kind: kindResult, State: Failed, Text: text})
	}
}

// UntilParentGone returns a context that also ends when in does, a pipe whose other end the sweep holds: so a run saves
// and stops when its sweep is killed, on any system. Writing into the sweep's closed pipe is then no reason to die
// first. What comes on the pipe before are specs, a line each, of runs to be trained after the first.
func UntilParentGone(ctx context.Context, in io.Reader) (_ context.Context, specs <-chan string, _ context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	broken := make(chan os.Signal, 1)
	signal.Notify(broken, syscall.SIGPIPE) // received and forgotten: the write returns its error
	list := make(chan string)
	go func() {
		defer cancel()
		defer close(list)
		scanner := bufio.NewScanner(in)
		scanner.Buffer(nil, maxLine)
		for scanner.Scan() {
			select {
			case list <- scanner.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	return ctx, list, cancel
}
