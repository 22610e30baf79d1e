// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Report prints what came of a sweep and returns an error if a run failed. One that diverged or is trained elsewhere is
// told and no error.
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
	for _, s := range []State{Diverged, Held, Interrupted, Missing, Started, Failed} {
		if n := count[s]; n > 0 {
			text += fmt.Sprintf(", %d %s", n, s)
		}
	}
	fmt.Fprintln(out, text)
	for _, s := range []State{Diverged, Held, Failed} {
		for _, r := range runs {
			if r.State == s {
				fmt.Fprintf(out, "  %s: %s\n", s, withID(r))
			}
		}
	}
	if weights && bare > 0 {
		fmt.Fprintf(out, "  %d finished without weights: those are saved while training; move a record away to train it again\n", bare)
	}
	if n := count[Failed]; n > 0 {
		return fmt.Errorf("%d of %d runs failed, each with its reason above; the same command tries them again", n, len(runs))
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
	for _, s := range []State{Finished, Diverged, Started, Missing, Failed} {
		if n := count[s]; n > 0 {
			text += fmt.Sprintf(", %d %s", n, s)
		}
	}
	fmt.Fprintf(out, "%s; about %.0f %% of the work is left\n", text, 100*left/max(total, 1))
}
