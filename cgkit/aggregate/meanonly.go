// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

// MeanOnly is a rule that may need no more of a batch than its mean gradient. Whoever trains with such a rule gives it
// the batch's ordinary gradient, so that any model can be trained that GoMLX trains, those that mix their examples too:
// batch normalisation, contrastive losses.
//
// A rule that does not implement it is given a view of each example's gradient, which some models refuse.
type MeanOnly interface {
	Rule
	// NeedsMeanOnly reports whether Directions, or Next, asks its Examples for nothing but Len, Mean, and MeanOf over all
	// of them. It may depend on the rule's settings, not on the batch.
	NeedsMeanOnly() bool
}

var _ = []MeanOnly{Mean{}, SignOfSum{}, Winsorize{}, TrimmedMean{}, MedianOfMeans{}, rolling{}}

// NeedsMeanOnly says whether a rule with its settings needs no more than the mean gradient, see [MeanOnly].
func NeedsMeanOnly(rule Rule) bool {
	r, ok := rule.(MeanOnly)
	return ok && r.NeedsMeanOnly()
}

// NeedsMeanOnly is true.
func (Mean) NeedsMeanOnly() bool { return true }

// NeedsMeanOnly is true.
func (SignOfSum) NeedsMeanOnly() bool { return true }

// NeedsMeanOnly is true at c = 0, which clamps nothing.
func (w Winsorize) NeedsMeanOnly() bool { return w.C == 0 }

// NeedsMeanOnly is true at c = 0, which cuts nothing.
func (t TrimmedMean) NeedsMeanOnly() bool { return t.C == 0 }

// NeedsMeanOnly is true for one group.
func (r MedianOfMeans) NeedsMeanOnly() bool { return r.groups() == 1 }

// NeedsMeanOnly is true: what is remembered are means of batches.
func (rolling) NeedsMeanOnly() bool { return true }
