// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"fmt"
	"slices"
	"strings"
)

// Measure asks for more to be measured at the evaluated steps than accuracies and losses: one of the names below, or
// several separated by commas. It is no part of a spec: a measured run makes the same net and the same curves, takes
// longer, and its record holds more.
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
	//	energy_share_pristine  Σ_{e pristine} ‖∇ℓ_e‖² / Σ_e ‖∇ℓ_e‖²; energy_share_pristine_layer_0 … of each layer
	//	cosine_groups          ⟨g^p, g^c⟩/(‖g^p‖ ‖g^c‖), also by layer
	//	example_norm2_layer_0, coherence_pristine_layer_0, coherence_corrupt_layer_0 … as above, by layer
	//
	// A value about a group without examples is left out, as are all of f and i then, and f where g is 0. Records made
	// before the last three lines were measured lack them; what is not by layer [Record.Column] works out from the
	// others. At steps of a [ScheduleDense] that are not the paper's none of these is measured.
	MeasureGradients Measure = "gradients"

	// MeasureCoherence is the part of [MeasureGradients] that says how far gradients agree, in a third of the space:
	// gradient_norm2, example_norm2, coherence, coherence_pristine and coherence_corrupt, and of each layer coherence_layer_0
	// … and example_norm2_layer_0 …, to seven digits, which is what sums of single-precision gradients are good for. It costs
	// as much. Asked for with MeasureGradients it adds nothing.
	MeasureCoherence Measure = "coherence"

	// MeasureClamping tells whose gradients a rule clamps or drops, for rules that do: shares, 0 to 1, of the values of
	// a group's per-example gradients in the batches of the next ClampingBatches updates, at the weights of the
	// evaluated step. It costs a few updates.
	//
	//	clamped_low, clamped_high     of all examples' values: below the lower bound, above the upper one
	//	clamped_low_pristine …        of the pristine examples' values, and clamped_low_corrupt … of the corrupt ones'
	//	…_layer_0 …                   the same of each layer's values
	//
	// A share of a group without an example in those batches is left out.
	MeasureClamping Measure = "clamping"

	// MeasureHealth tells how the net is: it costs one more pass over the training examples.
	//
	//	dead_layer_0 …    share of the units of hidden layer 0 … that are 0 on every training example. Hidden layers are
	//	                  counted from the input; they are the model's ReLUs (a maximum with 0), and a model without any has
	//	                  none of these values. In a layer of [m, height, width, channels] a unit is a channel
	//	active_layer_0 …  mean share of a hidden layer's units that are above 0 on a training example
	//	logit_max         largest |output| over the training examples
	//	update_max        largest ‖w after − w before‖ over the updates since the last evaluation, and update_last that of
	//	                  the last update; not at step 0
	//	batch_loss        mean loss of the batches since the last evaluation, each before its update; not at step 0
	MeasureHealth Measure = "health"

	// MeasureSignals takes what rules look at that say when to stop, see package stopping: at each evaluation one pass
	// forward and backward over the training examples, and five batches. With six significant digits:
	//
	//	coherence, example_norm2, gradient_norm2  as MeasureGradients has them
	//	gradient_disparity   mean of ‖u_i − u_j‖ over the ten pairs of the next five updates' batches. u is a batch's
	//	                     gradient divided by the standard deviation of its examples' losses
	//	evidence             mean over these five batches of 1 − (m/D) Σ_j ḡ_j²/(V_j + 1e-5): m examples a batch, D
	//	                     parameters, ḡ_j a batch's mean gradient and V_j the sample variance of its examples'
	//	label_changes        number of training examples predicted otherwise than at the last evaluation; not at the first
	//	validation_accuracy  on [ValidationExamples] examples behind those trained on, with label noise of the same kind
	//	                     and share; only where the data set is the first examples of a larger one
	//
	// At steps of a [ScheduleDense] that are not the paper's none of these is measured. Sets with a target have no last
	// two.
	MeasureSignals Measure = "signals"

	// MeasureExamples scores each training example, over the whole run, and writes the scores into the record's folder,
	// see [Examples]. It costs about two more passes over the training examples and a sum of their gradients. Where some
	// labels are known to be wrong it adds, after step 0, how well each of [ExampleScores] finds them so far:
	//
	//	missed_aum …        with as many flags as there are wrong labels, the share of those that is not flagged
	//	precision_aum_10 …  at the last step only: the share of wrong labels among the flags that find 10, 20 … 100 % of them
	//
	// Among equal scores both are what a draw would give on the average. A set with a target has no such scores.
	MeasureExamples Measure = "examples"

	// MeasureAlignment tells where the first layer's weights have gone, of the model "mlp" on images or tables of up to
	// 1,024 features; others have none of these values. It costs some seconds at the start of a run. ΔW [features, width]
	// is what training has added to the initial weights. V are the principal directions of the inputs: eigenvectors
	// of their second moments E[xxᵀ], over at most the first 6,000 training examples. The first, nearly the
	// mean image, is kept apart, and C = VᵀΔWΔWᵀV is of the next 50, or as many as there are.
	//
	//	weights_moved      ‖ΔW‖ / ‖W at the start‖
	//	moved_first        share of ‖ΔW‖² along the first direction, and moved_next along the next 50
	//	alignment          Σ_k C_kk² / Σ_kl C_kl²: 1 where C's eigenvectors are the inputs'
	//	alignment_chance   its mean over all rotations of V: (2 + (tr C)²/tr C²)/(K + 2) for K directions
	//	alignment_order    Kendall's τ between the directions' variances and C_kk
	//
	// Where ΔW is 0 all but the first are left out. What is trained before step 0, see [Spec].First, counts as added.
	MeasureAlignment Measure = "alignment"
)

