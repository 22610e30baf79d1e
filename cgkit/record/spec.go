// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"coherentgradients/cgkit/internal/settings"
)

// Format is the version of the record format written and read here. It is part of the spec, so also of its id.
const Format = 1

// Rules, percentiles and initialisations named in a Spec.
const (
	AggregatorMean        = "mean"      // plain SGD
	AggregatorWinsorize   = "winsorize" // CG §3
	AggregatorTrimmedMean = "trimmed-mean"

	PercentileNearest = "nearest" // the sample value at the rounded rank, half to even (the authors')
	PercentileLinear  = "linear"  // between the two neighbours

	InitAuthors = "authors" // N(0, 2/√(fan_in+fan_out)), as the authors' code draws it
	InitXavier  = "xavier"  // Glorot normal, as the paper says it
)

// Spec says what one training run is: data, net, rule and length. It says nothing of how or where it is computed, so
// two machines that run the same spec make the same record. The fields' names and order are the record format.
type Spec struct {
	Format       int     `json:"format"`        // [Format]
	Dataset      string  `json:"dataset"`       // mnist, fashion-mnist, cifar-10 or glyphs
	Noise        float64 `json:"noise"`         // share of the training labels that are permuted, in [0, 1]
	Hidden       []int   `json:"hidden"`        // widths of the hidden layers; none makes a linear classifier
	Aggregator   string  `json:"aggregator"`    // the rule that makes one of the gradients, by its name in package aggregate: mean, winsorize, median, and so on
	C            float64 `json:"c"`             // percent clamped on either side, in [0, 50)
	Percentile   string  `json:"percentile"`    // nearest or linear
	Init         string  `json:"init"`          // authors or xavier
	Steps        int     `json:"steps"`         // updates; 0 evaluates the initial net and no more
	Batch        int     `json:"batch"`         // examples an update; divides the training set
	LearningRate float64 `json:"learning_rate"` // multiplies the gradient of the batch's mean loss
	Seed         int64   `json:"seed"`          // of the initial weights, the order of examples and the label noise

	// What follows is left out of a record and of its id where it is empty, as it is in the paper's runs.

	// Model is the network's name in package models; "" is the paper's, "mlp". Any other takes no hidden and no init.
	Model string `json:"model,omitempty"`
	// Settings are the model's hyperparameters that are not its defaults.
	Settings map[string]string `json:"settings,omitempty"`
	// Data is the content of a data set that is not a published one: the first 16 hexadecimal digits of its DataHash.
	Data string `json:"data,omitempty"`

	// Weights is in what precision the update keeps weights: "", as the model has them, or [WeightsFloat64], as the
	// authors' code does: w ← w − η·g̃ in float64, of a step rounded to float32, and the net computes with float32
	// copies.
	Weights string `json:"weights,omitempty"`
	// MaxUpdate is the largest ‖Δw‖ of an update, over all variables together: one that would be longer is shortened to
	// it. 0: none.
	MaxUpdate float64 `json:"max_update,omitempty"`
	// WeightDecay λ adds λ·w to the rule's direction, of every variable. 0: none.
	WeightDecay float64 `json:"weight_decay,omitempty"`
	// Momentum μ of plain steps, heavy ball: v ← μ·v + direction, w ← w − η·v, of every variable. 0: none. The direction
	// is the rule's, with the weights' decay.
	Momentum float64 `json:"momentum,omitempty"`
	// Optimizer is what the rule's directions are handed to: "", a plain step, or one of [Optimizers], GoMLX's with their
	// defaults and the run's learning rate. Beside it Momentum, WeightDecay, MaxUpdate and Weights are of plain steps alone.
	Optimizer string `json:"optimizer,omitempty"`
	// NoiseKind is how labels become noisy: "", a share is permuted among themselves (the paper's), or [NoisePairFlip].
	NoiseKind string `json:"noise_kind,omitempty"`
	// Augment is what is done to training images before each update that sees them, anew each time: "", nothing,
	// [AugmentShift] or [AugmentFlipShift]. Evaluations are of the images as they are.
	Augment string `json:"augment,omitempty"`
	// First is what the net is trained on before step 0, for FirstSteps updates at the run's rate and batch by plain SGD:
	// "", nothing, or one of the names of [Firsts]. Where it is one of them the run starts from that net's weights. What
	// else the run asks of its updates, its images and its schedule does not hold there. The evaluation at step 0 has the
	// training accuracy on the random labels, at the end, as first_accuracy.
	First      string `json:"first,omitempty"`
	FirstSteps int    `json:"first_steps,omitempty"`
	// Schedule is when the run is evaluated: "", at the paper's steps, [ScheduleDense] or [ScheduleEven].
	Schedule string `json:"schedule,omitempty"`
	// RuleSettings are what the rule is told in place of its defaults, besides c and percentile.
	RuleSettings map[string]string `json:"rule_settings,omitempty"`
}

