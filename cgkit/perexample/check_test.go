// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"coherentgradients/cgkit/backend"
	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/perexample"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

func TestCheck(t *testing.T) {
	b := cgtest.Go(t)
	x, y := batchOf(modelCase{example: []int{7}}, 4, rand.New(rand.NewPCG(1, 2)))
	net := func(scope *model.Scope, x *Node) *Node { return layers.Dense(scope.At("net"), x, true, classes) }
	squares := func(scope *model.Scope, batch []*Node) *Node {
		return ReduceSum(Square(net(scope, batch[0])), 1)
	}
	for name, lossFn := range map[string]func(scope *model.Scope, batch []*Node) *Node{
		"mean": func(s *model.Scope, batch []*Node) *Node { return classify(net(s, batch[0]), batch[1]) },
		"sum":  func(s *model.Scope, batch []*Node) *Node { return ReduceAllSum(squares(s, batch)) },
		"each": squares,
	} {
		report, err := perexample.Check(b, model.NewStore(), lossFn, x, y)
		if err != nil {
			t.Fatal(err)
		}
		if len(report.Variables) != 2 || report.Worst() > 1e-12 || report.Variables[0].Scale == 0 {
			t.Errorf("%s:\n%s", name, report)
		}
		if !strings.Contains(report.String(), "/net/dense/weights") {
			t.Errorf("the table names no variable:\n%s", report)
		}
	}
	half, err := perexample.Check(b, model.NewStore(), func(s *model.Scope, batch []*Node) *Node {
		w := s.VariableWithShape("w", shapes.Make(dtypes.BFloat16, 7, 2)).NodeValue(batch[0].Graph())
		return ReduceSum(Square(Dot(ConvertDType(batch[0], dtypes.BFloat16), w).Product()), 1)
	}, x, y)
	if err != nil || len(half.Variables) != 1 || half.Worst() > 0.02 {
		t.Errorf("a variable of half precision: %v\n%s", err, half)
	}
	mixing, err := perexample.Check(b, model.NewStore(), func(s *model.Scope, batch []*Node) *Node {
		return ReduceAllMax(squares(s, batch))
	}, x, y)
	if err != nil || mixing.Err() == nil || mixing.Findings[0].Kind != perexample.Mixing {
		t.Errorf("error %v, findings %v, want one that mixes", err, mixing.Findings)
	}
	if _, err := perexample.Check(b, model.NewStore(), squares); err == nil {
		t.Error("no batch: no error")
	}
	if _, err := perexample.Check(b, model.NewStore(), func(s *model.Scope, batch []*Node) *Node {
		panic(errors.New("the model's own"))
	}, x, y); err == nil || !strings.Contains(err.Error(), "the model's own") {
		t.Errorf("a model that panics: %v", err)
	}
}

// A view that is wrong must show.
func TestReportShowsWrongViews(t *testing.T) {
	for _, v := range []perexample.VariableReport{{Largest: math.Inf(1), Scale: math.NaN()}, {Largest: math.NaN(), Scale: 1},
		{Largest: 0, Scale: math.NaN()}, {Largest: math.Inf(1), Scale: math.Inf(1)}} {
		if got := (perexample.Report{Variables: []perexample.VariableReport{v}}).Worst(); !math.IsInf(got, 1) {
			t.Errorf("%+v: %v, want +Inf", v, got)
		}
	}
	for worst, v := range map[string]perexample.VariableReport{
		"0.5":  {Largest: 1, Scale: 2},
		"+Inf": {Largest: 1, Scale: 0},
		"0":    {},
	} {
		if got := fmt.Sprint(perexample.Report{Variables: []perexample.VariableReport{v}}.Worst()); got != worst {
			t.Errorf("%+v: %s, want %s", v, got, worst)
		}
	}
}

// Run once for a new model: does every view agree with gradients taken one example at a time?
func ExampleCheck() {
	b, err := backend.OpenConfig("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	lossFn := func(scope *model.Scope, batch []*Node) *Node {
		x, y := batch[0], batch[1]
		prediction := layers.Dense(scope.In("regression"), x, true, 1)
		return ReduceAllMean(Square(Sub(prediction, y)))
	}
	x := tensors.FromValue([][]float64{{1, 2}, {3, 4}, {5, 6}})
	y := tensors.FromValue([][]float64{{1}, {0}, {1}})
	report, err := perexample.Check(b, model.NewStore(), lossFn, x, y)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(report.Variables), "variables, all right:", report.Err() == nil && report.Worst() < 1e-12)
	// Output: 2 variables, all right: true
}

// A model whose examples meet: its inputs are centred by their mean over the batch.
func ExampleReport() {
	b, err := backend.OpenConfig("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	lossFn := func(scope *model.Scope, batch []*Node) *Node {
		x := Sub(batch[0], ReduceAndKeep(batch[0], ReduceMean, 0))
		return ReduceAllMean(Square(layers.Dense(scope.In("layer"), x, false, 1)))
	}
	report, err := perexample.Check(b, model.NewStore(), lossFn, tensors.FromValue([][]float64{{1, 2}, {3, 4}, {5, 7}}))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range report.Findings {
		fmt.Printf("%s: %s\n%s\n%s\n", f.Kind, f.Reason, f.Node, f.Variable)
	}
	// Output:
	// mixing: examples meet in values that no gradient enters, and that come back into each example
	// node #1 ReduceSum (Float64)[2]
	// /layer/dense/weights (Float64)[2, 1]
}

// OfTrainable finds the variables and the batch by itself.
func ExampleOfTrainable() {
	b, err := backend.OpenConfig("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	net := func(scope *model.Scope, x *Node) *Node {
		w := scope.WithInitializer(initializer.One).VariableWithShape("w", shapes.Make(dtypes.Float64, 2, 1)).NodeValue(x.Graph())
		losses := ReduceSum(Dot(x, w).Product(), 1) // one loss for each example
		views, variables := perexample.OfTrainable(scope, losses)
		fmt.Println(variables[0].Path())
		return views[0].SquaredNorms()
	}
	out, err := model.CallOnce(b, model.NewStore(), net, [][]float64{{1, 0}, {0, 2}, {3, 4}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(out.Value())
	// Output:
	// /w
	// [1 4 25]
}

// The squared norms of a layer's per-example gradients, without the gradients.
func ExampleOf() {
	b, err := backend.OpenConfig("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	norms := MustExecOnce(b, func(w, x *Node) *Node {
		losses := ReduceSum(Dot(x, w).Product(), 1) // one loss for each of the three examples
		return perexample.Of(losses, []*Node{x}, []*Node{w})[0].SquaredNorms()
	}, [][]float64{{1}, {1}}, [][]float64{{1, 0}, {0, 2}, {3, 4}})
	fmt.Println(norms.Value())
	// Output: [1 4 25]
}
