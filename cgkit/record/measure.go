// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import "fmt"

// Measure asks for more to be measured at the evaluated steps than accuracies and losses. It is no part of a spec: a
// measured run makes the same net and the same curves, takes longer, and its record holds more.
type Measure string

// What can be measured. The zero value is nothing more.
const (
	// MeasureGradients takes the gradients of all training examples at each evaluated step (CG §2.3 and §2.4). It costs
	// about 2.5 plain evaluations each time: 2.7 CPU seconds for all of MNIST and 784–2048–10. These values go into
	// Evaluation.Extra. They are of all N training examples and all parameters unless said otherwise, and
	// g = (1/N) Σ_e ∇ℓ_e is the gradient of the mean training loss:
	//
	//	gradient_norm2      ‖g‖²
	//	example_norm2       (1/N) Σ_e ‖∇ℓ_e‖², of the examples' own losses
	//	coherence           m-coherence m·α with m = N: ‖Σ_e ∇ℓ_e‖² / Σ_e ‖∇ℓ_e‖²; coherence_layer_0 … of each layer
	//	coherence_pristine  the same among the pristine examples alone; coherence_corrupt among the corrupt ones
	//	fp, fc              ⟨g, g^p⟩/⟨g, g⟩ and ⟨g, g^c⟩/⟨g, g⟩; fp_layer_0 … of each layer, weights and biases
	//	ip, ic              (1/|p|) Σ_{t' ≤ t} ⟨g_t', g^p_t'⟩ and likewise, at steps 0 to 9 only, where every step is
	//	                    evaluated; times the learning rate it is the first-order fall of the mean loss that is
	//	                    owed to one example of the group so far
	//	…_sample            fp, fc, ip, ic as the paper estimates them, on 400 examples × 300 weights from each layer, no
	//	                    biases; the same examples and weights in every run of a net's shape, and the same 1/N
	//	…_null_1 … 6        fp, ip, ic of the sample with its designations permuted, see coherence.NullWorld
	//
	// A value about a group without examples is left out, as are all of f and i then, and f where g is 0.
	MeasureGradients Measure = "gradients"
)

// ParseMeasure reads a measure's name; "" asks for nothing.
func ParseMeasure(name string) (Measure, error) {
	switch m := Measure(name); m {
	case "", MeasureGradients:
		return m, nil
	}
	return "", fmt.Errorf("measure = %q: unknown; use %s, or leave it out", Clip(name), MeasureGradients)
}

// Columns are values that a record has if it was measured so, whatever its spec.
func (m Measure) Columns() []string {
	if m == MeasureGradients {
		return []string{"gradient_norm2", "example_norm2", "coherence"}
	}
	return nil
}

// Has says whether the record has a value of each name at every evaluation; ip, ic and their kin only need to be
// there in the first ten steps, for which they are defined. It is false for a record without evaluations.
func (r *Record) Has(names ...string) bool {
	for _, e := range r.Evaluations {
		for _, name := range names {
			if _, ok := e.Value(name); !ok && (e.Step < contributionSteps || !isContribution(name)) {
				return false
			}
		}
	}
	return len(r.Evaluations) > 0
}

// contributionSteps is for how many steps i^p and i^c are followed: those that are evaluated one by one.
const contributionSteps = 10

// isContribution tells ip and ic, also of the sample and the null worlds.
func isContribution(name string) bool {
	return len(name) >= 2 && (name[:2] == "ip" || name[:2] == "ic") && (len(name) == 2 || name[2] == '_')
}

// In says whether a record has what a measure adds; every record has what the zero measure does, and nil has no other.
func (m Measure) In(r *Record) bool { return m == "" || r != nil && r.Has(m.Columns()...) }
