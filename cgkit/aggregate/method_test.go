// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"coherentgradients/cgkit/aggregate"
	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/internal/xlaflags"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// methodSettings are the rules that select, with settings of every kind.
var methodSettings = []struct {
	rule string
	p    aggregate.Params
}{
	{"winsorize", aggregate.Params{C: 2}},
	{"winsorize", aggregate.Params{C: 8, Exact: true}},
	{"winsorize", aggregate.Params{C: 30}},
	{"winsorize", aggregate.Params{C: 12.5, Percentile: aggregate.Linear}},
	{"trimmed-mean", aggregate.Params{C: 8}},
	{"median", aggregate.Params{}},
}

// All methods give, in float64, what sorting gives.
func TestMethodsAgainstTwins(t *testing.T) {
	b := cgtest.XLA(t)
	tuned := xlaflags.Add("")
	for _, c := range []struct {
		method aggregate.Method
		flags  string
		sizes  []int
	}{
		{aggregate.Sides, "", []int{1, 3, 65}},
		{aggregate.Counting, "", []int{1, 3, 65}},
		{aggregate.Automatic, "", []int{160, 256, 300, 512, 1000}},
		{aggregate.Automatic, tuned, []int{160, 256}},
	} {
		t.Setenv("XLA_FLAGS", c.flags)
		for _, m := range c.sizes {
			x := sideBySide(inputs(m))
			for i, s := range methodSettings {
				if m > 300 && i%2 == 1 {
					continue // all are counted alike there, and every one takes seconds to compile
				}
				s.p.Method = c.method
				t.Run(fmt.Sprintf("%s/%s/m=%d/%s/c=%g", c.method, c.flags, m, s.rule, s.p.C), func(t *testing.T) {
					compareRule(t, b, s.rule, s.p, "all", x, twins[s.rule](s.p, x))
				})
			}
		}
	}
}

// The pure-Go backend takes any batch by networks.
func TestLargeBatchesOnPureGo(t *testing.T) {
	for _, m := range []int{160, 300, 512, 1000} {
		x := inputs(m)["normal"]
		for _, c := range methodSettings {
			compareRule(t, cgtest.Go(t), c.rule, c.p, "normal", x, twins[c.rule](c.p, x))
		}
	}
}

// NaN shows by any method; Inf is borne by the exact form.
func TestMethodsOnNaNAndInf(t *testing.T) {
	b := cgtest.XLA(t)
	x := inputs(26)["normal"]
	x[3][2], x[4][1], x[5][1], x[6][0], x[7][4] = math.NaN(), math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, method := range []aggregate.Method{aggregate.Networks, aggregate.Sides, aggregate.Counting} {
		for _, rule := range []aggregate.Rule{
			aggregate.Winsorize{C: 8, Exact: true, Method: method}, aggregate.TrimmedMean{C: 8, Exact: true, Method: method}, aggregate.Median{Method: method},
		} {
			for j, v := range apply(t, b, rule, x) {
				if math.IsNaN(v) != (j == 2) || math.IsInf(v, 0) {
					t.Errorf("%s by %s: coordinate %d is %v", rule.Name(), method, j, v)
				}
			}
		}
	}
}

// Numbers at the ends of the range are found to the last bit.
func TestCountingFindsEveryNumber(t *testing.T) {
	b := cgtest.XLA(t)
	for _, v := range []float32{0, 1, -1, math.MaxFloat32, -math.MaxFloat32, 0x1p-126, -0x1p-126, float32(math.Inf(1)), float32(math.Inf(-1)), 1.0000001} {
		x := [][]float32{{v, v, -1e30, 7}, {v, -3, v, 7}, {v, v, v, v}, {v, 5, v, v}, {v, v, 1e30, v}}
		for j, got := range apply(t, b, aggregate.Median{Method: aggregate.Counting}, x) {
			if want := v; j != 3 && got != want && !(j == 1 && got == max(min(v, 5), -3)) && !(j == 2 && got == max(min(v, 1e30), -1e30)) {
				t.Errorf("median of rows of %v: coordinate %d is %v", v, j, got)
			}
		}
	}
}

