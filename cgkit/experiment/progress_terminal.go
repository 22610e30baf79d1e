// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"
)

// plainEvery is the time between two lines of progress where there is no terminal.
const plainEvery = 30 * time.Second

// NewTerminalProgress shows progress on a file: a bar that redraws itself if that is a terminal, else a line now and then.
func NewTerminalProgress(file *os.File) Progress {
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
	meter meter
	bar   *progressbar.ProgressBar
}

func (p *barProgress) Begin(title string, done, total int) {
	p.meter.begin(title, done, total, p.now())
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
	p.meter.title = title
	p.Note(title)
}

func (p *barProgress) Step(done int, loss float64) {
	p.meter.step(done, loss, p.now())
	p.draw()
}

// draw shows the state, unless that was done a moment ago.
func (p *barProgress) draw() {
	if p.bar == nil {
		return
	}
	p.bar.Describe(p.meter.short(p.now()))
	if p.meter.done < p.meter.total { // at the total the library ends the bar with a line of its own
		p.bar.Set(p.meter.done)
	}
}

func (p *barProgress) Note(line string) {
	if p.bar != nil {
		p.bar.Clear()
	}
	fmt.Fprintln(p.out, line)
}

func (p *barProgress) End(line, detail string) {
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
	meter meter
	next  time.Time
}

func (p *plainProgress) Begin(title string, done, total int) {
	p.meter.begin(title, done, total, p.now())
	p.next = p.now().Add(plainEvery)
	fmt.Fprintf(p.out, "%s: %s\n", title, p.meter.line(p.now()))
}

func (p *plainProgress) Title(title string) { p.meter.title = title }

func (p *plainProgress) Step(done int, loss float64) {
	p.meter.step(done, loss, p.now())
	if now := p.now(); !now.Before(p.next) {
		p.next = now.Add(plainEvery)
		fmt.Fprintf(p.out, "%s: %s\n", p.meter.title, p.meter.line(now))
	}
}

func (p *plainProgress) Note(line string) { fmt.Fprintln(p.out, line) }

func (p *plainProgress) End(line, detail string) { printEnd(p.out, line, detail) }

func printEnd(out io.Writer, line, detail string) {
	switch {
	case line == "":
	case detail == "":
		fmt.Fprintln(out, line)
	default:
		fmt.Fprintf(out, "%s (%s)\n", line, detail)
	}
}
