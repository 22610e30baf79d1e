// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/internal/cgtest"
)

// law is a property and how far a rule is from it on one input, in units of the input's size: 0 is perfect.
type law struct {
	name     string
	declared func(aggregate.Laws) bool
	excess   func(t *testing.T, rule aggregate.Rule, x [][]float64) float64
}

func distance(a, b []float64) float64 {
	var d float64
	for i := range a {
		d = max(d, math.Abs(a[i]-b[i])/(1+math.Abs(b[i])))
	}
	return d
}

func mapped(x [][]float64, f func(i, j int, v float64) float64) [][]float64 {
	out := make([][]float64, len(x))
	for i, row := range x {
		for j, v := range row {
			out[i] = append(out[i], f(i, j, v))
		}
	}
	return out
}

var laws = []law{
	{"permutation", func(l aggregate.Laws) bool { return l.Permutation }, func(t *testing.T, rule aggregate.Rule, x [][]float64) float64 {
		order := rand.New(rand.NewPCG(5, 5)).Perm(len(x))
		return distance(apply(t, cgtest.Go(t), rule, mapped(x, func(i, j int, _ float64) float64 { return x[order[i]][j] })), apply(t, cgtest.Go(t), rule, x))
	}},
	{"translation", func(l aggregate.Laws) bool { return l.Translation }, func(t *testing.T, rule aggregate.Rule, x [][]float64) float64 {
		moved := apply(t, cgtest.Go(t), rule, mapped(x, func(_, j int, v float64) float64 { return v + float64(j) - 1 }))
		for j := range moved {
			moved[j] -= float64(j) - 1
		}
		return distance(moved, apply(t, cgtest.Go(t), rule, x))
	}},
	{"scale", func(l aggregate.Laws) bool { return l.Scale }, func(t *testing.T, rule aggregate.Rule, x [][]float64) float64 {
		scaled := apply(t, cgtest.Go(t), rule, mapped(x, func(_, _ int, v float64) float64 { return 8 * v }))
		for j := range scaled {
			scaled[j] /= 8
		}
		return distance(scaled, apply(t, cgtest.Go(t), rule, x))
	}},
	{"range", func(l aggregate.Laws) bool { return l.Range }, func(t *testing.T, rule aggregate.Rule, x [][]float64) float64 {
		return outside(apply(t, cgtest.Go(t), rule, x), x)
	}},
}

// outside is how far a direction leaves the range of the rows, coordinate by coordinate.
func outside(direction []float64, x [][]float64) float64 {
	var d float64
	for j, v := range direction {
		low, high := math.Inf(1), math.Inf(-1)
		for _, row := range x {
			low, high = min(low, row[j]), max(high, row[j])
		}
		d = max(d, (low-v)/(1+math.Abs(low)), (v-high)/(1+math.Abs(high)))
	}
	return d
}

// Each law declared holds on every input; each law not declared fails on one at least.
func TestLaws(t *testing.T) {
	const m = 26
	for _, name := range stateless() {
		for _, p := range settings(name) {
			rule, err := aggregate.Named(name, p)
			if err != nil {
				t.Fatal(err)
			}
			if name == "median-of-means" && p.Groups == 1 || name == "clip-norm" && p.MaxNorm > 1e5 {
				continue // degenerate: the mean itself, which obeys more
			}
			if name == "gaf" && (p.Groups == 5 || p.Threshold > 1.5) {
				continue // on these inputs some groups always agree, as in a mean
			}
			for _, law := range laws {
				var worst float64
				var where string
				for input, x := range inputs(m) {
					if input == "huge" {
						continue // translation by 1 is lost in rounding
					}
					if d := law.excess(t, rule, x); !(d <= worst) {
						worst, where = d, input
					}
				}
				holds := worst <= max(1e-12, lawTolerances[name])
				if declared := law.declared(rule.(aggregate.Lawful).Laws()); declared && !holds {
					t.Errorf("%s %+v breaks its law of %s by %g on %q", name, p, law.name, worst, where)
				} else if !declared && holds {
					t.Errorf("%s %+v does not declare %s, and no input shows a counter-example", name, p, law.name)
				}
			}
		}
	}
}

// As many wild values as the breakdown point allows, on one side, leave the direction within the range of the others;
// one more may carry it away.
func TestBreakdown(t *testing.T) {
	const m = 26
	for _, name := range stateless() {
		for _, p := range settings(name) {
			p.Exact = true // the form that promises it
			rule, err := aggregate.Named(name, p)
			if err != nil {
				t.Fatal(err)
			}
			allowed := 0
			if f := rule.(aggregate.Lawful).Laws().Breakdown; f != nil {
				allowed = f(m)
			}
			x := inputs(m)["normal"]
			// spoil is how far count wild values carry the direction out of the range of the other examples. The wild ones
			// are spread out, so that they are in as many groups as they can be.
			spoil := func(wild float64, count int) float64 {
				var others [][]float64
				spoilt := mapped(x, func(_, _ int, v float64) float64 { return v })
				for i := range spoilt {
					if count > 0 && i%(m/count) == 0 && i/(m/count) < count {
						spoilt[i] = slices.Repeat([]float64{wild}, width)
					} else {
						others = append(others, x[i])
					}
				}
				d := outside(apply(t, cgtest.Go(t), rule, spoilt), others)
				if math.IsNaN(d) {
					return math.Inf(1)
				}
				return d
			}
			var beyond float64
			for _, wild := range []float64{1e30, -1e30, math.Inf(1), math.Inf(-1)} {
				if allowed > 0 {
					if d := spoil(wild, allowed); d > 1e-12 {
						t.Errorf("%s %+v: %d values of %v carry it %g out of the range of the others", name, p, allowed, wild, d)
					}
				}
				beyond = max(beyond, spoil(wild, allowed+1))
			}
			if name == "and-mask" && p.Threshold > 0.5 {
				continue // it lets nothing of this input through
			}
			if rule.(aggregate.Lawful).Laws().Range && p.Percentile == aggregate.Nearest && !(beyond > 1e-12) {
				t.Errorf("%s %+v: %d values, one more than it promises to bear, do nothing", name, p, allowed+1)
			}
		}
	}
}

