// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"coherentgradients/cgkit/coherence"
	"coherentgradients/cgkit/record"
)

// sampledExamples and sampledWeights are what the paper's estimate of f^p looks at: see record.MeasureGradients.
const (
	sampledExamples = 400
	sampledWeights  = 300
)

// Curve is a quantity over the evaluated steps at which it is defined.
type Curve struct{ Steps, Values []float64 }

// Quantity is a value of the record by its name, as record.Record.Column has it: among others, of runs with measured
// gradients, energy_share_pristine and cosine_groups, also of records made before those were written down.
func Quantity(r *record.Record, name string) Curve {
	steps, values := r.Column(name)
	return Curve{steps, values}
}

// Agreement is α̂ = (A−1)/(m−1) of a group over training, which unlike the m-coherence A does not grow with the group's
// size m. of is "" for all training examples, "pristine" or "corrupt", and with a layer "layer_0", "pristine_layer_0"
// and so on, where the record has those. It is empty where the group's size is not known or A was not measured.
func Agreement(r *record.Record, of string) Curve {
	pristine, corrupt, err := r.Sizes()
	if err != nil {
		return Curve{}
	}
	m, name := pristine+corrupt, "coherence"
	switch {
	case strings.HasPrefix(of, "pristine"):
		m = pristine
	case strings.HasPrefix(of, "corrupt"):
		m = corrupt
	}
	if of != "" {
		name += "_" + of
	}
	c := Quantity(r, name)
	for i, v := range c.Values {
		c.Values[i] = coherence.Agreement(v, m)
	}
	return c
}

// PredictedF is the f^p that theory expects of the paper's sample, 400 examples and 300 weights of each layer, over
// training; see coherence.Sampling. byLayer says whether the record has what that takes by layer. Where it has not, all
// coordinates are taken alike, which gives the output layer far less weight than the sample does: then it shows where
// f^p is pulled to, and not where it comes to lie.
func PredictedF(r *record.Record) (c Curve, byLayer bool) {
	pristine, corrupt, err := r.Sizes()
	if err != nil {
		return Curve{}, false
	}
	n := pristine + corrupt
	sample := min(sampledExamples, n)
	kept := keptWeights(r)
	byLayer = len(kept) > 0
	for _, e := range r.Evaluations {
		whole, ok := SamplingOf(e, "")
		if !ok {
			continue
		}
		var layers []coherence.Sampling
		for l := range kept {
			if layer, ok := SamplingOf(e, "_layer_"+strconv.Itoa(l)); ok {
				layers = append(layers, layer)
			}
		}
		c.Steps = append(c.Steps, float64(e.Step))
		if byLayer = byLayer && len(layers) == len(kept); byLayer {
			c.Values = append(c.Values, coherence.ExpectedOfLayers(layers, kept, sample, n))
		} else {
			c.Values = append(c.Values, whole.Expected(sample, n))
		}
	}
	return c, byLayer && len(c.Steps) > 0
}

// keptWeights is what share of each layer's weights the sample looks at; nil for other models than the paper's, of
// which no sample is taken.
func keptWeights(r *record.Record) []float64 {
	if r.Spec.Model != "" {
		return nil
	}
	data := r.Data()
	sizes := append(append([]int{data.Features()}, r.Spec.Hidden...), data.Classes)
	var kept []float64
	for l := range len(sizes) - 1 {
		weights := sizes[l] * sizes[l+1]
		kept = append(kept, float64(min(sampledWeights, weights))/float64(weights))
	}
	return kept
}

// SamplingOf reads what the prediction needs of an evaluation, of all parameters or of a layer.
func SamplingOf(e record.Evaluation, of string) (s coherence.Sampling, ok bool) {
	for name, into := range map[string]*float64{"fp": &s.FP, "energy_share_pristine": &s.Share, "coherence": &s.Coherence, "example_norm2": &s.Energy} {
		v, has := e.Value(name + of)
		if !has {
			return s, false
		}
		*into = v
	}
	return s, true
}

// RunningMedian replaces each value by the median of it and its neighbours, width of them in all: late in training the
// paper's evaluated steps are far apart and single ones swing. width must be odd; at the ends there are fewer
// neighbours, as many on either side.
func RunningMedian(c Curve, width int) Curve {
	out := Curve{Steps: slices.Clone(c.Steps), Values: make([]float64, len(c.Values))}
	for i := range c.Values {
		half := min(width/2, i, len(c.Values)-1-i)
		out.Values[i] = coherence.Median(c.Values[i-half : i+half+1])
	}
	return out
}

// RiseFrom is by how much a column rises from a step on, as the claim E1 takes it: the largest later value over an earlier
// one, of medians of three neighbours; 1 where it only falls.
func RiseFrom(r *record.Record, name string, from float64) float64 {
	steps, values := Column(r, name)
	for len(steps) > 0 && steps[0] < from {
		steps, values = steps[1:], values[1:]
	}
	least, most := math.Inf(1), math.NaN()
	for i, v := range RunningMedian(Curve{Steps: steps, Values: values}, 3).Values {
		if least = min(least, v); i == 0 || v/least > most {
			most = v / least
		}
	}
	return most
}
