// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package status tells a person what a long step is doing and for how long: a
// spinner line in a terminal, plain lines (start, a sign of life now and then, end)
// anywhere else.
package status

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"
)

// heartbeat is the pause between two signs of life where there is no terminal.
const heartbeat = 30 * time.Second

// Widths that texts are cut to, so that they stay on one line of a terminal: of one step alone, of all steps that are
// under way at the same time, and of the title of each of these.
const (
	lineWidth   = 68
	sharedWidth = 74
	titleWidth  = 14
)

// Printer writes steps and notes to one stream, steps that are under way at the same time too. A nil Printer is silent.
type Printer struct {
	out      io.Writer
	terminal bool

	mu    sync.Mutex
	steps []*Step                  // under way, in a terminal
	bar   *progressbar.ProgressBar // their one line; nil without any
}

// New writes to out, with a spinner if out is a terminal.
func New(out io.Writer) *Printer {
	file, isFile := out.(*os.File)
	return &Printer{out: out, terminal: isFile && isatty.IsTerminal(file.Fd()) && os.Getenv("TERM") != "dumb"}
}

// Note prints one lasting line.
func (p *Printer) Note(format string, args ...any) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.print(fmt.Sprintf(format, args...))
}

// print writes one lasting line, above the steps that are under way; the caller holds mu.
func (p *Printer) print(line string) {
	p.clear()
	fmt.Fprintln(p.out, line)
	p.draw(false)
}

// clear takes the steps' line away; the caller holds mu.
func (p *Printer) clear() {
	if p.bar != nil {
		_ = p.bar.Finish() // nothing to do if the terminal is gone
		p.bar = nil
	}
}

// draw makes the line of the steps that are under way; the caller holds mu. The time on it is a step's where the line
// began with one alone.
func (p *Printer) draw(began bool) {
	if len(p.steps) == 0 {
		return
	}
	p.bar = progressbar.NewOptions(-1,
		progressbar.OptionSetWriter(p.out),
		progressbar.OptionSetDescription(p.line()),
		progressbar.OptionSpinnerType(14),
		progressbar.OptionSetElapsedTime(began && len(p.steps) == 1),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionSetRenderBlankState(true))
}

// line is what all steps under way do now; the caller holds mu.
func (p *Printer) line() string {
	if len(p.steps) == 1 {
		return cut(p.steps[0].text(), lineWidth)
	}
	texts, room := make([]string, len(p.steps)), sharedWidth/len(p.steps)-3
	for i, s := range p.steps {
		texts[i] = cut(said(cut(s.title, titleWidth), s.detail), room)
	}
	return strings.Join(texts, " | ")
}

// Step is one thing that takes long. All its methods may be called on nil and from
// several goroutines.
type Step struct {
	printer *Printer
	title   string
	began   time.Time
	stop    chan struct{}
	once    sync.Once
	detail  string // the printer's mu guards it
}

// Start begins a step; end it with [Step.Done] or [Step.Fail].
func (p *Printer) Start(format string, args ...any) *Step {
	if p == nil {
		return nil
	}
	s := &Step{printer: p, title: fmt.Sprintf(format, args...), began: time.Now(), stop: make(chan struct{})}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.terminal {
		p.clear()
		p.steps = append(p.steps, s)
		p.draw(true)
		return s
	}
	fmt.Fprintf(p.out, "%s …\n", s.title)
	go s.beat()
	return s
}

// beat prints a sign of life until the step ends.
func (s *Step) beat() {
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-tick.C:
			s.printer.mu.Lock()
			fmt.Fprintf(s.printer.out, "%s … %s\n", s.text(), Elapsed(time.Since(s.began)))
			s.printer.mu.Unlock()
		}
	}
}

// Detail says what the step is doing now, as an addition to its title.
func (s *Step) Detail(format string, args ...any) { s.say(false, format, args...) }

// Tick is [Step.Detail] that also leaves a line where there is no terminal.
func (s *Step) Tick(format string, args ...any) { s.say(true, format, args...) }

func (s *Step) say(lasting bool, format string, args ...any) {
	if s == nil {
		return
	}
	p := s.printer
	p.mu.Lock()
	defer p.mu.Unlock()
	s.detail = strings.TrimSpace(fmt.Sprintf(format, args...))
	switch {
	case p.bar != nil:
		p.bar.Describe(p.line())
	case lasting && !p.terminal:
		fmt.Fprintf(p.out, "%s\n", s.text())
	}
}

// text is title and detail; the caller holds the printer's mu.
func (s *Step) text() string { return said(s.title, s.detail) }

// said is a title with what is said in addition, if anything is.
func said(title, detail string) string {
	if detail == "" {
		return title
	}
	return title + ": " + detail
}

// Done ends the step with one lasting line "title: done in 3 s".
func (s *Step) Done() { s.end("done in") }

// Fail ends the step with one lasting line that it failed; the error itself is the
// caller's to report.
func (s *Step) Fail() { s.end("failed after") }

func (s *Step) end(how string) {
	if s == nil {
		return
	}
	s.once.Do(func() {
		close(s.stop)
		p := s.printer
		p.mu.Lock()
		defer p.mu.Unlock()
		p.clear()
		p.steps = slices.DeleteFunc(p.steps, func(other *Step) bool { return other == s })
		p.print(fmt.Sprintf("%s: %s %s", s.title, how, Elapsed(time.Since(s.began))))
	})
}

// Elapsed is a duration for people: "0.4 s", "12 s", "3 min 05 s", "2 h 10 min".
func Elapsed(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min %02d s", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d h %02d min", int(d.Hours()), int(d.Minutes())%60)
}

// cut shortens text to at most n runes, the last of them an ellipsis.
func cut(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	return string(runes[:n-1]) + "…"
}
