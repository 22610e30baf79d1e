// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"fmt"
	"math"
	"time"

	"github.com/dustin/go-humanize"
)

// rateWindow is how far back the rate looks, at least, and at most twice as far once it has run that long. The
// evaluations of the first hundred steps take longer than the steps: a rate since the start would promise hours.
const rateWindow = 15 * time.Second

// Meter measures how far a run is, how fast it goes and how long it still takes. Time that is waited for something
// else, as the compiler, counts for neither. All that shows a run's progress has one. It reads no clock: now is given.
type Meter struct {
	// Title is what is measured.
	Title string
	// Done of Total steps are made; Loss is that over the last of them, NaN where none is known.
	Done, Total int
	Loss        float64

	began      time.Time
	waited     time.Duration // since began
	from, next mark          // the rate is since from; next takes its place
	waiting    string
	since      time.Time // waiting began
}

// mark is where a run was at a time.
type mark struct {
	at   time.Time
	done int
}

// Begin starts anew, at done of total steps.
func (m *Meter) Begin(title string, done, total int, now time.Time) {
	start := mark{now, done}
	*m = Meter{Title: title, Done: done, Total: total, Loss: math.NaN(), began: now, from: start, next: start}
}

// Begun tells whether Begin was called.
func (m *Meter) Begun() bool { return !m.began.IsZero() }

// Step says that done steps are made. It ends waiting.
func (m *Meter) Step(done int, loss float64, now time.Time) {
	m.Wait("", now)
	m.Done, m.Loss = done, loss
	if now.Sub(m.next.at) >= rateWindow {
		m.from, m.next = m.next, mark{now, done}
	}
}

// Wait says what is waited for from now on, "" for nothing any more.
func (m *Meter) Wait(what string, now time.Time) {
	if what == m.waiting {
		return
	}
	if m.waiting != "" {
		lost := now.Sub(m.since)
		m.waited += lost
		m.from.at, m.next.at = m.from.at.Add(lost), m.next.at.Add(lost)
	}
	m.waiting, m.since = what, now
}

// running is now, or when waiting began.
func (m *Meter) running(now time.Time) time.Time {
	if m.waiting != "" {
		return m.since
	}
	return now
}

// Spent is the time since the beginning without what was waited.
func (m *Meter) Spent(now time.Time) time.Duration {
	if !m.Begun() {
		return 0
	}
	return m.running(now).Sub(m.began) - m.waited
}

// Rate is in steps a second, 0 where it is not known yet.
func (m *Meter) Rate(now time.Time) float64 {
	elapsed := m.running(now).Sub(m.from.at).Seconds()
	if elapsed <= 0 || m.Done <= m.from.done {
		return 0
	}
	return float64(m.Done-m.from.done) / elapsed
}

// Left is the time left at the rate so far; false where it is not known yet. The first steps, many of which are evaluated,
// are much slower than those after them, so nothing is said of a long run after few of them.
func (m *Meter) Left(now time.Time) (time.Duration, bool) {
	rate := m.Rate(now)
	few := m.Done-m.from.done < min(200, (m.Total-m.from.done)/10)
	if rate == 0 || few && m.Spent(now) < rateWindow {
		return 0, false
	}
	return time.Duration(min(float64(m.Total-m.Done)/rate, 1e9) * float64(time.Second)), true
}

// Line is the state in words: "12,300 of 60,000 steps, loss 0.123, 410 steps/s, 1m56s left", or "0 of 60,000 steps,
// compiling, 12 s".
func (m *Meter) Line(now time.Time) string {
	return fmt.Sprintf("%s of %s steps", humanize.Comma(int64(m.Done)), humanize.Comma(int64(m.Total))) + m.pace(now)
}

// Short is Line for a narrow place: "12,300/60,000, loss 0.123, 410 steps/s, 1m56s left".
func (m *Meter) Short(now time.Time) string {
	return fmt.Sprintf("%s/%s", humanize.Comma(int64(m.Done)), humanize.Comma(int64(m.Total))) + m.pace(now)
}

// pace is the end of Line and Short.
func (m *Meter) pace(now time.Time) (text string) {
	if !math.IsNaN(m.Loss) {
		text += fmt.Sprintf(", loss %.3g", m.Loss)
	}
	if m.waiting != "" {
		return text + fmt.Sprintf(", %s, %s", m.waiting, clockTime(now.Sub(m.since)))
	}
	if rate := m.Rate(now); rate >= 100 {
		text += ", " + humanize.Comma(int64(math.Round(rate))) + " steps/s"
	} else if rate > 0 {
		text += fmt.Sprintf(", %.3g steps/s", rate)
	}
	if left, ok := m.Left(now); ok {
		text += ", " + left.Round(time.Second).String() + " left"
	}
	return text
}

// clockTime is a time that goes by: "12 s", "2 min 05 s".
func clockTime(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d s", int(d.Seconds()))
	}
	return fmt.Sprintf("%d min %02d s", int(d.Minutes()), int(d.Seconds())%60)
}
