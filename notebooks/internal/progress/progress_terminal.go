// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package progress

import (
	"coherentgradients/cgkit/run"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"
)

// plainEvery is the time between two lines of progress where there is no terminal.
const plainEvery = 30 * time.Second

// NewTerminalProgress shows progress on a file: a bar that redraws itself if that is a terminal, else a line now and
// then.
func NewTerminalProgress(file *os.File) run.Progress {
	fd := file.Fd()
	if isatty.IsTerminal(fd) || isatty.IsCygwinTerminal(fd) {
		return &barProgress{out: file, now: time.Now}
	}
	return &plainProgress{out: file, now: time.Now}
}

// barProgress draws a bar with rate and time left on a terminal.
type barProgress struct {
	out   io.Writer
	now   func() time.Time
	meter run.Meter
	bar   *progressbar.ProgressBar
	tick  ticker
}

func (p *barProgress) Begin(title string, done, total int) {
	p.tick.run(false, nil)
	p.meter.Begin(title, done, total, p.now())
	fmt.Fprintln(p.out, title) // ids are long: a line of its own leaves the bar's line to the bar
	if total == 0 {
		return // the bar of no length would be a spinner
	}
	p.bar = progressbar.NewOptions(total,
		progressbar.OptionSetWriter(p.out),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetWidth(12),
		progressbar.OptionShowDescriptionAtLineEnd(),
		// Rate and time left come from our own meter: the library's count the steps of an earlier session as made now.
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false),
	)
	p.draw()
}

func (p *barProgress) Title(title string) {
	p.tick.Lock()
	p.meter.Title = title
	p.tick.Unlock()
	p.Note(title)
}

// Wait implements [run.Waiter].
func (p *barProgress) Wait(what string) {
	p.tick.run(false, nil)
	p.meter.Wait(what, p.now())
	p.draw()
	p.tick.run(what != "" && p.bar != nil, p.draw)
}

func (p *barProgress) Step(done int, loss float64) {
	p.tick.run(false, nil)
	p.meter.Step(done, loss, p.now())
	p.draw()
}

// draw shows the state, unless that was done a moment ago.
func (p *barProgress) draw() {
	if p.bar == nil {
		return
	}
	p.bar.Describe(p.meter.Short(p.now()))
	if p.meter.Done < p.meter.Total { // at the total the library ends the bar with a line of its own
		p.bar.Set(p.meter.Done)
	}
}

func (p *barProgress) Note(line string) {
	p.tick.Lock()
	defer p.tick.Unlock()
	if p.bar != nil {
		p.bar.Clear()
	}
	fmt.Fprintln(p.out, line)
}

func (p *barProgress) End(line, detail string) {
	p.tick.run(false, nil)
	if p.bar != nil {
		p.bar.Clear()
		p.bar = nil
	}
	printEnd(p.out, line, detail)
}

// plainProgress writes a line every half minute, for logs and pipes.
type plainProgress struct {
	out   io.Writer
	now   func() time.Time
	meter run.Meter
	next  time.Time
	tick  ticker
}

// plainFirst is the time after which the first line tells that something is waited for.
const plainFirst = 10 * time.Second

func (p *plainProgress) Begin(title string, done, total int) {
	p.tick.run(false, nil)
	p.meter.Begin(title, done, total, p.now())
	p.next = p.now().Add(plainEvery)
	fmt.Fprintf(p.out, "%s: %s\n", title, p.meter.Line(p.now()))
}

func (p *plainProgress) Title(title string) {
	p.tick.Lock()
	defer p.tick.Unlock()
	p.meter.Title = title
}

// Wait implements [run.Waiter].
func (p *plainProgress) Wait(what string) {
	p.tick.run(false, nil)
	now := p.now()
	p.meter.Wait(what, now)
	if what != "" {
		p.next = now.Add(plainFirst)
	}
	p.tick.run(what != "", p.draw)
}

func (p *plainProgress) Step(done int, loss float64) {
	p.tick.run(false, nil)
	p.meter.Step(done, loss, p.now())
	p.draw()
}

// draw writes a line, unless that was done a moment ago.
func (p *plainProgress) draw() {
	if now := p.now(); !now.Before(p.next) {
		p.next = now.Add(plainEvery)
		fmt.Fprintf(p.out, "%s: %s\n", p.meter.Title, p.meter.Line(now))
	}
}

func (p *plainProgress) Note(line string) {
	p.tick.Lock()
	defer p.tick.Unlock()
	fmt.Fprintln(p.out, line)
}

func (p *plainProgress) End(line, detail string) {
	p.tick.run(false, nil)
	printEnd(p.out, line, detail)
}

func printEnd(out io.Writer, line, detail string) {
	switch {
	case line == "":
	case detail == "":
		fmt.Fprintln(out, line)
	default:
		fmt.Fprintf(out, "%s (%s)\n", line, detail)
	}
}

// NewProgress returns the progress for where the program runs: in a notebook's cell, in a terminal, or into a file.
func NewProgress() run.Progress {
	if gonbui.IsNotebook {
		return newNotebookProgress()
	}
	return NewTerminalProgress(os.Stderr)
}
