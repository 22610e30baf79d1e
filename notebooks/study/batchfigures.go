// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"coherentgradients/datasets"
	"coherentgradients/plots"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Corrupt tells whether an example's label is wrong.
func (b *Batch) Corrupt(i int) bool { return b.Given[i] != b.Original[i] }

// Split groups a value of each example by whether its label is right, in the colours of the other figures.
func (b *Batch) Split(values []float32) []plots.Sample {
	samples := []plots.Sample{{Name: "pristine", Role: plots.Pristine}, {Name: "corrupt", Role: plots.Corrupt}}
	for i, v := range values {
		group := 0
		if b.Corrupt(i) {
			group = 1
		}
		samples[group].Values = append(samples[group].Values, float64(v))
	}
	return samples
}

// Accuracy is the share of examples whose label, as training sees it, is the predicted class; predictions are [m]
// int32.
func (b *Batch) Accuracy(predictions *tensors.Tensor) float64 {
	classes := tensors.MustCopyFlatData[int32](predictions)
	if len(classes) != len(b.Given) {
		must(fmt.Errorf("%d predictions for %d examples", len(classes), len(b.Given)))
	}
	right := 0
	for i, class := range classes {
		if int(class) == b.Given[i] {
			right++
		}
	}
	return float64(right) / float64(len(classes))
}

// CountCorrupt is how many examples have a wrong label.
func (b *Batch) CountCorrupt() (n int) {
	for i := range b.Given {
		if b.Corrupt(i) {
			n++
		}
	}
	return n
}

// Sorted lists the examples, pristine ones first, by their label within each kind.
func (b *Batch) Sorted() []int {
	order := first(len(b.Given), len(b.Given))
	kind := func(i int) int {
		if b.Corrupt(i) {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(kind(i), kind(j)), cmp.Compare(b.Given[i], b.Given[j]))
	})
	return order
}

// Figure draws the examples with their labels; wrong ones are marked.
func (b *Batch) Figure(set *datasets.Set, what string) *plots.Figure {
	return figure(plots.Digits(plots.DigitsData{
		Meta: Caption(set, what), Images: b.Pixels, Labels: b.Given, Original: b.Original, Names: set.ClassNames, Attribution: set.Attribution,
	}))
}

// Alike says in a line how alike the gradients of examples with one label are: the mean cosine of two of them, by
// whether their labels are right. gram is the inner products of all pairs.
func Alike(gram [][]float32, b *Batch) string {
	var sums, counts [3]float64 // by how many of the two are corrupt
	for i := range gram {
		for j := range i {
			if b.Given[i] != b.Given[j] {
				continue
			}
			corrupt := 0
			for _, e := range []int{i, j} {
				if b.Corrupt(e) {
					corrupt++
				}
			}
			length := math.Sqrt(float64(gram[i][i]) * float64(gram[j][j]))
			if length > 0 {
				sums[corrupt] += float64(gram[i][j]) / length
				counts[corrupt]++
			}
		}
	}
	return fmt.Sprintf("mean cosine of two examples with one label: both pristine %.2f, one of them %.2f, both corrupt %.2f",
		sums[0]/counts[0], sums[1]/counts[1], sums[2]/counts[2])
}

// Caption is what a figure of a set's examples says of itself.
func Caption(set *datasets.Set, what string) plots.Meta {
	m := plots.Meta{Caption: what + "; " + set.Title + ".", Provenance: map[string]string{"dataset": set.Name}}
	if set.Synthetic {
		m.Marks = append(m.Marks, plots.SyntheticData)
	}
	if Mode() == Quick {
		m.Marks = append(m.Marks, plots.QuickRun)
	}
	return m
}

// LargestDifference is the largest difference between the trainable weights of two nets, which have the same names and
// shapes; NaN where a weight is.
func LargestDifference(a, b *model.Store) float64 {
	largest, found := 0.0, false
	for v := range a.IterVariables() {
		if !v.Trainable {
			continue
		}
		found = true
		w := b.GetVariable(v.Path())
		if w == nil || !w.Shape().Equal(v.Shape()) {
			must(fmt.Errorf("the second net has no variable %s of shape %s", v.Path(), v.Shape()))
			return math.NaN()
		}
		ours, theirs := tensors.MustCopyFlatData[float32](v.MustValue()), tensors.MustCopyFlatData[float32](w.MustValue())
		for i := range ours {
			d := math.Abs(float64(ours[i]) - float64(theirs[i]))
			if math.IsNaN(d) {
				return d
			}
			largest = max(largest, d)
		}
	}
	if !found {
		must(errors.New("the first net has no trainable variable yet: build its graph once"))
	}
	return largest
}