// A dense layer and its bias with more examples than XLA reads at once, in float32: by every method the direction that
// sorting its gradients gives.
func TestMethodsOnViews(t *testing.T) {
	b := cgtest.XLA(t)
	const in, out = 3, 8
	rng := rand.New(rand.NewPCG(4, 4))
	for _, m := range []int{256, 1000} {
		x, y := make([][]float32, m), make([][]float32, m)
		rows := make([][]float64, m)
		for i := range x {
			for range in {
				x[i] = append(x[i], float32(rng.NormFloat64()))
			}
			for range out {
				y[i] = append(y[i], float32(rng.NormFloat64()))
			}
			for _, v := range append(append([]float32{}, x[i]...), 1) {
				for _, d := range y[i] {
					rows[i] = append(rows[i], float64(v*d))
				}
			}
		}
		rules := []aggregate.Rule{
			aggregate.Winsorize{C: 2}, aggregate.Winsorize{C: 30}, aggregate.Winsorize{C: 2, Exact: true, Method: aggregate.Counting}, aggregate.Median{},
		}
		got := graph.MustExecOnceN(b, func(x, y, w, bias *graph.Node) []*graph.Node {
			// The gradient of ⟨xW + b, y⟩ in W is x⊗y, in b it is y.
			h := graph.Add(graph.Dot(x, w).Product(), graph.BroadcastToDims(graph.Reshape(bias, 1, out), m, out))
			views := perexample.Of(graph.ReduceSum(graph.Mul(h, y), 1), []*graph.Node{x, y}, []*graph.Node{w, bias})
			var directions []*graph.Node
			for _, rule := range rules {
				for _, d := range rule.(aggregate.Aggregator).Directions([]aggregate.Examples{views[0], views[1]}) {
					directions = append(directions, graph.Reshape(d, d.Shape().Size()))
				}
			}
			return directions
		}, x, y, zeros(in, out), make([]float32, out))
		for r, rule := range rules {
			direction := append(tensors.MustCopyFlatData[float32](got[2*r]), tensors.MustCopyFlatData[float32](got[2*r+1])...)
			p := aggregate.Params{}
			if w, ok := rule.(aggregate.Winsorize); ok {
				p.C = w.C
			}
			for j, want := range twins[rule.Name()](p, rows) {
				if d := math.Abs(float64(direction[j]) - want); !(d < 1e-5) {
					t.Fatalf("m=%d %+v: coordinate %d is %v, want %v", m, rule, j, direction[j], want)
				}
			}
		}
	}
}

func zeros(rows, columns int) [][]float32 {
	x := make([][]float32, rows)
	for i := range x {
		x[i] = make([]float32, columns)
	}
	return x
}

// What a rule clamped is counted alike by every method.
func TestClampedShareByMethods(t *testing.T) {
	b := cgtest.XLA(t)
	x := inputs(65)["normal"]
	var shares []float64
	for _, method := range []aggregate.Method{aggregate.Networks, aggregate.Sides, aggregate.Counting} {
		out := graph.MustExecOnce(b, func(x *graph.Node) *graph.Node {
			_, effect := aggregate.Measure(aggregate.Winsorize{C: 8, Method: method}, []aggregate.Examples{aggregate.Rows(x)})
			return effect.Clamped
		}, x)
		shares = append(shares, tensors.ToScalar[float64](out))
	}
	if want := 10. / 65; math.Abs(shares[0]-want) > 1e-12 || shares[1] != shares[0] || shares[2] != shares[0] {
		t.Errorf("shares clamped %v, want %v", shares, want)
	}
}

