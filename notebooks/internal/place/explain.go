// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package place

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"coherentgradients/cgkit/backend"
	"coherentgradients/cgkit/run"
)

// cellSource is what GoNB takes for a compiler's message, in whatever a cell prints, and may fail at.
var cellSource = regexp.MustCompile(`\b(main(?:_test)?\.go):(\d+)`)

// Explain is an error of the library in the words of who uses the notebooks and their command: where it knows no more
// than what is wrong, which command or variable mends it.
func Explain(err error) string {
	text := cellSource.ReplaceAllString(strings.TrimSpace(err.Error()), "line $2 of $1")
	var missing *run.MissingError
	var locked *run.LockError
	var closed *backend.OpenError
	switch {
	case errors.As(err, &missing):
		text += ": train by `go run ./notebooks run --quick` (minutes) or `--full` (hours)"
	case errors.As(err, &locked):
		text += fmt.Sprintf(" (--out, or $%s)", EnvRuns)
	case errors.As(err, &closed):
		text += ", or see `go run ./notebooks doctor`"
	}
	return text
}

// Backend is a choice of a backend in the same words.
func Backend(c backend.Choice) string { return InWords(c).String() }

// InWords is the choice with a hint that names the commands.
func InWords(c backend.Choice) backend.Choice {
	if c.Hint == backend.HintFetch {
		c.Hint = "for XLA, which is much faster, run once: go run ./notebooks lab (or run, or train), which fetch it"
	}
	return c
}