// WeightsFloat64 keeps weights in float64, see Spec.Weights.
const WeightsFloat64 = "float64"

// NoisePairFlip is label noise that depends on the class: each example is chosen with probability Noise, and the label
// of a chosen one becomes the next class, the last class's the first.
const NoisePairFlip = "pair-flip"

// Optimizers are the names that [Spec].Optimizer may have.
func Optimizers() []string { return []string{"adam", "adamax", "rmsprop"} }

// What [Spec].Augment may do to images. Draws follow from the seed, the epoch and the example.
const (
	AugmentShift     = "shift"      // shifts each image by −1, 0 or 1 pixels down and as much to the right; what comes in is 0
	AugmentFlipShift = "flip-shift" // shifts by −4 to 4 pixels, and flips every second image, by chance, left to right
)

// What [Spec].First may train on, always with labels permuted by another seed than the run's.
const (
	// FirstRandom is the run's own images with all labels permuted.
	FirstRandom = "random-labels"
	// FirstElsewhere is other images of the same source with all labels permuted: those behind the first N of a data
	// set that is the first N examples of another, N of them again.
	FirstElsewhere = "random-labels-elsewhere"
	// FirstNorms trains as FirstRandom does and keeps of it no more than the norm of each variable: the run starts from
	// its own initial weights, scaled to those norms; a variable that is 0, as biases are, stays so.
	FirstNorms = "random-labels-norms"
)

// Firsts are the names that [Spec].First may have.
func Firsts() []string { return []string{FirstRandom, FirstElsewhere, FirstNorms} }

// ModelName is the network's name, "mlp" where Model is empty.
func (s Spec) ModelName() string {
	if s.Model == "" {
		return defaultModel
	}
	return s.Model
}

// DefaultSpec is the paper's run without noise and without winsorization (CG §3).
func DefaultSpec() Spec {
	return Spec{
		Format:       Format,
		Dataset:      "mnist",
		Noise:        0,
		Hidden:       []int{256, 256, 256},
		Aggregator:   AggregatorMean,
		C:            0,
		Percentile:   PercentileNearest,
		Init:         InitAuthors,
		Steps:        60_000, // 100 epochs
		Batch:        100,
		LearningRate: 0.1,
		Seed:         1,
	}
}

// Normalized returns the spec in the one form that its record has. Two specs that describe the same computation get the
// same id: winsorizing or trimming with c = 0 becomes the mean, a rule that asks for no percentile gets the default
// one, −0 becomes 0, and a setting that is the model's or the rule's default is left out, where the program knows those
// (packages models and aggregate). The result shares no memory with s.
func (s Spec) Normalized() Spec {
	s = s.plain()
	s.Settings = reducedSettings(s.ModelName(), s.Settings)
	s.RuleSettings = reducedSettings(settings.OfRule+s.Aggregator, s.RuleSettings)
	return s
}

// reducedSettings are settings without what says nothing new; nil for none.
func reducedSettings(of string, given map[string]string) map[string]string {
	if len(given) == 0 {
		return nil
	}
	if given = settings.Reduced(of, given); len(given) == 0 {
		return nil
	}
	return given
}

// plain is Normalized as far as the spec alone says it. Ids are of this form: what a record is called does not depend
// on the models that a program knows.
func (s Spec) plain() Spec {
	s.Hidden = append([]int{}, s.Hidden...) // never nil, which JSON would write as null
	s.Noise += 0                            // −0 + 0 is 0
	s.C += 0
	if slices.Contains(clamping, s.Aggregator) && s.C == 0 {
		s.Aggregator = AggregatorMean
	}
	if s.Model == defaultModel {
		s.Model = ""
	}
	for _, list := range []*map[string]string{&s.Settings, &s.RuleSettings} {
		if *list = maps.Clone(*list); len(*list) == 0 {
			*list = nil
		}
	}
	s.MaxUpdate += 0
	s.WeightDecay += 0
	s.Momentum += 0
	if s.Noise == 0 {
		s.NoiseKind = ""
	}
	if s.FirstSteps == 0 {
		s.First = ""
	}
	if s.Model != "" { // widths and initial weights are the paper's net's
		s.Hidden, s.Init = []int{}, InitAuthors
	}
	if s.Aggregator != AggregatorWinsorize && (s.Percentile == PercentileLinear || s.Percentile == "") { // an unknown one stays an error
		s.Percentile = PercentileNearest
	}
	return s
}

