// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/internal/cgtest"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// Every rule, in every type, on both backends, by every method, at the edges of the type's range.

// edges are columns of m values.
func (f float) edges(m int) [][]float64 {
	var list [][]float64
	add := func(value func(i int) float64) {
		column := make([]float64, m)
		for i := range column {
			column[i] = f.round(value(i))
		}
		list = append(list, column)
	}
	of := func(values ...float64) { add(func(i int) float64 { return values[i%len(values)] }) }
	inf, nan := math.Inf(1), math.NaN()
	rng := rand.New(rand.NewPCG(uint64(m), uint64(f.dtype)))
	ends := []float64{0, math.Copysign(0, -1), f.smallest, f.normal - f.smallest, f.normal, 1,
		math.Sqrt(f.largest) * 3, f.largest / 2, f.largest}
	for _, v := range ends {
		of(v)
		of(-v)
		of(v, -v)
		of(v, v, -v)
		of(1, v, v, -v)
		of(v, 0, -1)
		add(func(i int) float64 { return v / float64(m) * float64(i+1) })
	}
	of(3e-5, 4e-5, 5e-5)
	of(1, f.largest*0.97, f.largest*0.97, f.largest*0.9)
	of(f.largest, f.largest, f.largest, -f.largest, 1)
	of(f.smallest, 1, f.largest, -f.normal, -1)
	of(2, 2, 1, 2, 3, 2)
	of(0, math.Copysign(0, -1), 1, -1)
	for i := 0; i < m; i += 1 + m/20 { // one spoilt value in each place, or in many
		for _, v := range []float64{nan, inf, -inf} {
			add(func(k int) float64 {
				if k == i {
					return v
				}
				return float64(k%5) - 2
			})
		}
	}
	of(nan)
	of(inf)
	of(-inf)
	of(inf, -inf)
	of(inf, nan, -inf)
	of(inf, inf, 1)
	of(-inf, 1, -inf)
	of(nan, f.largest, f.smallest)
	of(inf, f.largest, -f.largest)
	for range 20 {
		add(func(int) float64 {
			v := math.Exp2(rng.Float64()*(math.Log2(f.largest)-math.Log2(f.smallest)) + math.Log2(f.smallest))
			if rng.IntN(2) == 0 {
				return -v
			}
			return v
		})
		add(func(int) float64 { return rng.NormFloat64() })
	}
	return list
}

// edgeSettings are the rules that treat coordinates for themselves, with settings of every kind.
var edgeSettings = []struct {
	rule string
	p    aggregate.Params
}{
	{"mean", aggregate.Params{}},
	{"winsorize", aggregate.Params{C: 25}},
	{"winsorize", aggregate.Params{C: 25, Exact: true}},
	{"winsorize", aggregate.Params{C: 12.5, Exact: true, Percentile: aggregate.Linear}},
	{"trimmed-mean", aggregate.Params{C: 25}},
	{"trimmed-mean", aggregate.Params{C: 25, Exact: true}},
	{"median", aggregate.Params{}},
	{"median-of-means", aggregate.Params{}},
	{"median-of-means", aggregate.Params{Groups: 4}},
	{"sum-of-signs", aggregate.Params{}},
	{"sign-of-sum", aggregate.Params{}},
}

// The table holds every rule that is registered; those that are not coordinatewise have a test of their own.
func TestEdgesKnowEveryRule(t *testing.T) {
	known := map[string]bool{"clip-norm": true, "rolling-median": true, "rolling-mean": true, "median-of-batches": true,
		"example-midrange": true}
	for name := range weightSettings { // TestWeightRulesAtTheEdges
		known[name] = true
	}
	known["agra"], known["noisy-clip-norm"] = true, true // there too, and as clip-norm
	for _, s := range edgeSettings {
		known[s.rule] = true
	}
	for _, name := range aggregate.Names() {
		if !known[name] {
			t.Errorf("rule %q is tried at no edge: add it to edgeSettings", name)
		}
	}
}

// methodsOf are those that a backend can run.
func methodsOf(b compute.Backend) []aggregate.Method {
	if b.Name() == "xla" {
		return []aggregate.Method{aggregate.Automatic, aggregate.Networks, aggregate.Sides, aggregate.Counting}
	}
	return []aggregate.Method{aggregate.Automatic, aggregate.Networks} // it refuses the others, see TestMethodsRefused
}

func TestRulesAtTheEdges(t *testing.T) {
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		for _, f := range floats {
			for _, method := range methodsOf(b) {
				sizes := []int{1, 5, 8}
				if method == aggregate.Counting && f.dtype == dtypes.Float32 {
					sizes = append(sizes, 300) // more than one turn of its loops
				}
				for _, m := range sizes {
					t.Run(fmt.Sprintf("%s/%s/m=%d", f.dtype, method, m), func(t *testing.T) { atTheEdges(t, b, f, method, m) })
				}
			}
		}
	})
}

