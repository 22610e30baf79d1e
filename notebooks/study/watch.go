// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"math"

	"coherentgradients/cgkit/run"
	"coherentgradients/notebooks/internal/progress"
)

// Watch shows below the cell how far a loop of one's own is, with its rate and the time left: call what it returns once
// after each of so many steps. Until the first of them it says that something is compiled; after the last one the line
// is gone, and nothing of it is saved; a loop that is left before leaves it where it is. For curves that grow as well there
// is package live.
func Watch(title string, steps int) (step func()) {
	if steps < 1 {
		return func() {}
	}
	return watch(progress.NewProgress(), title, steps)
}

func watch(p run.Progress, title string, steps int) func() {
	p.Begin(title, 0, steps)
	run.Wait(p, "compiling")
	done := 0
	return func() {
		done++
		switch {
		case done < steps:
			p.Step(done, math.NaN())
		case done == steps:
			p.End("", "")
		}
	}
}
