// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"fmt"
	"math"
	"os"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/janpfeifer/gonb/gonbui"
)

// Progress shows how far a run is. Calls come from one goroutine: Begin once, Title and Step in between, End once at
// the end of what was begun; Note at any time, also outside.
type Progress interface {
	// Begin starts showing: done of total steps are made already. total may be 0.
	Begin(title string, done, total int)
	// Title changes what is being done, as the run of several that is trained now.
	Title(title string)
	// Step says that done steps are made, and the loss over the last of them, NaN where none is known.
	Step(done int, loss float64)
	// Note shows a line that stays: a warning, or that a run goes on from a checkpoint.
	Note(line string)
	// End stops showing. line says what came out and stays, "" for nothing; detail is what differs from run to run, as
	// the time taken, and is left out of what notebooks keep. End also comes without Begin, for what was only loaded.
	End(line, detail string)
}

// NewProgress returns the progress for where the program runs: in a notebook's cell, in a terminal, or into a file.
func NewProgress() Progress {
	if gonbui.IsNotebook {
		return newNotebookProgress()
	}
	return NewTerminalProgress(os.Stderr)
}

// Silent shows nothing.
var Silent Progress = silent{}

type silent struct{}

func (silent) Begin(string, int, int) {}
func (silent) Title(string)           {}
func (silent) Step(int, float64)      {}
func (silent) Note(string)            {}
func (silent) End(string, string)     {}

// rateWindow is how far back the rate looks, at least, and at most twice as far once it has run that long. The
// evaluations of the first hundred steps take longer than the steps: a rate since the start would promise hours.
const rateWindow = 15 * time.Second

// meter measures the rate and the time left.
type meter struct {
	title       string
	done, total int
	loss        float64
	from, next  mark // the rate is since from; next takes its place
}

// mark is where a run was at a time.
type mark struct {
	at   time.Time
	done int
}

func (m *meter) begin(title string, done, total int, now time.Time) {
	start := mark{now, done}
	*m = meter{title: title, done: done, total: total, loss: math.NaN(), from: start, next: start}
}

func (m *meter) step(done int, loss float64, now time.Time) {
	m.done, m.loss = done, loss
	if now.Sub(m.next.at) >= rateWindow {
		m.from, m.next = m.next, mark{now, done}
	}
}

// rate is in steps a second, 0 where it is not known yet.
func (m *meter) rate(now time.Time) float64 {
	elapsed := now.Sub(m.from.at).Seconds()
	if elapsed <= 0 || m.done <= m.from.done {
		return 0
	}
	return float64(m.done-m.from.done) / elapsed
}

// left is the time left at the rate so far; false where it is not known yet.
func (m *meter) left(now time.Time) (time.Duration, bool) {
	rate := m.rate(now)
	if rate == 0 {
		return 0, false
	}
	return time.Duration(float64(m.total-m.done) / rate * float64(time.Second)), true
}

// line is the state in words: "12,300 of 60,000 steps, loss 0.123, 410 steps/s, 1m56s left".
func (m *meter) line(now time.Time) string {
	return fmt.Sprintf("%s of %s steps", humanize.Comma(int64(m.done)), humanize.Comma(int64(m.total))) + m.pace(now)
}

// short is line for a narrow place: "12,300/60,000, loss 0.123, 410 steps/s, 1m56s left".
func (m *meter) short(now time.Time) string {
	return fmt.Sprintf("%s/%s", humanize.Comma(int64(m.done)), humanize.Comma(int64(m.total))) + m.pace(now)
}

// pace is the end of line and short.
func (m *meter) pace(now time.Time) (text string) {
	if !math.IsNaN(m.loss) {
		text += fmt.Sprintf(", loss %.3g", m.loss)
	}
	if rate := m.rate(now); rate >= 100 {
		text += ", " + humanize.Comma(int64(math.Round(rate))) + " steps/s"
	} else if rate > 0 {
		text += fmt.Sprintf(", %.3g steps/s", rate)
	}
	if left, ok := m.left(now); ok {
		text += ", " + left.Round(time.Second).String() + " left"
	}
	return text
}
