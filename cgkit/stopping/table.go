// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package stopping

// Run is what the rules of [Rules] look at.
type Run struct {
	Steps []float64
	// Column is a measured value at each of the steps, by its name in a record, NaN where there is none.
	Column func(name string) []float64
	// Right is the share of right labels among those trained on: what a rule knows that knows the noise.
	Right float64
}

// Rule is a rule with the numbers that it is compared with.
type Rule struct {
	Name  string // in names of measured quantities
	Text  string // for people, in a few words
	Long  string // the rule, in a sentence
	Knows string // what it is told besides the training set: "", "labels" held out, or "noise", its share
	Needs string // the column that it looks at
	Of    func(Run) Choice
}

// What a [Rule] may know.
const (
	KnowsLabels = "labels"
	KnowsNoise  = "noise"
)

// Numbers of the rules of [Rules].
const (
	DisparityRises = 5    // as its paper has it
	WaveWindow     = 3    // evaluations
	FlatShare      = 0.01 // an evaluation
	PatienceOf     = 10   // evaluations
)

// Rules are the rules that the claim S1 compares, the trough of coherence first. Evaluations are meant to lie an epoch
// apart.
func Rules() []Rule {
	return []Rule{
		{Name: "trough", Text: "trough of α̂", Needs: "coherence",
			Long: "medians of three evaluations of m-coherence, from step 300 on: at the first that is more than twice the smallest; the weights of the smallest",
			Of:   func(r Run) Choice { return Trough{}.Of(r.Steps, r.Column("coherence")) }},
		{Name: "energy", Text: "turn of E‖g‖²", Needs: "example_norm2",
			Long: "the same of the mean squared norm of an example's gradient",
			Of:   func(r Run) Choice { return Trough{}.Of(r.Steps, r.Column("example_norm2")) }},
		{Name: "disparity", Text: "gradient disparity", Needs: "gradient_disparity",
			Long: "at its fifth rise since the beginning; the weights of then",
			Of:   func(r Run) Choice { return Rises(r.Column("gradient_disparity"), DisparityRises) }},
		{Name: "wave", Text: "Label Wave", Needs: "label_changes",
			Long: "at the first rise of the moving average of three numbers of changed predictions; the weights before it",
			Of:   func(r Run) Choice { return FirstLow(r.Column("label_changes"), WaveWindow) }},
		{Name: "evidence", Text: "evidence-based", Needs: "evidence",
			Long: "at the first criterion above 0, the mean of five batches; the weights of then",
			Of:   func(r Run) Choice { return FirstAbove(r.Column("evidence"), 0) }},
		{Name: "flat", Text: "training loss flat", Needs: "train_loss",
			Long: "from step 300 on, at the first evaluation at which the training loss, a median of the last three, has fallen by less than 1 %; the weights of then",
			Of: func(r Run) Choice {
				return Flat(r.Steps, Medians(r.Column("train_loss")), TroughFrom, FlatShare)
			}},
		{Name: "validation", Text: "noisy validation", Knows: KnowsLabels, Needs: "validation_accuracy",
			Long: "once ten evaluations in a row have no higher accuracy on held-out examples with labels as noisy; the weights of the highest",
			Of:   func(r Run) Choice { return Patience(r.Column("validation_accuracy"), PatienceOf) }},
		{Name: "proper", Text: "share of right labels", Knows: KnowsNoise, Needs: "train_accuracy",
			Long: "at the first training accuracy above the share of right labels; the weights of then",
			Of:   func(r Run) Choice { return FirstAbove(r.Column("train_accuracy"), r.Right) }},
	}
}
