// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"fmt"
	"slices"
	"strings"
)

// Params are the settings that rules take by name; a rule ignores those it does not have.
type Params struct {
	// C is the percentage clamped or cut on each side, 0 ≤ C < 50; real numbers are allowed. Zero is plain SGD.
	C float64
	// Percentile says which number a percentile is; the zero value is Nearest, the paper's.
	Percentile Percentile
	// Exact asks for the form that no outlier can spoil; the zero value is the fast form.
	Exact bool
	// Method is how order statistics are found; the zero value is Automatic.
	Method Method
	// Tile is how many bytes of per-example gradients a rule that selects may store at a time, of a parameter whose
	// gradients are no outer products; 0 means DefaultTile, 256 MiB. On XLA, outside of loops of steps, it holds for
	// layers on sequences, embeddings and convolutions; of other parameters all m gradients are stored.
	Tile int
	// Groups is the number of groups of the median of means, of agreement filtering and of masks; 0 is each rule's
	// default.
	Groups int
	// MaxNorm is the largest norm that one example's gradient keeps under norm clipping, 0 means 1, and the radius of
	// centred clipping, 0 means 10.
	MaxNorm float64
	// PerParameter, Automatic and Gamma are forms of norm clipping, see [ClipNorm].
	PerParameter, Automatic bool
	Gamma                   float64
	// Noise and Key are those of [NoisyClipNorm].
	Noise float64
	Key   int64
	// F is how many bad examples Krum expects in a batch, and Keep how many multi-Krum averages; 0 is their default.
	F, Keep int
	// Steps is how often the geometric median and centred clipping go round; 0 is their default.
	Steps int
	// Smoothing is that of the geometric median; 0 means 0.1.
	Smoothing float64
	// Threshold is the τ of agreement filtering and of masks; 0 is their default.
	Threshold float64
	// Sharpness is the k of the SAND-mask; 0 means 10.
	Sharpness float64
	// Rescale keeps the size of what the AND-mask lets through.
	Rescale bool
}

var registry = map[string]func(Params) (Rule, error){}

// Register makes a rule known by name. It panics if the name is taken.
func Register(name string, create func(Params) (Rule, error)) {
	if _, taken := registry[name]; taken {
		panic(fmt.Sprintf("aggregate: a rule %q is registered already", name))
	}
	registry[name] = create
}

// Names lists the registered rules in alphabetical order.
func Names() []string {
	names := make([]string, 0, len(registry))
	for name := range registry {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Named returns the rule of that name with the given settings, or an error naming the value and what is allowed.
func Named(name string, params Params) (Rule, error) {
	create, known := registry[name]
	if !known {
		return nil, fmt.Errorf("unknown aggregator %q: choose one of %s", name, strings.Join(Names(), ", "))
	}
	return create(params)
}
