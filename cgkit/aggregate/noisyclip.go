// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"fmt"
	"math"

	"coherentgradients/cgkit/aggregate/internal/arith"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// NoisyClipNorm is [ClipNorm] with Gaussian noise on the sum, the step of differentially private SGD (Abadi et al.
// 2016, arXiv:1607.00133), registered as noisy-clip-norm:
//
//	(1/m) (Σ_b g_b · min(1, R/‖g_b‖) + N(0, σ²R²)).
//
// It is the step and no more. Nothing here counts what privacy is spent, batches are not drawn as the theory wants
// them, and floating-point noise is not that of the proofs: no privacy is promised.
//
// Noise is drawn from Key and the number of the step, so that a run that is resumed goes on with the noise it would
// have had, and two runs with one key have the same. Each parameter's is its own.
//
//	Noise      σ, a finite number ≥ 0; 0 is [ClipNorm]
//	Key        any number; 0 is one too
//	NaN, Inf   as in [ClipNorm]
//
// It remembers nothing but the number of the step.
type NoisyClipNorm struct {
	Clip  ClipNorm
	Noise float64
	Key   int64
}

var _ Stateful = NoisyClipNorm{}

func init() {
	Register("noisy-clip-norm", func(p Params) (Rule, error) {
		rule := NoisyClipNorm{Clip: clipNormOf(p), Noise: p.Noise, Key: p.Key}
		return rule, rule.Check(1)
	})
}

// Name is "noisy-clip-norm".
func (NoisyClipNorm) Name() string { return "noisy-clip-norm" }

// Check wants a finite σ from 0 up, and what [ClipNorm.Check] wants.
func (r NoisyClipNorm) Check(m int) error {
	if math.IsNaN(r.Noise) || math.IsInf(r.Noise, 0) || r.Noise < 0 {
		return fmt.Errorf("noisy-clip-norm: noise of %v: choose σ, a finite number from 0 up", r.Noise)
	}
	return r.Clip.Check(m)
}

// Laws within one batch: as those of [ClipNorm].
func (NoisyClipNorm) Laws() Laws { return Laws{Permutation: true} }

// State is nothing.
func (NoisyClipNorm) State(shapes.Shape) []shapes.Shape { return nil }

// Next are the means of the shortened gradients with the noise of this step.
func (r NoisyClipNorm) Next(params []Examples, state [][]*graph.Node, step *graph.Node) (directions []*graph.Node, after [][]*graph.Node, ready *graph.Node) {
	directions = r.Clip.Directions(params)
	for i, p := range params {
		if r.Noise > 0 {
			to := directions[i].DType()
			exact := arith.Widen(directions[i])
			noise := arith.MulScalar(r.normal(step, i, exact.Shape()), r.Noise*r.Clip.maxNorm()/float64(p.Len()))
			directions[i] = arith.Narrow(graph.Add(exact, noise), to)
		}
	}
	ready = graph.GreaterOrEqual(step, graph.ZerosLike(step)) // always
	return directions, state, ready
}

// normal is noise of deviation 1 for a parameter at a step: from the key, the number of the parameter and that of the
// step, each of which changes all three words of the generator's state.
func (r NoisyClipNorm) normal(step *graph.Node, parameter int, shape shapes.Shape) *graph.Node {
	g := step.Graph()
	words := func(a, b, c uint64) *graph.Node { return graph.Const(g, []uint64{a, b, c}) }
	number := graph.ConvertDType(step, dtypes.Uint64)
	mixed := graph.Mul(graph.BroadcastToDims(graph.Reshape(number, 1), 3), words(0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9, 0x94d049bb133111eb))
	at := uint64(parameter) + 1
	own := words(at*0xd6e8feb86659fd93, at*0xa0761d6478bd642f, at*0xe7037ed1a0b428db)
	state := graph.Add(graph.RNGStateFromSeedForGraph(g, r.Key), graph.Add(mixed, own))
	_, values := graph.RandomNormal(state, shape)
	return values
}
