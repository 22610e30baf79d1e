// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package explore

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"coherentgradients/cgkit/experiment"

	"github.com/dustin/go-humanize"
)

// pace is the progress of the run that is being trained, for the status line: [experiment.Run] tells it, the loop asks.
type pace struct {
	now func() time.Time

	mu          sync.Mutex
	begun       bool
	done, total int
	loss        float64
	note        string
	from, next  point // the rate is since from; next takes its place
}

// point is where a run was at a time.
type point struct {
	at   time.Time
	done int
}

// window is how far back the rate looks, at least.
const window = 5 * time.Second

var _ experiment.Progress = (*pace)(nil)

func (p *pace) Begin(_ string, done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	start := point{p.now(), done}
	p.begun, p.done, p.total, p.loss, p.from, p.next = true, done, total, math.NaN(), start, start
}

func (p *pace) Title(string) {}

func (p *pace) Step(done int, loss float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done, p.loss = done, loss
	if now := p.now(); now.Sub(p.next.at) >= window {
		p.from, p.next = p.next, point{now, done}
	}
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
	if !p.begun {
		return "reading data and starting", 0
	}
	text = fmt.Sprintf("%s of %s steps", humanize.Comma(int64(p.done)), humanize.Comma(int64(p.total)))
	if !math.IsNaN(p.loss) {
		text += fmt.Sprintf(", loss %.3g", p.loss)
	}
	made, elapsed := p.done-p.from.done, p.now().Sub(p.from.at)
	if made > 0 && elapsed > 0 {
		rate := float64(made) / elapsed.Seconds()
		left := time.Duration(float64(p.total-p.done) / rate * float64(time.Second)).Round(time.Second)
		text += fmt.Sprintf(", %.3g steps/s, %v left", rate, left)
	} else {
		text += ", compiling"
	}
	if p.note != "" {
		text += " (" + p.note + ")"
	}
	return text, float64(p.done) / float64(max(p.total, 1))
}
