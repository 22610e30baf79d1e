// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate_test

import (
	"math"
	"slices"
	"testing"

	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/internal/cgtest"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// apply runs a rule on a matrix, split into two parameters so that rules over all parameters see two.
func apply[T float32 | float64](t *testing.T, b compute.Backend, rule aggregate.Rule, x [][]T) []T {
	t.Helper()
	if err := rule.Check(len(x)); err != nil {
		t.Fatal(err)
	}
	return applier[T](b, rule)(x)
}

// applier is apply for many matrices: those of one shape share a compilation.
func applier[T float32 | float64](b compute.Backend, rule aggregate.Rule) func(x [][]T) []T {
	exec := graph.MustNewExec(b, func(x *graph.Node) *graph.Node {
		half := x.Shape().Dimensions[1] / 2
		d := rule.(aggregate.Aggregator).Directions([]aggregate.Examples{
			aggregate.Rows(graph.SliceAxis(x, 1, graph.AxisRange(0, half))),
			aggregate.Rows(graph.SliceAxis(x, 1, graph.AxisRange(half, x.Shape().Dimensions[1]))),
		})
		return graph.Concatenate(d, 0)
	})
	return func(x [][]T) []T { return tensors.MustCopyFlatData[T](exec.MustCall1(x)) }
}

// twins are the rules written out in float64, one coordinate at a time (norm clipping: one matrix at a time).
var twins = map[string]func(p aggregate.Params, x [][]float64) []float64{
	"mean":         columns(func(_ aggregate.Params, v []float64) float64 { return mean(v) }),
	"winsorize":    columns(winsorized),
	"trimmed-mean": columns(trimmed),
	"median":       columns(func(_ aggregate.Params, v []float64) float64 { return median(v) }),
	"median-of-means": columns(func(p aggregate.Params, v []float64) float64 {
		k := p.Groups
		if k == 0 {
			k = 3
		}
		var means []float64
		for i := range k {
			means = append(means, mean(v[i*len(v)/k:(i+1)*len(v)/k]))
		}
		return median(means)
	}),
	"sum-of-signs": columns(func(_ aggregate.Params, v []float64) float64 {
		var sum float64
		for _, x := range v {
			sum += sign(x)
		}
		return 0.001 * sum
	}),
	"sign-of-sum": columns(func(_ aggregate.Params, v []float64) float64 { return 0.001 * sign(mean(v)) }),
	"clip-norm":   clippedNorms,
}

func columns(f func(p aggregate.Params, v []float64) float64) func(aggregate.Params, [][]float64) []float64 {
	return func(p aggregate.Params, x [][]float64) []float64 {
		out := make([]float64, len(x[0]))
		for j := range out {
			column := make([]float64, len(x))
			for i, row := range x {
				column[i] = row[j]
			}
			out[j] = f(p, column)
		}
		return out
	}
}

// mean is finite where the values are.
func mean(v []float64) float64 {
	var sum, small float64
	for _, x := range v {
		sum += x
		small += x * 0x1p-60
	}
	if mean := small / float64(len(v)); math.IsInf(sum, 0) || math.IsNaN(sum) {
		return max(min(mean, math.MaxFloat64*0x1p-60), -math.MaxFloat64*0x1p-60) * 0x1p60 * infinite(small)
	}
	return sum / float64(len(v))
}

// infinite is 1, or Inf for what is infinite.
func infinite(v float64) float64 {
	if math.IsInf(v, 0) {
		return math.Inf(1)
	}
	return 1
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}

func median(v []float64) float64 {
	s := sorted(v)
	if n := len(s); n%2 == 0 {
		return mean(s[n/2-1 : n/2+1])
	}
	return s[len(s)/2]
}

// sorted is the values in order, or NaN alone where one of them is.
func sorted(v []float64) []float64 {
	s := slices.Sorted(slices.Values(v))
	if math.IsNaN(s[0]) { // NaN goes first
		return slices.Repeat(s[:1], len(s))
	}
	return s
}

// percentiles of sorted values by the paper's rule or NumPy's default.
func percentiles(p aggregate.Params, s []float64) (low, high float64) {
	at := func(c float64) float64 {
		position := c / 100 * float64(len(s)-1)
		if p.Percentile == aggregate.Nearest {
			return s[int(math.RoundToEven(position))]
		}
		i := int(math.Floor(position))
		if i == len(s)-1 {
			return s[i]
		}
		if math.IsInf(s[i+1]-s[i], 0) {
			return s[i]*(1-(position-float64(i))) + s[i+1]*(position-float64(i))
		}
		if s[i] == s[i+1] { // both may be infinite
			return s[i]
		}
		return s[i] + (position-float64(i))*(s[i+1]-s[i])
	}
	return at(p.C), at(100 - p.C)
}

func winsorized(p aggregate.Params, v []float64) float64 {
	return mean(clamped(p, v))
}

func clamped(p aggregate.Params, v []float64) []float64 {
	low, high := percentiles(p, sorted(v))
	list := make([]float64, len(v))
	for i, x := range v {
		list[i] = min(max(x, low), high)
	}
	return list
}

func trimmed(p aggregate.Params, v []float64) float64 {
	low, high := kept(p, len(v))
	return mean(sorted(v)[low : high+1])
}

// kept are the first and the last of m sorted values that trimming keeps.
func kept(p aggregate.Params, m int) (low, high int) {
	n := float64(m - 1)
	return int(math.RoundToEven(p.C / 100 * n)), int(math.RoundToEven((100 - p.C) / 100 * n))
}

// settings are the parameters each rule is tried with.
func settings(name string) []aggregate.Params {
	switch name {
	case "winsorize":
		var list []aggregate.Params
		for _, c := range []float64{0, 1, 2, 4, 8, 12.5, 49.9} {
			for _, percentile := range []aggregate.Percentile{aggregate.Nearest, aggregate.Linear} {
				list = append(list, aggregate.Params{C: c, Percentile: percentile}, aggregate.Params{C: c, Percentile: percentile, Exact: true})
			}
		}
		return list
	case "trimmed-mean":
		var list []aggregate.Params
		for _, c := range []float64{0, 2, 8, 30, 49.9} {
			list = append(list, aggregate.Params{C: c}, aggregate.Params{C: c, Exact: true})
		}
		return list
	case "median-of-means":
		return []aggregate.Params{{}, {Groups: 1}, {Groups: 4}}
	case "clip-norm":
		return []aggregate.Params{{}, {MaxNorm: 0.3}, {MaxNorm: 1e6}, {PerParameter: true}, {Automatic: true, MaxNorm: 2}, {Automatic: true, Gamma: 3, PerParameter: true}}
	}
	if list := weightSettings[name]; list != nil {
		return list
	}
	return []aggregate.Params{{}}
}

func TestRulesAgainstTwins(t *testing.T) {
	for _, name := range stateless() {
		twin, ok := twins[name]
		if !ok {
			t.Errorf("rule %q has no twin: write it out in twins", name)
			continue
		}
		t.Run(name, func(t *testing.T) {
			cgtest.Each(t, func(t *testing.T, b compute.Backend) {
				for _, m := range []int{1, 2, 3, 7, 26, 100} {
					matrices := inputs(m)
					if !whole[name] {
						// Coordinates are each for themselves: one matrix of all inputs, one compilation.
						matrices = map[string][][]float64{"all": sideBySide(matrices)}
					}
					for _, p := range settings(name) {
						if m == 100 && p.C > 8 {
							continue // a long compilation that shows nothing new
						}
						rule, err := aggregate.Named(name, p)
						if err != nil {
							t.Fatal(err)
						}
						if rule.Check(m) != nil {
							continue // too few examples
						}
						run := applier[float64](b, rule)
						for input, x := range matrices {
							compare(t, run, name, p, input, x, twin(p, x))
						}
					}
				}
			})
		})
	}
}

// compareRule is compare for one matrix.
func compareRule(t *testing.T, b compute.Backend, name string, p aggregate.Params, input string, x [][]float64, want []float64) {
	t.Helper()
	rule, err := aggregate.Named(name, p)
	if err != nil {
		t.Fatal(err)
	}
	if rule.Check(len(x)) != nil {
		return // too few examples
	}
	compare(t, applier[float64](b, rule), name, p, input, x, want)
}

func compare(t *testing.T, run func(x [][]float64) []float64, name string, p aggregate.Params, input string, x [][]float64, want []float64) {
	t.Helper()
	got := run(x)
	for j := range want {
		var size float64
		for i := range x {
			size += math.Abs(x[i][j]) / float64(len(x))
		}
		if d := math.Abs(got[j] - want[j]); !(d <= max(1e-14, tolerances[name])*(size+1)) {
			t.Fatalf("%+v m=%d %s: coordinate %d is %v, want %v", p, len(x), input, j, got[j], want[j])
		}
	}
}

// stateless lists the rules that need one batch alone.
func stateless() []string {
	var names []string
	for _, name := range aggregate.Names() {
		rule, err := aggregate.Named(name, aggregate.Params{})
		if err != nil {
			panic(err)
		}
		if _, remembers := rule.(aggregate.Stateful); !remembers {
			names = append(names, name)
		}
	}
	return names
}
