// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"coherentgradients/datasets"
)

// Limits of a Spec. They are far above what the paper needs and keep a slip of the finger from filling memory.
const (
	maxWidth   = 65_536
	maxLayers  = 64
	maxWeights = 1 << 28 // between the hidden layers, in all: 1 GB, several times over while training
	maxSteps   = 1_000_000_000
)

// clamping lists the rules for which c means something.
var clamping = []string{AggregatorWinsorize, AggregatorTrimmedMean}

// Validate checks everything that can be checked without the data and without whoever trains: which rules and models
// there are is the engine's to say. An error is one line that names the value, the
// allowed range and the remedy.
func (s Spec) Validate() error {
	switch {
	case s.Format != Format:
		return fmt.Errorf("format = %d: this version runs format %d; update the project", s.Format, Format)
	case !datasetForm.MatchString(s.Dataset):
		return fmt.Errorf("dataset = %q: must be a data set's name, of small letters, digits, '-', '_' and '.', such as %s", Clip(s.Dataset), strings.Join(datasets.Names(), ", "))
	case !(s.Noise >= 0 && s.Noise <= 1): // NaN fails too
		return fmt.Errorf("noise = %v: must be a share in [0, 1], such as 0.5 for half of the labels", s.Noise)
	case !ruleForm.MatchString(s.Aggregator):
		return fmt.Errorf("aggregator = %q: must be the name of a rule, such as %s", Clip(s.Aggregator), AggregatorWinsorize)
	case !(s.C >= 0 && s.C < 50):
		return fmt.Errorf("c = %v: must be a percentage in [0, 50), clamped on either side, such as 2", s.C)
	case s.C != 0 && !slices.Contains(clamping, s.Aggregator):
		return fmt.Errorf("c = %v with aggregator %q: it has no use for c, which must be 0; use aggregator %q for c > 0",
			s.C, s.Aggregator, AggregatorWinsorize)
	case s.Percentile != PercentileNearest && s.Percentile != PercentileLinear:
		return fmt.Errorf("percentile = %q: unknown; use %s or %s", Clip(s.Percentile), PercentileNearest, PercentileLinear)
	case s.Init != InitAuthors && s.Init != InitXavier:
		return fmt.Errorf("init = %q: unknown; use %s or %s", Clip(s.Init), InitAuthors, InitXavier)
	case s.Steps < 0 || s.Steps > maxSteps:
		return fmt.Errorf("steps = %d: must be from 0 to %s; the paper takes 60000", s.Steps, humanize.Comma(maxSteps))
	case s.Batch < 1:
		return fmt.Errorf("batch = %d: must be at least 1; the paper takes 100", s.Batch)
	// What is above 0 as float64 may be 0 or infinite as the float32 that the net computes with.
	case !(float32(s.LearningRate) > 0) || math.IsInf(float64(float32(s.LearningRate)), 0):
		return fmt.Errorf("learning rate = %v: must be finite and above 0; the paper takes 0.1", s.LearningRate)
	}
	if err := s.validateModel(); err != nil {
		return err
	}
	if err := s.validateUpdate(); err != nil {
		return err
	}
	return s.validateHidden()
}

// Forms of a spec's optional fields. What they name is known to whoever trains: a record can be read without it.
var (
	datasetForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,99}$`)
	ruleForm    = regexp.MustCompile(`^[a-z][a-z0-9-]{0,59}$`)
	modelForm   = regexp.MustCompile(`^[a-z][a-z0-9-]{0,59}$`)
	settingForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,59}$`)
	valueForm   = regexp.MustCompile(`^[ -~]{0,200}$`)
	dataForm    = regexp.MustCompile(`^[0-9a-f]{16}$`)
)

func (s Spec) validateModel() error {
	if s.Model != "" && !modelForm.MatchString(s.Model) {
		return fmt.Errorf("model = %q: must be up to 60 small letters, digits and '-', beginning with a letter, such as cnn", Clip(s.Model))
	}
	for _, list := range []map[string]string{s.Settings, s.RuleSettings} {
		for _, name := range slices.Sorted(maps.Keys(list)) {
			switch {
			case !settingForm.MatchString(name):
				return fmt.Errorf("setting %q: a name must be up to 60 letters, digits and '_', beginning with a letter", Clip(name))
			case !valueForm.MatchString(list[name]):
				return fmt.Errorf("setting %s = %q: must be up to 200 printable ASCII characters", name, Clip(list[name]))
			}
		}
	}
	if s.Data != "" && !dataForm.MatchString(s.Data) {
		return fmt.Errorf("data = %q: must be the first 16 hexadecimal digits of the data's hash; leave it out, and it is filled in", Clip(s.Data))
	}
	return nil
}

