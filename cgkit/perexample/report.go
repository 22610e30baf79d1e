// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/gomlx/compute/shapes"
)

// Report is what [Check] found: what is wrong, and the numbers that it goes by.
type Report struct {
	// Examples is m, how many the batch held.
	Examples int
	// Findings is the diagnosis; none where all is well.
	Findings []Finding
	// Variables has one line for each trainable variable in use; none where the model was refused.
	Variables []VariableReport
	// SumNorm is ‖Σ_b g_b‖ of the views, and MeanNorm m·‖ḡ‖ of GoMLX's own gradient, over all variables: equal but for
	// rounding.
	SumNorm, MeanNorm float64
	// CopiesAlpha is the coherence α = ‖Σ_b g_b‖² / (m·Σ_b ‖g_b‖²) of a batch of copies of one example, which is 1. NaN
	// where it was not measured, or all gradients are 0.
	CopiesAlpha float64
}

// VariableReport compares the per-example gradients of one variable.
type VariableReport struct {
	Path  string
	Shape shapes.Shape
	// Largest is the largest difference, over all examples and coordinates, between the views and the gradients taken of
	// one example at a time; Scale is the largest of those gradients in absolute value. +Inf stands for a NaN.
	Largest, Scale float64
	// LosesNaN is set where a NaN in an example's input does not reach its gradient: a comparison, a sign or a maximum on
	// the way, as in an activation, answers something else. No fault, but a rule that looks for NaN won't see it here.
	LosesNaN bool
}

// Kind says what a finding is about.
type Kind string

// The kinds of findings.
const (
	// Mixing: examples of a batch meet before the loss, so that one's gradient depends on the others.
	Mixing Kind = "mixing"
	// Refused: this package can't follow the model; whether examples meet is not known, and as far as the values of the
	// loss tell they don't.
	Refused Kind = "refused"
	// WrongView: a view differs from the gradient of its example alone, and nothing was found that mixes.
	WrongView Kind = "wrong view"
	// WrongSum: the views don't add up to GoMLX's gradient, or copies of one example don't have one gradient.
	WrongSum Kind = "wrong sum"
)

// Finding is one thing that is wrong.
type Finding struct {
	Kind Kind
	// Node is the operation where it happens, as GoMLX prints it; Variable the one whose gradients it spoils, with its
	// shape and how many there are besides. Either is "" where it isn't known.
	Node, Variable string
	// Reason is what is wrong, and Remedy what the user can do.
	Reason, Remedy string
}

// String is one line.
func (f Finding) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", f.Kind, f.Reason)
	if f.Node != "" {
		fmt.Fprintf(&b, " in %s", f.Node)
	}
	if f.Variable != "" {
		fmt.Fprintf(&b, ", for variable %s", f.Variable)
	}
	if f.Remedy != "" {
		fmt.Fprintf(&b, ": %s", f.Remedy)
	}
	return b.String()
}

// Err is nil where all is well, or an error of one line for each finding.
func (r Report) Err() error {
	var list []error
	for _, f := range r.Findings {
		list = append(list, errors.New("perexample: "+f.String()))
	}
	return errors.Join(list...)
}

// Worst is the largest error over all variables beside the largest gradient of the model: 0 where all gradients are
// zero and so are the views, +Inf where one is NaN, or not zero as it should be. Beside their own variable's gradients errors
// would say nothing where these are rounding themselves, as for the key biases of attention.
func (r Report) Worst() float64 {
	var largest, scale float64
	for _, v := range r.Variables {
		if notFinite(v.Largest) || notFinite(v.Scale) {
			return math.Inf(1)
		}
		largest, scale = max(largest, v.Largest), max(scale, v.Scale)
	}
	switch {
	case largest == 0:
		return 0
	case scale == 0:
		return math.Inf(1)
	}
	return largest / scale
}

func notFinite(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }

// String is the findings and a table, for people.
func (r Report) String() string {
	var b strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintln(&b, f)
	}
	if len(r.Variables) == 0 {
		return b.String()
	}
	fmt.Fprintf(&b, "%d examples, ‖Σ g‖ = %.6g, m·‖mean‖ = %.6g, α of copies = %.6g\n", r.Examples, r.SumNorm, r.MeanNorm, r.CopiesAlpha)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "variable\tshape\tlargest error\tlargest gradient\tNaN")
	for _, v := range r.Variables {
		kept := "kept"
		if v.LosesNaN {
			kept = "lost"
		}
		fmt.Fprintf(w, "%s\t%s\t%.3g\t%.3g\t%s\n", v.Path, v.Shape, v.Largest, v.Scale, kept)
	}
	_ = w.Flush() // to memory: no error
	return b.String()
}