// NaN in one example shows as NaN in that coordinate, and in no other of coordinatewise rules.
func TestNaNShows(t *testing.T) {
	for _, name := range stateless() {
		for _, p := range settings(name) {
			rule, err := aggregate.Named(name, p)
			if err != nil {
				t.Fatal(err)
			}
			x := inputs(26)["normal"]
			x[3][2] = math.NaN()
			got := apply(t, cgtest.Go(t), rule, x)
			for j, v := range got {
				want := j == 2 || whole[name] && !((p.PerParameter || name == "sand-mask") && j >= width/2) || name == "and-mask" && p.Rescale && j < width/2
				if name != "sign-of-sum" && name != "sum-of-signs" && math.IsNaN(v) != want {
					t.Errorf("%s %+v: coordinate %d is %v", name, p, j, v)
				}
			}
		}
	}
}

func TestNamedRefuses(t *testing.T) {
	for _, c := range []struct {
		name string
		p    aggregate.Params
	}{
		{"nonsense", aggregate.Params{}}, {"winsorize", aggregate.Params{C: -1}}, {"winsorize", aggregate.Params{C: 50}},
		{"winsorize", aggregate.Params{C: math.NaN()}}, {"trimmed-mean", aggregate.Params{C: 60}},
		{"median-of-means", aggregate.Params{Groups: -1}}, {"clip-norm", aggregate.Params{MaxNorm: math.Inf(1)}},
		{"clip-norm", aggregate.Params{MaxNorm: -1}}, {"clip-norm", aggregate.Params{Gamma: 1}}, {"clip-norm", aggregate.Params{Automatic: true, Gamma: -1}},
		{"noisy-clip-norm", aggregate.Params{Noise: -1}}, {"noisy-clip-norm", aggregate.Params{Noise: math.Inf(1)}},
		{"noisy-clip-norm", aggregate.Params{MaxNorm: -1}}, {"krum", aggregate.Params{F: -1}}, {"multi-krum", aggregate.Params{Keep: -1}},
		{"multi-krum", aggregate.Params{Keep: 1}}, {"geometric-median", aggregate.Params{Steps: -1}},
		{"geometric-median", aggregate.Params{Smoothing: 2}}, {"centred-clip", aggregate.Params{MaxNorm: math.NaN()}},
		{"centred-clip", aggregate.Params{Steps: 101}}, {"gaf", aggregate.Params{Groups: 1}}, {"gaf", aggregate.Params{Threshold: 2}},
		{"and-mask", aggregate.Params{Threshold: -0.1}}, {"and-mask", aggregate.Params{Groups: -1}}, {"sand-mask", aggregate.Params{Threshold: 1.5}},
		{"sand-mask", aggregate.Params{Sharpness: math.Inf(1)}},
	} {
		if _, err := aggregate.Named(c.name, c.p); err == nil {
			t.Errorf("%s %+v was accepted", c.name, c.p)
		}
	}
	if err := (aggregate.MedianOfMeans{Groups: 5}).Check(4); err == nil {
		t.Error("5 groups of 4 examples were accepted")
	}
	for _, c := range []struct {
		rule aggregate.Rule
		m    int
	}{
		{aggregate.Krum{Keep: 1}, 2}, {aggregate.Krum{Keep: 1, F: 4}, 10}, {aggregate.Krum{Keep: 11}, 10}, {aggregate.GAF{}, 1},
		{aggregate.GAF{Groups: 5}, 4}, {aggregate.ANDMask{Groups: 3}, 2}, {aggregate.SANDMask{Groups: 3}, 2}, {aggregate.AGRA{}, 0},
	} {
		if err := c.rule.Check(c.m); err == nil {
			t.Errorf("%+v with %d examples was accepted", c.rule, c.m)
		}
	}
}

func TestCheckBackend(t *testing.T) {
	goBackend := cgtest.Go(t)
	if err := aggregate.CheckBackend(aggregate.Winsorize{C: 2}, 600, goBackend); err != nil {
		t.Errorf("pure Go has no limit: %v", err)
	}
	xla := cgtest.XLA(t)
	for _, c := range []struct {
		rule    aggregate.Rule
		m       int
		refused bool
	}{
		{aggregate.Winsorize{C: 2}, 600, false}, {aggregate.Winsorize{C: 2, Method: aggregate.Networks}, 256, false},
		{aggregate.Winsorize{C: 2, Method: aggregate.Networks}, 600, true}, {aggregate.Winsorize{Method: aggregate.Networks}, 600, false},
		{aggregate.TrimmedMean{C: 2, Method: aggregate.Networks}, 600, true}, {aggregate.Median{Method: aggregate.Networks}, 257, true},
		{aggregate.Median{}, 1000, false}, {aggregate.Mean{}, 6000, false}, {aggregate.MedianOfMeans{Method: aggregate.Networks}, 6000, false},
	} {
		if err := aggregate.CheckBackend(c.rule, c.m, xla); (err != nil) != c.refused {
			t.Errorf("%+v with %d examples: %v", c.rule, c.m, err)
		}
	}
}
