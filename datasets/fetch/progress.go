// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"
)

// Progress hears how a download goes. One download calls it from one goroutine: Start, then Add any number of times;
// Retry and Start again for each further attempt; Done once at the end, if there was a Start or a Retry.
type Progress interface {
	// Start: bytes begin to flow. total is the size of the whole file, −1 when not known; have bytes were there before.
	Start(name string, total, have int64)
	// Add: n more bytes have arrived.
	Add(n int64)
	// Retry: an attempt failed for this reason and another one follows.
	Retry(reason error)
	// Done: the end, with nil for a verified file.
	Done(err error)
}

// Terminal is a Progress for people: a bar with the time left where w is a terminal, else a few plain lines
// (at the start, at most one every ten seconds, at the end), fit for a log.
func Terminal(w io.Writer) Progress {
	if f, ok := w.(*os.File); ok && (isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd())) {
		return &bar{w: w}
	}
	return &lines{w: w, now: time.Now}
}

// bar draws with progressbar.
type bar struct {
	w    io.Writer
	bar  *progressbar.ProgressBar
	name string
}

func (b *bar) Start(name string, total, have int64) {
	b.name = name
	left, label := total, name
	if have > 0 {
		// The bar spans what is left: bytes that were there before would make its rate and time left too good.
		label += " (resumed)"
		if total >= 0 {
			left = total - have
		}
	}
	b.bar = progressbar.NewOptions64(left,
		progressbar.OptionSetWriter(b.w),
		progressbar.OptionSetDescription(label),
		progressbar.OptionSetWidth(24),
		progressbar.OptionShowBytes(true),
		progressbar.OptionShowTotalBytes(true),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
		// No ticker: for an unknown size it would draw from a goroutine of its own, which nothing stops.
		progressbar.OptionSetSpinnerChangeInterval(0),
	)
}

func (b *bar) Add(n int64) {
	if b.bar != nil {
		_ = b.bar.Add64(n)
	}
}

func (b *bar) Retry(reason error) {
	b.clear()
	fmt.Fprintf(b.w, "%v; trying again\n", reason)
}

func (b *bar) Done(err error) {
	b.clear()
	if err == nil {
		fmt.Fprintf(b.w, "downloaded %s\n", b.name)
	}
}

func (b *bar) clear() {
	if b.bar != nil {
		_ = b.bar.Clear()
		b.bar = nil
	}
}

// lines writes plain lines.
type lines struct {
	w           io.Writer
	now         func() time.Time
	name        string
	total, have int64
	fresh       int64 // bytes of this attempt
	began, last time.Time
}

const lineEvery = 10 * time.Second

func (l *lines) Start(name string, total, have int64) {
	l.name, l.total, l.have, l.fresh = name, total, have, 0
	l.began = l.now()
	l.last = l.began
	size := ""
	if total >= 0 {
		size = ", " + humanize.Bytes(uint64(total))
	}
	if have > 0 {
		size += fmt.Sprintf(", from %s on", humanize.Bytes(uint64(have)))
	}
	fmt.Fprintf(l.w, "downloading %s%s\n", name, size)
}

func (l *lines) Add(n int64) {
	l.fresh += n
	now := l.now()
	if now.Sub(l.last) < lineEvery {
		return
	}
	l.last = now
	got := l.have + l.fresh
	if l.total <= 0 || l.fresh == 0 {
		fmt.Fprintf(l.w, "%s: %s\n", l.name, humanize.Bytes(uint64(got)))
		return
	}
	left := time.Duration(float64(now.Sub(l.began)) / float64(l.fresh) * float64(l.total-got)).Round(time.Second)
	fmt.Fprintf(l.w, "%s: %d %%, %s left\n", l.name, 100*got/l.total, left)
}

func (l *lines) Retry(reason error) { fmt.Fprintf(l.w, "%v; trying again\n", reason) }

func (l *lines) Done(err error) {
	if err == nil {
		fmt.Fprintf(l.w, "downloaded %s\n", l.name)
	}
}

// hearing keeps the promises of Progress: nil is allowed, and Done comes once and only after something was said.
type hearing struct {
	to    Progress
	name  string
	spoke bool
}

func (h *hearing) start(total, have int64) {
	if h.to != nil {
		h.spoke = true
		h.to.Start(h.name, total, have)
	}
}

func (h *hearing) add(n int64) {
	if h.to != nil && n > 0 {
		h.to.Add(n)
	}
}

func (h *hearing) retry(reason error) {
	if h.to != nil {
		h.spoke = true
		h.to.Retry(reason)
	}
}

func (h *hearing) done(err error) {
	if h.to != nil && h.spoke {
		h.to.Done(err)
	}
}
