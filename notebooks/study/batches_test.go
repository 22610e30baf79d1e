// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/datasets"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

func glyphData(t *testing.T, noise float64) *Data {
	t.Helper()
	set, err := datasets.NewGlyphs(t.Context(), 40, 20, 1)
	if err != nil {
		t.Fatal(err)
	}
	return NewData(set, noise)
}

// TestBatches: a cell's own loop sees the batches and labels that a run of the library with seed 1 sees.
func TestBatches(t *testing.T) {
	d := glyphData(t, 0.5)
	spec := record.DefaultSpec()
	spec.Batch, spec.Seed = 10, 1
	order, err := run.NewBatchOrder(spec, 40)
	if err != nil {
		t.Fatal(err)
	}
	noise, err := datasets.NewLabelNoise(d.Set.Train.Labels, 0.5, 1)
	if err != nil {
		t.Fatal(err)
	}
	for step := range 9 { // beyond the second epoch
		b := d.Next(10)
		labels := tensors.MustCopyFlatData[int32](b.Labels)
		for i, e := range order.Batch(step) {
			if labels[i] != int32(noise.Given[e]) || b.Given[i] != int(noise.Given[e]) || b.Original[i] != int(d.Set.Train.Labels[e]) || b.Corrupt(i) != noise.Corrupt(int(e)) {
				t.Fatalf("step %d, example %d: given %d of %d", step, i, b.Given[i], b.Original[i])
			}
		}
	}
	all := d.Train(1000)
	if got := all.Images.Shape().Dimensions; !slices.Equal(got, []int{40, 28, 28, 1}) || !slices.Equal(all.Labels.Shape().Dimensions, []int{40, 1}) {
		t.Errorf("all examples: %v", got)
	}
	if all.CountCorrupt() == 0 || all.CountCorrupt() != 40-noise.PristineCount() || d.Test(20).CountCorrupt() != 0 {
		t.Errorf("%d corrupt", all.CountCorrupt())
	}
	sorted := all.Sorted()
	for i := 1; i < len(sorted); i++ {
		a, b := sorted[i-1], sorted[i]
		if all.Corrupt(a) && !all.Corrupt(b) || all.Corrupt(a) == all.Corrupt(b) && all.Given[a] > all.Given[b] {
			t.Errorf("sorted: %d before %d", a, b)
		}
	}
	some := all.Choose([]int{7, 3}).Choose([]int{1})
	if some.Given[0] != all.Given[3] || !slices.Equal(some.Pixels[0], all.Pixels[3]) {
		t.Error("Choose takes others")
	}
	values := make([]float32, 40)
	values[0] = 2
	groups := all.Split(values)
	if len(groups[0].Values)+len(groups[1].Values) != 40 || len(groups[1].Values) != all.CountCorrupt() {
		t.Errorf("Split: %d and %d", len(groups[0].Values), len(groups[1].Values))
	}
	if got := d.Test(4).Accuracy(tensors.FromValue([]int32{int32(d.Set.Test.Labels[0]), -1, -1, -1})); got != 0.25 {
		t.Errorf("accuracy %v", got)
	}
}

// TestAlike: of gradients known to be alike or opposed.
func TestAlike(t *testing.T) {
	b := &Batch{Given: []int{1, 1, 1, 1, 2}, Original: []int{1, 1, 3, 3, 2}}
	g := [][]float32{{1, 1, -2, -2, 9}, {1, 1, -2, -2, 9}, {-2, -2, 4, 4, 9}, {-2, -2, 4, 4, 9}, {9, 9, 9, 9, 100}}
	if got := Alike(g, b); !strings.HasSuffix(got, "both pristine 1.00, one of them -1.00, both corrupt 1.00") {
		t.Error(got)
	}
}

// TestOpenFirst: a set that is not to be had is replaced by the next, and that is said once.
func TestOpenFirst(t *testing.T) {
	t.Setenv("CG_DATASET", "")
	datasets.Register("study-gone", func(context.Context, datasets.Options) (*datasets.Set, error) {
		return nil, fmt.Errorf("%w: study-gone", datasets.ErrMissing)
	})
	datasets.Register("study-there", func(ctx context.Context, _ datasets.Options) (*datasets.Set, error) {
		set, err := datasets.NewGlyphs(ctx, 20, 20, 1)
		if err == nil {
			set.Name = "study-there"
		}
		return set, err
	})
	said := printed(t, func() {
		for range 2 {
			if got := OpenFirst("study-gone", "study-there").Name; got != "study-there" {
				t.Errorf("opened %s", got)
			}
		}
	})
	if strings.Count(said, "study-gone is not to be had here, so this is on study-there") != 1 || strings.Count(said, "\n") != 1 {
		t.Errorf("said %q", said)
	}
	t.Setenv("CG_DATASET", "glyphs")
	if got := OpenFirst("study-gone", "study-there").Name; got != "glyphs" {
		t.Errorf("CG_DATASET=glyphs opens %s", got)
	}
}

func TestLargestDifference(t *testing.T) {
	a, b := model.NewStore(), model.NewStore()
	for i, store := range []*model.Store{a, b} {
		store.RootScope().VariableWithValue("w", []float32{1, 2 + float32(i)/8})
	}
	if got := LargestDifference(a, b); got != 0.125 {
		t.Errorf("difference %v", got)
	}
	if err := a.GetVariable("/w").SetValue(tensors.FromValue([]float32{float32(math.NaN()), 2})); err != nil {
		t.Fatal(err)
	}
	if got := LargestDifference(a, b); !math.IsNaN(got) {
		t.Errorf("difference of a NaN: %v", got)
	}
}