// ValidationExamples is how many examples validation_accuracy is of.
const ValidationExamples = 1000

// SignalBatches is how many batches [MeasureSignals] looks at.
const SignalBatches = 5

// ClampingBatches is how many batches [MeasureClamping] looks at.
const ClampingBatches = 5

// measures lists the names in the order in which [ParseMeasure] writes them.
var measures = []Measure{MeasureGradients, MeasureCoherence, MeasureClamping, MeasureHealth, MeasureSignals, MeasureExamples, MeasureAlignment}

// Asks says whether m is, or has among its names, the given one.
func (m Measure) Asks(name Measure) bool {
	for word := range strings.SplitSeq(string(m), ",") {
		if word == string(name) && word != "" {
			return true
		}
	}
	return false
}

// ParseMeasure reads names separated by commas, in any order; "" asks for nothing.
func ParseMeasure(names string) (Measure, error) {
	if names == "" {
		return "", nil
	}
	var list []string
	for word := range strings.SplitSeq(names, ",") {
		word = strings.TrimSpace(word)
		if !slices.Contains(measures, Measure(word)) {
			return "", fmt.Errorf("measure = %q: unknown; use one or more of %s, separated by commas, or leave it out",
				Clip(word), MeasureNames())
		}
		list = append(list, word)
	}
	var known []string
	for _, m := range measures {
		if slices.Contains(list, string(m)) {
			known = append(known, string(m))
		}
	}
	return Measure(strings.Join(known, ",")), nil
}

// MeasureNames lists the names for people.
func MeasureNames() string {
	names := make([]string, len(measures))
	for i, m := range measures {
		names[i] = string(m)
	}
	return strings.Join(names, ", ")
}

// Columns are values that a record has if it was measured so, whatever its model, noise and rule.
func (m Measure) Columns() []string {
	var list []string
	if m.Asks(MeasureGradients) || m.Asks(MeasureCoherence) {
		list = append(list, "gradient_norm2", "example_norm2", "coherence")
	}
	if m.Asks(MeasureHealth) {
		list = append(list, "logit_max")
	}
	if m.Asks(MeasureSignals) {
		list = append(list, "coherence", "example_norm2", "gradient_norm2", "gradient_disparity", "evidence")
	}
	return list
}

// Has says whether the record has a value of each name at every evaluation, but for those at the steps that
// [ScheduleDense] adds; ip, ic and their kin only need to be there in the first ten steps, for which they are defined.
// It is false for a record without evaluations.
func (r *Record) Has(names ...string) bool {
	for _, e := range r.Evaluations {
		if r.Spec.Light(e.Step) {
			continue
		}
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
func (m Measure) In(r *Record) bool {
	if m == "" || r == nil {
		return m == ""
	}
	names := m.Columns()
	if m.Asks(MeasureClamping) && TakesC(r.Spec.Aggregator) && r.Spec.C > 0 {
		names = append(names, "clamped_low")
	}
	if m.Asks(MeasureAlignment) && r.Spec.ModelName() == defaultModel {
		names = append(names, "weights_moved")
	}
	if m.Asks(MeasureExamples) && !r.HasExamples() {
		return false
	}
	return r.Has(names...)
}
