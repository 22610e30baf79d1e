// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// buildError is what went wrong while a model was built, and where in the model's own source.
type buildError struct {
	err   error
	place place
}

func (e *buildError) Error() string {
	text, _, _ := strings.Cut(strings.TrimSpace(e.err.Error()), "\n") // what follows are stacks
	if e.place.line == 0 {
		return text
	}
	return text + ", at " + e.place.String()
}

func (e *buildError) Unwrap() error { return e.err }

// building calls a function that builds graphs and returns what it panics with, as GoMLX does and as a slip in a model
// does by itself, with the line of the model at which that happened. A refusal of this project's own says all without.
func building(f func()) (err error) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		at := userPlace() // the stack still is that of the panic
		switch r := r.(type) {
		case error:
			err = &buildError{r, at}
		default:
			err = &buildError{fmt.Errorf("%v", r), at}
		}
	}()
	f()
	return nil
}

// place is a line of a source file; a line of 0 is not known.
type place struct {
	file string
	line int
}

// String names the line and quotes it. It is not written as "main.go:18": GoNB takes that, in what a cell prints, for a
// compiler's message and may fail at it, and in a notebook main.go is no file that its reader has seen.
func (p place) String() string {
	text := fmt.Sprintf("line %d of %s", p.line, filepath.Base(p.file))
	source, err := os.ReadFile(p.file)
	if err != nil { // the program may run elsewhere than it was built
		return text
	}
	lines := strings.Split(string(source), "\n")
	if p.line > len(lines) {
		return text
	}
	code := strings.Join(strings.Fields(lines[p.line-1]), " ")
	if runes := []rune(code); len(runes) > longestQuote {
		code = string(runes[:longestQuote]) + "…"
	}
	return text + ": " + code
}

// longestQuote is how many characters of a line are quoted.
const longestQuote = 120

// userPlace is the innermost place of the stack that is neither Go's nor GoMLX's, if it is not this project's: a model's.
func userPlace() place {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers)])
	for {
		f, more := frames.Next()
		switch {
		case f.Function == "" || strings.HasPrefix(f.Function, "runtime.") || strings.HasPrefix(f.Function, "github.com/gomlx/"):
		case strings.HasPrefix(f.Function, "coherentgradients/cgkit") && !strings.HasSuffix(f.File, "_test.go"):
			return place{} // a refusal of ours, which says all
		default:
			return place{f.File, f.Line}
		}
		if !more {
			return place{}
		}
	}
}