// Loops and the refusals of loops within loops.
func TestLoops(t *testing.T) {
	goBackend, xla := cgtest.Go(t), cgtest.XLA(t)
	tuned := xlaflags.Add("")
	for _, c := range []struct {
		flags string
		rule  aggregate.Rule
		m     int
		loops bool
	}{
		{"", aggregate.Mean{}, 5000, false}, {"", aggregate.Winsorize{C: 2}, 100, false}, {"", aggregate.Winsorize{C: 8}, 192, false},
		{"", aggregate.Winsorize{C: 30}, 100, false}, {"", aggregate.Winsorize{C: 30}, 160, true}, {"", aggregate.Winsorize{C: 2}, 240, false},
		{"", aggregate.Winsorize{C: 2}, 256, true}, {tuned, aggregate.Winsorize{C: 2}, 256, false}, {tuned, aggregate.Winsorize{C: 8}, 256, true},
		{tuned, aggregate.Winsorize{C: 2}, 600, true}, {tuned, aggregate.Winsorize{}, 600, false}, {tuned, aggregate.TrimmedMean{C: 2}, 600, true},
		{"", aggregate.Median{}, 128, false}, {tuned, aggregate.Median{}, 257, true}, {tuned, aggregate.Median{}, 160, true},
		{tuned, aggregate.Median{Method: aggregate.Networks}, 160, false},
		{"", aggregate.MedianOfMeans{}, 6000, false}, {"", aggregate.MedianOfMeans{Groups: 500}, 6000, true},
		{"", aggregate.Winsorize{C: 2, Method: aggregate.Counting}, 30, true}, {"", aggregate.Winsorize{C: 2, Method: aggregate.Networks}, 600, false},
	} {
		t.Setenv("XLA_FLAGS", c.flags)
		if got := aggregate.Loops(c.rule, c.m, xla); got != c.loops {
			t.Errorf("%+v with %d examples and flags %q: loops is %v", c.rule, c.m, c.flags, got)
		}
		if aggregate.Loops(c.rule, c.m, goBackend) {
			t.Errorf("%+v with %d examples loops on the pure-Go backend", c.rule, c.m)
		}
	}
}

// What cannot be built is refused in one line.
func TestMethodsRefused(t *testing.T) {
	median := func(m aggregate.Method, x *graph.Node) *graph.Node {
		return aggregate.Median{Method: m}.Directions([]aggregate.Examples{aggregate.Rows(x)})[0]
	}
	_, err := graph.CallOnce(cgtest.Go(t), func(x *graph.Node) *graph.Node { return median(aggregate.Counting, x) }, inputs(3)["normal"])
	if err == nil || !strings.Contains(err.Error(), "use method automatic") {
		t.Errorf("counting on the pure-Go backend: %v", err)
	}
	inLoop := func(x *graph.Node) *graph.Node {
		g := x.Graph()
		parameters := func(g *graph.Graph) (*graph.Node, *graph.Node) {
			return graph.Parameter(g, "x", x.Shape()), graph.Parameter(g, "median", shapes.Make(x.DType(), x.Shape().Dimensions[1]))
		}
		body := graph.NewClosure(g, func(g *graph.Graph) []*graph.Node {
			x, _ := parameters(g)
			return []*graph.Node{x, median(aggregate.Automatic, x)}
		})
		more := graph.NewClosure(g, func(g *graph.Graph) []*graph.Node {
			parameters(g)
			return []*graph.Node{graph.Const(g, false)}
		})
		return graph.While(more, body, x, graph.Zeros(g, shapes.Make(x.DType(), x.Shape().Dimensions[1])))[1]
	}
	for _, c := range []struct {
		m     int
		flags string
	}{{300, ""}, {300, xlaflags.Add("")}, {192, xlaflags.Add("")}} {
		b := cgtest.XLA(t)
		t.Setenv("XLA_FLAGS", c.flags)
		if _, err = graph.CallOnce(b, inLoop, inputs(c.m)["normal"]); err == nil || !strings.Contains(err.Error(), "no loops within loops") {
			t.Errorf("%d examples within a loop: %v", c.m, err)
		}
	}
}
