// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package explore

import (
	"strings"
	"sync"
	"time"

	"coherentgradients/cgkit/run"
)

// pace is the progress of the run that is being trained, for the status line: [run.Run] tells it, the loop asks.
type pace struct {
	now func() time.Time

	mu    sync.Mutex
	meter run.Meter
	note  string
}

var (
	_ run.Progress = (*pace)(nil)
	_ run.Waiter   = (*pace)(nil)
)

func (p *pace) Begin(_ string, done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.meter.Begin("", done, total, p.now())
}

// Wait implements [run.Waiter].
func (p *pace) Wait(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.meter.Wait(what, p.now())
}

func (p *pace) Title(string) {}

func (p *pace) Step(done int, loss float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.meter.Step(done, loss, p.now())
}

func (p *pace) Note(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, said, found := strings.Cut(line, ": "); found { // the run is named already
		line = said
	}
	p.note = line
}

func (p *pace) End(string, string) {}

// line is the state in words: "1,200 of 3,000 steps, loss 0.123, 410 steps/s, 4s left". share is how much is done.
func (p *pace) line() (text string, share float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.meter.Begun() {
		return "reading data and starting", 0
	}
	text = p.meter.Line(p.now())
	if p.note != "" {
		text += " (" + p.note + ")"
	}
	return text, float64(p.meter.Done) / float64(max(p.meter.Total, 1))
}
