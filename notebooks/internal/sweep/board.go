// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/mattn/go-isatty"
	"golang.org/x/term"
)

// Board shows a sweep. One goroutine uses it.
type Board interface {
	Note(line string)    // a line that stays
	Draw(lines []string) // the overview as it is now; the last line is the whole's
	Close()              // the overview goes, the notes stay
}

// NewBoard shows the overview on out: redrawn in place on a terminal, else as lines now and then.
func NewBoard(out io.Writer) Board {
	if file, ok := out.(*os.File); ok && isatty.IsTerminal(file.Fd()) && os.Getenv("TERM") != "dumb" {
		return &terminalBoard{out: out, width: func() int {
			if width, _, err := term.GetSize(int(file.Fd())); err == nil && width > 0 {
				return width
			}
			return 80
		}}
	}
	return &plainBoard{out: out, now: time.Now}
}

// terminalBoard redraws a few lines at the bottom.
type terminalBoard struct {
	out   io.Writer
	width func() int
	shown []string
	drawn int // lines on the screen that will be overwritten
}

// Note implements [Board].
func (b *terminalBoard) Note(line string) {
	b.redraw(line)
}

// Draw implements [Board].
func (b *terminalBoard) Draw(lines []string) {
	b.shown = append(b.shown[:0], lines...)
	b.redraw("")
}

// Close implements [Board].
func (b *terminalBoard) Close() {
	b.shown = nil
	b.redraw("")
}

// redraw writes everything at once, so that nothing flickers: up to the first line, each line over the old one, and
// what was below it erased.
func (b *terminalBoard) redraw(note string) {
	var text bytes.Buffer
	if b.drawn > 0 {
		fmt.Fprintf(&text, "\x1b[%dA", b.drawn)
	}
	text.WriteString("\r\x1b[J")
	if note != "" {
		text.WriteString(note + "\n") // may be longer than the terminal is wide: it is never overwritten
	}
	for _, line := range b.shown {
		text.WriteString(shortenTo(line, b.width()-1) + "\n")
	}
	b.drawn = len(b.shown)
	_, _ = b.out.Write(text.Bytes())
}

// plainEvery is the time between two overviews where there is no terminal.
const plainEvery = 30 * time.Second

// plainBoard writes lines for a log.
type plainBoard struct {
	out  io.Writer
	now  func() time.Time
	next time.Time
}

// Note implements [Board].
func (b *plainBoard) Note(line string) { fmt.Fprintln(b.out, line) }

// Draw implements [Board]: all in one line, now and then.
func (b *plainBoard) Draw(lines []string) {
	now := b.now()
	if b.next.IsZero() {
		b.next = now.Add(plainEvery)
	}
	if len(lines) == 0 || now.Before(b.next) {
		return
	}
	b.next = now.Add(plainEvery)
	text := lines[len(lines)-1]
	if running := lines[:len(lines)-1]; len(running) > 0 {
		text += " | " + strings.Join(running, " | ")
	}
	fmt.Fprintln(b.out, text)
}

// Close implements [Board].
func (b *plainBoard) Close() {}

// shortenTo cuts a text to n characters, the last of them an ellipsis.
func shortenTo(text string, n int) string {
	runes := []rune(text)
	if n < 1 || len(runes) <= n {
		return text
	}
	return string(runes[:n-1]) + "…"
}