// atTheEdges runs all rules in one graph, the columns side by side.
func atTheEdges(t *testing.T, b compute.Backend, f float, method aggregate.Method, m int) {
	columns := f.edges(m)
	flat := make([]float64, 0, m*len(columns))
	for i := range m {
		for _, column := range columns {
			flat = append(flat, column[i])
		}
	}
	settings := slices.Clone(edgeSettings)
	settings = slices.DeleteFunc(settings, func(s struct {
		rule string
		p    aggregate.Params
	}) bool {
		return s.rule == "median-of-means" && max(s.p.Groups, 3) > m
	})
	out := graph.MustExecOnceN(b, func(x *graph.Node) []*graph.Node {
		var directions []*graph.Node
		for _, s := range settings {
			s.p.Method = method
			rule, err := aggregate.Named(s.rule, s.p)
			if err != nil {
				t.Fatal(err)
			}
			direction := rule.(aggregate.Aggregator).Directions([]aggregate.Examples{aggregate.Rows(x)})[0]
			if direction.DType() != f.dtype {
				t.Errorf("%s: direction of type %s", s.rule, direction.DType())
			}
			directions = append(directions, direction)
		}
		return directions
	}, f.tensor(flat, m, len(columns)))
	for k, s := range settings {
		for j, got := range tensorValues(out[k]) {
			v := columns[j]
			want := twins[s.rule](s.p, transposed(v))[0]
			if allowed, stated := f.allowed(b, s.rule, s.p, method, v, want); stated && !within(got, want, allowed) {
				t.Errorf("%s c=%v exact=%v groups=%d of %v: %v, want %v within %v", s.rule, s.p.C, s.p.Exact, s.p.Groups, v, got, want, allowed)
			}
		}
	}
}

func transposed(v []float64) [][]float64 {
	rows := make([][]float64, len(v))
	for i := range v {
		rows[i] = v[i : i+1]
	}
	return rows
}

func within(got, want, allowed float64) bool {
	return got == want || math.IsNaN(got) && math.IsNaN(want) || math.Abs(got-want) <= allowed
}

// allowed is the error that a rule's documentation allows for; stated is false where it says nothing.
func (f float) allowed(b compute.Backend, rule string, p aggregate.Params, method aggregate.Method, v []float64, want float64) (
	allowed float64, stated bool) {
	lost, sums := f.lost(b), f.roundoff(true)
	allowed = 2*lost + 1.01*f.roundoff(false)*math.Abs(want) // the result's own rounding
	size := func(v []float64) (sum float64) {
		for _, x := range v {
			sum += math.Abs(x)
		}
		return sum
	}
	switch rule {
	case "median": // one of the values, or the mean of two
		if size(v) > f.sumLimit() {
			allowed += 4 * sums * math.Abs(want)
		}
		return allowed, true
	case "mean":
		return allowed + 4*sums*mean(absolute(v)), true
	case "median-of-means":
		k, worst := p.Groups, 0.
		if k == 0 {
			k = 3
		}
		for i := range k {
			worst = max(worst, mean(absolute(finite(v[i*len(v)/k:(i+1)*len(v)/k]))))
		}
		return allowed + 4*sums*worst, true
	case "sign-of-sum":
		return allowed, math.IsNaN(want) || math.IsInf(size(v), 0) || math.Abs(mean(v)) > 8*sums*mean(absolute(v))+lost
	case "sum-of-signs":
		for _, x := range v {
			if x != 0 && math.Abs(x) < f.normal && lost == f.normal {
				allowed += 0.00101 // it may vote 0
			}
		}
		return allowed + 4*sums*math.Abs(want), true
	}
	m := len(v)
	low, high := kept(p, m)
	if rule == "winsorize" && p.Percentile == aggregate.Linear {
		low, high = 1, m-2 // not the ends: only asked whether anything is clamped
	}
	if low == 0 && high == m-1 {
		return allowed + 4*sums*mean(absolute(v)), true
	}
	values, divisor := clamped(p, v), float64(m)
	if rule == "trimmed-mean" {
		divisor = float64(high - low + 1)
	}
	if !p.Exact && (method == aggregate.Networks || method == aggregate.Automatic || method == aggregate.Sides && low == m-1-high) {
		if math.IsInf(size(v), 0) && !slices.ContainsFunc(v, math.IsNaN) {
			return 0, false // the fast form bears no Inf
		}
		if size(v)*2 > min(f.sumLimit(), math.MaxFloat64) {
			return 0, math.IsNaN(want) // nor sums that are too large
		}
		// It starts from the mean, which has the gradients' own type.
		return allowed + (4*sums+f.roundoff(false))*size(v)/divisor + lost*float64(m)/divisor, true
	}
	allowed += 4 * sums * float64(m) / divisor * mean(absolute(values))
	if p.Percentile == aggregate.Linear { // bounds between two values are rounded
		allowed += 2*f.roundoff(false)*mean(absolute(values)) + 4*sums*mean(absolute(finite(v)))
	}
	return allowed, true
}

func absolute(v []float64) []float64 {
	return converted(v, func(x float64) float64 { return math.Abs(x) })
}

func finite(v []float64) []float64 {
	return converted(v, func(x float64) float64 {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return 0
		}
		return x
	})
}

// Medians that were lost: three small halves, and two large numbers whose sum is none.
func TestMediansOfSmallAndLarge(t *testing.T) {
	cgtest.Each(t, func(t *testing.T, b compute.Backend) {
		for _, method := range methodsOf(b) {
			for _, c := range []struct {
				f    float
				v    []float64
				want float64
			}{{floats[0], []float64{3e-5, 4e-5, 5e-5}, 4e-5}, {floats[2], []float64{1, 3e38, 3e38, 3.1e38}, 3e38}} {
				got := tensorValues(graph.MustExecOnce(b, func(x *graph.Node) *graph.Node {
					return aggregate.Median{Method: method}.Directions([]aggregate.Examples{aggregate.Rows(x)})[0]
				}, c.f.tensor(c.v, len(c.v), 1)))[0]
				if math.Abs(got-c.want) > 1e-3*c.want {
					t.Errorf("%s, %s: the median of %v is %v", c.f.dtype, method, c.v, got)
				}
			}
		}
	})
}
