// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package stopping holds rules that say when to stop training, most of them without validation data: each is a few
// lines on numbers measured at the evaluated steps of a run, such as a column of a record. It is plain Go.
//
// # The rules
//
//	[Trough]      the smallest value, once a later one is twice as large: of m-coherence, of E‖g‖²
//	[Rises]       the n-th rise: gradient disparity (Forouzesh & Thiran, 2107.06665)
//	[FirstLow]    the first local minimum of a moving average: Label Wave (Yuan et al., 2502.07551)
//	[FirstAbove]  the first value above a level: the evidence-based criterion (Mahsereci et al., 1703.09580), or a
//	              training accuracy of the share of right labels, for who knows it
//	[Flat]        the first relative fall smaller than a share: of the training loss
//	[Patience]    the largest value, once so many have not been larger: accuracy on a validation split
//
// [Rules] applies them to the columns of a record, as the claim S1 compares them.
//
// # What a rule gives
//
// A [Choice] says at which evaluation training may stop, and of which evaluation the weights are to be kept: they may be
// earlier ones. A rule looks at no evaluation after the one at which it stops. Where it never stops, training goes to its
// end and the last weights are kept. NaN stands for what was not measured; a comparison with it is false. Columns may
// be empty.
package stopping

// Choice is what a rule makes of a run with n evaluations, by their numbers from 0.
type Choice struct {
	Keep    int  // whose weights to keep; −1 for a run without evaluations
	Stop    int  // when that was known; n−1 where the rule never stops
	Stopped bool // the rule stopped
}

// never is the choice of a rule that does not stop.
func never(n int) Choice { return Choice{Keep: n - 1, Stop: n - 1} }
