// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package place

import (
	"errors"
	"fmt"
	"strings"

	"coherentgradients/cgkit/run"
)

// Explain is an error of the library in the words of who uses the notebooks and their command: where it knows no more
// than what is wrong, which command or variable mends it.
func Explain(err error) string {
	text := strings.TrimSpace(err.Error())
	var missing *run.MissingError
	var locked *run.LockError
	switch {
	case errors.As(err, &missing):
		text += ": train by `go run ./notebooks run --quick` (minutes) or `--full` (hours)"
	case errors.As(err, &locked):
		text += fmt.Sprintf(" (--out, or $%s)", EnvRuns)
	}
	return text
}