// validateUpdate checks what is no part of the paper's runs.
func (s Spec) validateUpdate() error {
	switch {
	case s.Weights != "" && s.Weights != WeightsFloat64:
		return fmt.Errorf("weights = %q: unknown; use %s, or leave it out for the model's own precision", Clip(s.Weights), WeightsFloat64)
	case !(s.MaxUpdate >= 0) || math.IsInf(s.MaxUpdate, 0) || s.MaxUpdate > 0 && float32(s.MaxUpdate) < 0x1p-126:
		return fmt.Errorf("max update = %v: must be the largest norm of an update, a finite number from 1.2e-38 up such as 0.1, or 0 for none", s.MaxUpdate)
	case !(s.WeightDecay >= 0 && s.WeightDecay < 1):
		return fmt.Errorf("weight decay = %v: must be in [0, 1), such as 0.0001; 0 is none", s.WeightDecay)
	case !(s.Momentum >= 0 && s.Momentum < 1):
		return fmt.Errorf("momentum = %v: must be in [0, 1), such as 0.9; 0 is none", s.Momentum)
	case s.Optimizer != "" && !slices.Contains(Optimizers(), s.Optimizer):
		return fmt.Errorf("optimizer = %q: unknown; use one of %s, or leave it out for plain steps", Clip(s.Optimizer), strings.Join(Optimizers(), ", "))
	case s.Optimizer != "" && (s.Momentum != 0 || s.WeightDecay != 0 || s.MaxUpdate != 0 || s.Weights != ""):
		return fmt.Errorf("optimizer = %q with %s, which is of plain steps: leave one of the two out", s.Optimizer, s.ofPlainSteps())
	case s.NoiseKind != "" && s.NoiseKind != NoisePairFlip:
		return fmt.Errorf("noise kind = %q: unknown; use %s, or leave it out for permuted labels", Clip(s.NoiseKind), NoisePairFlip)
	case s.Augment != "" && s.Augment != AugmentShift && s.Augment != AugmentFlipShift:
		return fmt.Errorf("augment = %q: unknown; use %s or %s, or leave it out", Clip(s.Augment), AugmentShift, AugmentFlipShift)
	case s.First != "" && !slices.Contains(Firsts(), s.First):
		return fmt.Errorf("first = %q: unknown; use one of %s, or leave it out", Clip(s.First), strings.Join(Firsts(), ", "))
	case s.FirstSteps < 0 || s.FirstSteps > maxSteps:
		return fmt.Errorf("first steps = %d: must be from 0 to %s", s.FirstSteps, humanize.Comma(maxSteps))
	case s.First == "" && s.FirstSteps > 0:
		return fmt.Errorf("first steps = %d without what they are made on: add first, one of %s", s.FirstSteps, strings.Join(Firsts(), ", "))
	case s.Schedule != "" && s.Schedule != ScheduleDense && s.Schedule != ScheduleEven:
		return fmt.Errorf("schedule = %q: unknown; use %s or %s, or leave it out for the paper's steps", Clip(s.Schedule), ScheduleDense, ScheduleEven)
	}
	return nil
}

// ofPlainSteps names what of a spec an optimizer has no use for.
func (s Spec) ofPlainSteps() string {
	switch {
	case s.Momentum != 0:
		return fmt.Sprintf("momentum = %v", s.Momentum)
	case s.WeightDecay != 0:
		return fmt.Sprintf("weight decay = %v", s.WeightDecay)
	case s.MaxUpdate != 0:
		return fmt.Sprintf("max update = %v", s.MaxUpdate)
	}
	return fmt.Sprintf("weights = %q", Clip(s.Weights))
}

func (s Spec) validateHidden() error {
	if len(s.Hidden) > maxLayers {
		return fmt.Errorf("hidden = %d layers: at most %d", len(s.Hidden), maxLayers)
	}
	weights := 0
	for i, width := range s.Hidden {
		if width < 1 || width > maxWidth {
			return fmt.Errorf("hidden = %s: each width must be from 1 to %d, and %d is not; the paper takes 256,256,256",
				widths(s.Hidden), maxWidth, width)
		}
		if i > 0 {
			weights += width * s.Hidden[i-1]
		}
	}
	if weights > maxWeights {
		return fmt.Errorf("hidden = %s: %s weights between the layers are more than the %s allowed; make the layers narrower or fewer",
			widths(s.Hidden), humanize.Comma(int64(weights)), humanize.Comma(maxWeights))
	}
	return nil
}

// ValidateData checks the spec against the number of training examples: a batch must divide it, because the paper
// reshuffles whole epochs without replacement. The error names the nearest batch that does.
func (s Spec) ValidateData(trainExamples int) error {
	switch {
	case trainExamples < 1:
		return fmt.Errorf("%s has no training examples; check its files", s.Dataset)
	case s.Batch < 1:
		return fmt.Errorf("batch = %d: must be at least 1", s.Batch)
	case s.Batch > trainExamples:
		return fmt.Errorf("batch = %d: larger than the %s training examples of %s; use at most %d", s.Batch,
			humanize.Comma(int64(trainExamples)), s.Dataset, trainExamples)
	case trainExamples%s.Batch != 0:
		return fmt.Errorf("batch = %d: must divide the %s training examples of %s, because epochs are whole; the nearest that does is %d",
			s.Batch, humanize.Comma(int64(trainExamples)), s.Dataset, nearestDivisor(trainExamples, s.Batch))
	}
	return nil
}

// nearestDivisor returns the divisor of n closest to near, the smaller of two equally close ones. 1 ≤ near ≤ n.
func nearestDivisor(n, near int) int {
	for d := 0; ; d++ {
		if near-d >= 1 && n%(near-d) == 0 {
			return near - d
		}
		if near+d <= n && n%(near+d) == 0 {
			return near + d
		}
	}
}

func widths(hidden []int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(hidden), "[]"), " ", ",")
}
