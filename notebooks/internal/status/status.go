// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package status tells a person what a long step is doing and for how long: a
// spinner line in a terminal, plain lines (start, a sign of life now and then, end)
// anywhere else.
package status

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"
)

// heartbeat is the pause between two signs of life where there is no terminal.
const heartbeat = 30 * time.Second

// lineWidth is what a spinner's text is cut to, so that it stays on one line.
const lineWidth = 68

// Printer writes steps and notes to one stream. A nil Printer is silent.
type Printer struct {
	out      io.Writer
	terminal bool
}

// New writes to out, with a spinner if out is a terminal.
func New(out io.Writer) *Printer {
	file, isFile := out.(*os.File)
	return &Printer{out: out, terminal: isFile && isatty.IsTerminal(file.Fd()) && os.Getenv("TERM") != "dumb"}
}

// Note prints one lasting line. Call it between steps, not within one.
func (p *Printer) Note(format string, args ...any) {
	if p != nil {
		fmt.Fprintf(p.out, format+"\n", args...)
	}
}

// Step is one thing that takes long. All its methods may be called on nil and from
// several goroutines.
type Step struct {
	printer *Printer
	title   string
	began   time.Time
	bar     *progressbar.ProgressBar
	stop    chan struct{}
	once    sync.Once

	mu     sync.Mutex
	detail string
}

// Start begins a step; end it with [Step.Done] or [Step.Fail].
func (p *Printer) Start(format string, args ...any) *Step {
	if p == nil {
		return nil
	}
	s := &Step{printer: p, title: fmt.Sprintf(format, args...), began: time.Now(), stop: make(chan struct{})}
	if p.terminal {
		s.bar = progressbar.NewOptions(-1,
			progressbar.OptionSetWriter(p.out),
			progressbar.OptionSetDescription(s.title),
			progressbar.OptionSpinnerType(14),
			progressbar.OptionSetElapsedTime(true),
			progressbar.OptionClearOnFinish(),
			progressbar.OptionSetRenderBlankState(true))
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
			s.mu.Lock()
			fmt.Fprintf(s.printer.out, "%s … %s\n", s.text(), Elapsed(time.Since(s.began)))
			s.mu.Unlock()
		}
	}
}

// Detail says what the step is doing now, as an addition to its title.
func (s *Step) Detail(format string, args ...any) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.detail = strings.TrimSpace(fmt.Sprintf(format, args...))
	if s.bar != nil {
		s.bar.Describe(cut(s.text(), lineWidth))
	}
}

// Tick is [Step.Detail] that also leaves a line where there is no terminal.
func (s *Step) Tick(format string, args ...any) {
	if s == nil {
		return
	}
	s.Detail(format, args...)
	if s.bar == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		fmt.Fprintf(s.printer.out, "%s\n", s.text())
	}
}

// text is title and detail; the caller holds mu.
func (s *Step) text() string {
	if s.detail == "" {
		return s.title
	}
	return s.title + ": " + s.detail
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
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.bar != nil {
			_ = s.bar.Finish() // clears the line; nothing to do if the terminal is gone
		}
		fmt.Fprintf(s.printer.out, "%s: %s %s\n", s.title, how, Elapsed(time.Since(s.began)))
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
