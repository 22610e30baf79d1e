// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// HeldError says which runs other processes were still training when a sweep had nothing else to do.
type HeldError struct{ IDs []string }

// Error implements error.
func (e *HeldError) Error() string {
	shown := e.IDs[:min(len(e.IDs), 3)]
	text := strings.Join(shown, ", ")
	if more := len(e.IDs) - len(shown); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf("%d runs are still trained by other processes: %s; the same command looks at them again", len(e.IDs), text)
}

// Report prints what came of a sweep and returns an error if a run failed or its record is damaged, else a
// [*HeldError] if some are still trained elsewhere. One that diverged is reported and is no error.
func Report(out io.Writer, runs []*Run, took time.Duration, weights bool) error {
	count := map[State]int{}
	found, bare := 0, 0
	for _, r := range runs {
		count[r.State]++
		if r.Found && (r.State == Finished || r.State == Diverged) {
			found++
		}
		if r.NoWeights && r.State == Finished {
			bare++
		}
	}
	ready := count[Finished] + count[Diverged]
	text := fmt.Sprintf("%d of %d runs ready: %d found, %d trained in %s", ready, len(runs), found, ready-found, duration(took))
	for _, s := range []State{Diverged, Held, Interrupted, Missing, Started, Failed, Damaged} {
		if n := count[s]; n > 0 {
			text += fmt.Sprintf(", %d %s", n, s)
		}
	}
	fmt.Fprintln(out, text)
	for _, s := range []State{Diverged, Held, Failed, Damaged} {
		for _, r := range runs {
			if r.State == s {
				fmt.Fprintf(out, "  %s: %s\n", s, withID(r))
			}
		}
	}
	if weights && bare > 0 {
		fmt.Fprintf(out, "  %d finished without weights: those are saved while training; move a record away to train it again\n", bare)
	}
	if n := count[Failed] + count[Damaged]; n > 0 {
		return fmt.Errorf("%d of %d runs failed, each with its reason above; the same command tries them again", n, len(runs))
	}
	if count[Held] > 0 {
		held := &HeldError{}
		for _, r := range runs {
			if r.State == Held {
				held.IDs = append(held.IDs, r.ID)
			}
		}
		return held
	}
	return nil
}

// withID is a run's text, beginning with its id.
func withID(r *Run) string {
	if strings.HasPrefix(r.Text, r.ID) {
		return r.Text
	}
	return r.ID + ": " + r.Text
}

// List prints the runs with what is known of each: a dry run.
func List(out io.Writer, runs []*Run) {
	width := 0
	count := map[State]int{}
	var total, left float64
	for _, r := range runs {
		width = max(width, len(r.ID))
		count[r.State]++
		cost := Cost(r.Spec)
		total += cost
		if r.State == Missing || r.State == Started {
			left += r.remaining(r.Step)
		}
	}
	for _, r := range runs {
		fmt.Fprintf(out, "%-*s  %s\n", width, r.ID, r.Describe())
	}
	text := fmt.Sprintf("%d runs", len(runs))
	for _, s := range []State{Finished, Diverged, Started, Missing, Failed, Damaged} {
		if n := count[s]; n > 0 {
			text += fmt.Sprintf(", %d %s", n, s)
		}
	}
	fmt.Fprintf(out, "%s; about %.0f %% of the work is left\n", text, 100*left/max(total, 1))
}
