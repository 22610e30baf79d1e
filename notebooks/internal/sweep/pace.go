// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
)

// paceWindow is how far back a run's rate looks, at least.
const paceWindow = 15 * time.Second

// active is a run that is trained now.
type active struct {
	run     *Run
	started time.Time
	step    int // reached
	total   int
	loss    *float64
	begun   bool // it has told where it begins: before, it starts and compiles

	from   int // the rate is since this step
	fromAt time.Time
	next   int // takes its place when the window is over
	nextAt time.Time
}

// take brings it up to date by an event of progress.
func (a *active) take(e event, now time.Time) {
	switch e.Kind {
	case kindBegin:
		a.begun, a.step, a.total = true, e.Done, e.Total
		a.from, a.fromAt, a.next, a.nextAt = e.Done, now, e.Done, now
	case kindStep:
		a.step, a.loss = e.Done, e.Loss
		if now.Sub(a.nextAt) >= paceWindow {
			a.from, a.fromAt, a.next, a.nextAt = a.next, a.nextAt, e.Done, now
		}
	}
}

// line is "12,300/60,000, loss 0.123, 410 steps/s, 1m56s left".
func (a *active) line(now time.Time) string {
	if !a.begun {
		return "starting"
	}
	text := fmt.Sprintf("%s/%s", humanize.Comma(int64(a.step)), humanize.Comma(int64(a.total)))
	if a.loss != nil {
		text += fmt.Sprintf(", loss %.3g", *a.loss)
	}
	left, ok := a.left(now)
	if !ok {
		return text
	}
	if rate := a.rate(now); rate >= 100 {
		text += ", " + humanize.Comma(int64(math.Round(rate))) + " steps/s"
	} else {
		text += fmt.Sprintf(", %.3g steps/s", rate)
	}
	return text + ", " + duration(left) + " left"
}

// rate is in steps a second, 0 where it is not known yet.
func (a *active) rate(now time.Time) float64 {
	elapsed := now.Sub(a.fromAt).Seconds()
	if !a.begun || elapsed <= 0 || a.step <= a.from {
		return 0
	}
	return float64(a.step-a.from) / elapsed
}

// left is the time that the run still takes; false where it is not known yet.
func (a *active) left(now time.Time) (time.Duration, bool) {
	rate := a.rate(now)
	if rate == 0 {
		return 0, false
	}
	return time.Duration(min(float64(a.total-a.step)/rate, 1e9) * float64(time.Second)), true
}

// meter measures how fast the whole sweep goes, in cost a second.
type meter struct {
	since time.Time
	done  float64
}

func newMeter(now time.Time) meter { return meter{since: now} }

func (m *meter) add(cost float64) { m.done += cost }

// left is the time for the cost that is left, at the rate so far; false where there is no rate yet.
func (m *meter) left(cost float64, now time.Time) (time.Duration, bool) {
	elapsed := now.Sub(m.since)
	if m.done <= 0 || elapsed <= 0 {
		return 0, false
	}
	seconds := cost / m.done * elapsed.Seconds()
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
