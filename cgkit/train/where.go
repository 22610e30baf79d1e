// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
)

// buildError is what went wrong while a model was built, and where in the model's own source.
type buildError struct {
	err  error
	line string // "net.go:12", "" where it is not known
}

func (e *buildError) Error() string {
	text, _, _ := strings.Cut(strings.TrimSpace(e.err.Error()), "\n") // what follows are stacks
	if e.line == "" || strings.Contains(text, e.line) {
		return text
	}
	return e.line + ": " + text
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
		line := userLine() // the stack still is that of the panic
		switch r := r.(type) {
		case error:
			err = &buildError{r, line}
		default:
			err = &buildError{fmt.Errorf("%v", r), line}
		}
	}()
	f()
	return nil
}

// userLine is the innermost line of the stack that is neither Go's nor GoMLX's, if it is not this project's: a model's.
func userLine() string {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers)])
	for {
		f, more := frames.Next()
		switch {
		case f.Function == "" || strings.HasPrefix(f.Function, "runtime.") || strings.HasPrefix(f.Function, "github.com/gomlx/"):
		case strings.HasPrefix(f.Function, "coherentgradients/cgkit") && !strings.HasSuffix(f.File, "_test.go"):
			return "" // a refusal of ours, which says all
		default:
			return fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line)
		}
		if !more {
			return ""
		}
	}
}
