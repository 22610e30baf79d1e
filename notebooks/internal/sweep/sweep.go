// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/dustin/go-humanize"

	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
)

// Options say how runs are trained.
type Options struct {
	Store       *record.Store // where records are looked for
	Out         string        // folder of the records as the children are told, "" for the default store
	Jobs        int           // runs at a time
	SaveWeights bool
	Program     string // the program to start children from
	Board       Board  // told how it goes
}

// How often the overview is drawn, and how runs that another process holds are looked at again once nothing else is
// left: looks times, with a pause before each but the first.
var (
	drawEvery = 250 * time.Millisecond
	heldPause = 3 * time.Second
)

const heldLooks = 3

// sweep is the state of one sweep; only the goroutine of Train touches it.
type sweep struct {
	opt   Options
	runs  []*Run
	queue []*Run
	held  []*Run
	idle  []*worker
	looks int

	active   []*active
	messages chan message
	meter    meter
	labels   map[*Run]string
}

// message is what a child's goroutine tells: an event, or the end.
type message struct {
	of    *active
	event event
	ended bool
	idle  *worker // that has trained it and can train another; nil: none
}

// Train trains the runs that are not finished and leaves in each how it ended. When ctx ends, the children save and
// stop, which it waits for.
func Train(ctx context.Context, runs []*Run, opt Options) {
	s := &sweep{opt: opt, runs: runs, messages: make(chan message), labels: labels(runs)}
	for _, r := range runs {
		switch r.State {
		case Missing, Started:
			s.queue = append(s.queue, r)
		case Finished, Diverged:
			run.Tidy(opt.Store, r.Spec) // what killed runs have left
		}
	}
	tick := time.NewTicker(drawEvery)
	defer tick.Stop()
	defer opt.Board.Close()
	defer func() {
		for _, w := range s.idle {
			w.retire()
		}
	}()
	stopping := false
	for {
		for len(s.active) < opt.Jobs && len(s.queue) > 0 && ctx.Err() == nil {
			s.next(ctx)
		}
		if len(s.active) == 0 && (ctx.Err() != nil || !s.lookAgain(ctx)) {
			return
		}
		if ctx.Err() != nil && !stopping {
			stopping = true
			opt.Board.Note("stopping: what is running is saved first")
		}
		if len(s.active) == 0 {
			continue
		}
		select {
		case m := <-s.messages:
			s.handle(ctx, m)
		case <-tick.C:
			opt.Board.Draw(s.overview(time.Now()))
		}
	}
}

// next starts the first run of the queue, unless it was finished meanwhile.
func (s *sweep) next(ctx context.Context) {
	r := s.queue[0]
	s.queue = s.queue[1:]
	if r.look(s.opt.Store); r.State != Missing && r.State != Started {
		s.opt.Board.Note(s.labels[r] + ": " + r.Describe() + " meanwhile, elsewhere")
		return
	}
	a := &active{run: r, started: time.Now()}
	r.State = Running
	s.active = append(s.active, a)
	idle := s.worker(r)
	go func() {
		end, worker := train(ctx, r, s.opt, idle, func(e event) { s.messages <- message{of: a, event: e} })
		s.messages <- message{of: a, event: end, ended: true, idle: worker}
	}()
}

// worker takes an idle child, one that has trained a run of the same shape if there is one; nil where none is idle.
func (s *sweep) worker(r *Run) *worker {
	if len(s.idle) == 0 {
		return nil
	}
	at := max(0, slices.IndexFunc(s.idle, func(w *worker) bool { return w.shapes[shape(r.Spec)] }))
	w := s.idle[at]
	s.idle = slices.Delete(s.idle, at, at+1)
	return w
}

// handle takes in what a child told.
func (s *sweep) handle(ctx context.Context, m message) {
	a, r := m.of, m.of.run
	switch {
	case m.event.Kind == kindNote && !m.ended:
		s.opt.Board.Note(m.event.Text)
		return
	case !m.ended:
		s.meter.cost += r.remaining(a.step()) - r.remaining(max(a.step(), m.event.Done))
		a.take(m.event, time.Now())
		return
	}
	for i := range s.active {
		if s.active[i] == a {
			s.active = append(s.active[:i], s.active[i+1:]...)
			break
		}
	}
	if m.idle != nil {
		s.idle = append(s.idle, m.idle)
	}
	s.meter.spent += a.meter.Spent(time.Now())
	r.State, r.Text = m.event.State, m.event.Text
	if r.State == Interrupted && ctx.Err() == nil {
		r.State, r.Text = Failed, "somebody ended its process: "+r.Text
	}
	took := time.Since(a.started).Round(time.Second)
	s.opt.Board.Draw(s.overview(time.Now())) // without the run that is over
	switch r.State {
	case Finished, Diverged:
		s.meter.cost += r.remaining(a.step())
		r.NoWeights = false
		s.looks = 0
		s.opt.Board.Note(fmt.Sprintf("%s (%s)", r.Text, took))
	case Held:
		s.held = append(s.held, r)
		if s.looks == 0 {
			s.opt.Board.Note(r.Text[:cutAt(r.Text, "; ")] + ": looked at again at the end")
		}
	case Interrupted:
		r.Step = max(m.event.Done, a.step())
		s.opt.Board.Note(r.Text)
	case Failed:
		s.opt.Board.Note(s.labels[r] + ": failed: " + r.Text)
	}
}

// lookAgain puts the runs that others held back into the queue; false when there are none, or they have been looked at
// often enough: then somebody else is training them, which is as good.
func (s *sweep) lookAgain(ctx context.Context) bool {
	if len(s.queue) > 0 {
		return true
	}
	if len(s.held) == 0 || s.looks >= heldLooks {
		return false
	}
	if s.looks > 0 {
		timer := time.NewTimer(heldPause)
		defer timer.Stop()
		select {
		case <-ctx.Done():
			return false
		case <-timer.C:
		}
	}
	s.looks++
	s.queue, s.held = s.held, nil
	for _, r := range s.queue {
		r.State = Missing
	}
	return true
}

// overview is a line for each running run, and one for the whole.
func (s *sweep) overview(now time.Time) []string {
	var lines []string
	var left float64
	var longest time.Duration // of those running, which the whole can't be shorter than
	for _, a := range s.active {
		lines = append(lines, s.labels[a.run]+"  "+a.line(now))
		if d, ok := a.meter.Left(now); ok {
			longest = max(longest, d)
		}
		left += a.run.remaining(a.step())
	}
	for _, r := range s.queue {
		left += r.remaining(r.Step)
	}
	count := map[State]int{}
	for _, r := range s.runs {
		count[r.State]++
	}
	total := fmt.Sprintf("%s of %s runs ready", humanize.Comma(int64(count[Finished]+count[Diverged])), humanize.Comma(int64(len(s.runs))))
	for _, other := range []State{Diverged, Failed, Damaged, Held} {
		if n := count[other]; n > 0 {
			total += fmt.Sprintf(", %d %s", n, other)
		}
	}
	if d, ok := s.meter.left(left, s.active, min(s.opt.Jobs, len(s.active)+len(s.queue)), now); ok {
		total += ", about " + duration(max(d, longest)) + " left"
	} else {
		total += ", time left not known yet"
	}
	return append(lines, total)
}
