// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package runs is the table of runs: every record of a store as a row of columns, filtered, sorted and compared over
// seeds, for the terminal, as CSV or JSON, and as a page that works without a kernel.
//
// A [Row] is a record. [Column] names a field of its spec, what is known of the run, or anything that its evaluations
// hold: the last value by the name in the record, such as test_accuracy, the best over the run as best_test_accuracy,
// and the step of that as best_test_accuracy_step. [Filter] picks rows by such columns, [Compare] joins those that
// differ in their seed alone.
package runs