// Besides says in words what a spec asks of the update that is not the paper's, as "weights in float64, updates up to
// 0.2, weight decay 0.001"; "" for nothing.
func (s Spec) Besides() string {
	var words []string
	if s.Weights != "" {
		words = append(words, "weights in "+s.Weights)
	}
	if s.MaxUpdate != 0 {
		words = append(words, fmt.Sprintf("updates up to %v", s.MaxUpdate))
	}
	if s.WeightDecay != 0 {
		words = append(words, fmt.Sprintf("weight decay %v", s.WeightDecay))
	}
	if s.Momentum != 0 {
		words = append(words, fmt.Sprintf("momentum %v", s.Momentum))
	}
	if s.Optimizer != "" {
		words = append(words, "steps by "+s.Optimizer)
	}
	switch s.Augment {
	case AugmentShift:
		words = append(words, "images shifted by up to a pixel")
	case AugmentFlipShift:
		words = append(words, "images flipped, and shifted by up to four pixels")
	}
	switch s.First {
	case FirstRandom:
		words = append(words, fmt.Sprintf("after %d steps on random labels", s.FirstSteps))
	case FirstElsewhere:
		words = append(words, fmt.Sprintf("after %d steps on random labels of other images", s.FirstSteps))
	case FirstNorms:
		words = append(words, fmt.Sprintf("initial weights of the norms that %d steps on random labels give", s.FirstSteps))
	}
	return strings.Join(words, ", ")
}

// ID names the record of the spec: readable, and ending in a hash of the spec alone, as in
// mnist-n50-winsorize-c2-s1-0123456789. It never depends on the version of this code or of Go.
func (s Spec) ID() string {
	s = s.plain()
	sum := sha256.Sum256(s.canonical())
	name := s.Dataset
	if s.Model != "" {
		name += "-" + s.Model
	}
	return fmt.Sprintf("%s-n%s-%s-c%s-s%d-%s", name, short(s.Noise*100), s.Aggregator, short(s.C), s.Seed,
		hex.EncodeToString(sum[:5]))
}

// short prints a percentage for people: at most four digits, so that 0.29·100 is 29.
func short(x float64) string { return strconv.FormatFloat(x, 'g', 4, 64) }

// canonical is the JSON that the id hashes: the fields in the order of the struct, no spaces, shortest numbers that
// read back as the same float64. Written by hand, so that no change of encoding/json can change an id.
func (s Spec) canonical() []byte {
	number := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	var hidden []string
	for _, width := range s.Hidden {
		hidden = append(hidden, strconv.Itoa(width))
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"format":%d,"dataset":%q,"noise":%s,"hidden":[%s],"aggregator":%q,"c":%s,"percentile":%q,`,
		s.Format, s.Dataset, number(s.Noise), strings.Join(hidden, ","), s.Aggregator, number(s.C), s.Percentile)
	fmt.Fprintf(&b, `"init":%q,"steps":%d,"batch":%d,"learning_rate":%s,"seed":%d`,
		s.Init, s.Steps, s.Batch, number(s.LearningRate), s.Seed)
	if s.Model != "" {
		fmt.Fprintf(&b, `,"model":%q`, s.Model)
	}
	texts := func(field string, values map[string]string) {
		for i, name := range slices.Sorted(maps.Keys(values)) {
			if i == 0 {
				fmt.Fprintf(&b, `,%q:{`, field)
			} else {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `%q:%q`, name, values[name])
		}
		if len(values) > 0 {
			b.WriteByte('}')
		}
	}
	texts("settings", s.Settings)
	if s.Data != "" {
		fmt.Fprintf(&b, `,"data":%q`, s.Data)
	}
	if s.Weights != "" {
		fmt.Fprintf(&b, `,"weights":%q`, s.Weights)
	}
	if s.MaxUpdate != 0 {
		fmt.Fprintf(&b, `,"max_update":%s`, number(s.MaxUpdate))
	}
	if s.WeightDecay != 0 {
		fmt.Fprintf(&b, `,"weight_decay":%s`, number(s.WeightDecay))
	}
	if s.Schedule != "" {
		fmt.Fprintf(&b, `,"schedule":%q`, s.Schedule)
	}
	texts("rule_settings", s.RuleSettings)
	if s.Momentum != 0 {
		fmt.Fprintf(&b, `,"momentum":%s`, number(s.Momentum))
	}
	if s.Optimizer != "" {
		fmt.Fprintf(&b, `,"optimizer":%q`, s.Optimizer)
	}
	if s.NoiseKind != "" {
		fmt.Fprintf(&b, `,"noise_kind":%q`, s.NoiseKind)
	}
	if s.Augment != "" {
		fmt.Fprintf(&b, `,"augment":%q`, s.Augment)
	}
	if s.First != "" {
		fmt.Fprintf(&b, `,"first":%q`, s.First)
	}
	if s.FirstSteps != 0 {
		fmt.Fprintf(&b, `,"first_steps":%d`, s.FirstSteps)
	}
	b.WriteByte('}')
	return b.Bytes()
}

// defaultModel is the paper's net, of which a record says nothing.
const defaultModel = "mlp"
