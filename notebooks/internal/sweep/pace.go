// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"fmt"
	"math"
	"strings"
	"time"

	"coherentgradients/cgkit/run"
)

// active is a run that is trained now.
type active struct {
	run     *Run
	started time.Time
	meter   run.Meter // begun once it has told where it begins: before, it starts
}

// take brings it up to date by an event of progress.
func (a *active) take(e event, now time.Time) {
	switch e.Kind {
	case kindBegin:
		a.meter.Begin("", e.Done, e.Total, now)
	case kindWait:
		a.meter.Wait(e.Text, now)
	case kindStep:
		loss := math.NaN()
		if e.Loss != nil {
			loss = *e.Loss
		}
		a.meter.Step(e.Done, loss, now)
	}
}

// step is the one that was reached.
func (a *active) step() int {
	if !a.meter.Begun() {
		return a.run.Step
	}
	return a.meter.Done
}

// line is "12,300/60,000, loss 0.123, 410 steps/s, 1m56s left", or "0/60,000, compiling, 12 s".
func (a *active) line(now time.Time) string {
	if !a.meter.Begun() {
		return "starting"
	}
	return a.meter.Short(now)
}

// meter measures how fast the whole sweep goes: the cost of what was done, and the time that runs have spent on it,
// each for itself, without starting and compiling.
type meter struct {
	cost  float64
	spent time.Duration // of runs that are over
}

// left is the time for the cost that is left, so many runs going at a time, at the rate so far; false where there is no
// rate yet, of a run that is over or of one that knows its own.
func (m *meter) left(cost float64, runs []*active, jobs int, now time.Time) (time.Duration, bool) {
	spent, known := m.spent, m.spent > 0
	for _, a := range runs {
		spent += a.meter.Spent(now)
		_, ok := a.meter.Left(now)
		known = known || ok
	}
	if !known || m.cost <= 0 || spent <= 0 {
		return 0, false
	}
	seconds := cost / m.cost * spent.Seconds() / float64(max(jobs, 1))
	if seconds > 1e9 {
		return 0, false
	}
	return time.Duration(seconds * float64(time.Second)), true
}

// duration is a time for people: 2h10m, 3m05s, 12s.
func duration(d time.Duration) string {
	switch d = d.Round(time.Second); {
	case d >= time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	case d >= time.Minute:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%ds", int(d.Seconds()))
}

// labels are the runs' ids without their hashes, where those tell them apart.
func labels(runs []*Run) map[*Run]string {
	without := func(r *Run) string { return r.ID[:strings.LastIndexByte(r.ID, '-')] }
	count := map[string]int{}
	for _, r := range runs {
		count[without(r)]++
	}
	names := map[*Run]string{}
	for _, r := range runs {
		if names[r] = without(r); count[names[r]] > 1 {
			names[r] = r.ID
		}
	}
	return names
}

// cutAt is where a mark begins in a text, or its end.
func cutAt(text, mark string) int {
	if i := strings.Index(text, mark); i >= 0 {
		return i
	}
	return len(text)
}
