// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"context"
	"fmt"
	"io"
	"slices"

	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/cgkit/train"
)

// withSeedsOf is a spec with each of some seeds.
func withSeedsOf(s record.Spec, seeds []int64) []record.Spec {
	var specs []record.Spec
	for _, seed := range seeds {
		s.Seed = seed
		specs = append(specs, s.Normalized())
	}
	return specs
}

// nonNil are the records that are not nil, in a list of their own.
func nonNil(records []*record.Record) []*record.Record {
	return slices.DeleteFunc(slices.Clone(records), func(r *record.Record) bool { return r == nil })
}

// findIn are the finished records of specs in a store that have what a measure adds; w is told which can't be read. It
// trains nothing.
func findIn(store *record.Store, w io.Writer, measure record.Measure, specs []record.Spec) []*record.Record {
	found, _, unreadable := Finished(store, specs)
	tell(w, unreadable)
	return slices.DeleteFunc(found, func(r *record.Record) bool { return r == nil || !measure.In(r) })
}

// sayFound says how many records were found, and with which words of the command the rest is trained.
func sayFound(w io.Writer, found, asked int, rest string) {
	fmt.Fprintf(w, "%d of %d records found", found, asked)
	if found < asked && rest != "" {
		fmt.Fprint(w, "; train the rest with: go run ./notebooks "+rest)
	}
	fmt.Fprintln(w)
}

// trainAll trains what is missing of specs, measured so; runs of one shape share what is compiled.
func trainAll(measure record.Measure, specs []record.Spec) []*record.Record {
	ctx, stop := run.Interruptible(context.Background())
	defer stop()
	pool := &train.Pool{}
	defer pool.Close()
	opt := options(measure)
	opt.NewEngine = pool.New
	records, err := run.RunAll(ctx, specs, opt)
	must(err)
	return records
}
