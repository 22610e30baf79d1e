// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"fmt"
	"math"

	"coherentgradients/cgkit/models"
	"coherentgradients/datasets"

	"gonum.org/v1/gonum/mat"
)

// Limits of [record.MeasureAlignment].
const (
	alignmentDirections = 50
	alignmentExamples   = 6000
	alignmentFeatures   = 1024
)

// alignment is what [record.MeasureAlignment] adds to an engine.
type alignment struct {
	initial    *mat.Dense // first layer's weights at the start, [features, width]
	directions *mat.Dense // the inputs' principal directions, [features, 1 + K], the first one kept apart
}

// prepareAlignment finds the inputs' principal directions, for models that have the values.
func (e *engine) prepareAlignment() error {
	if e.problem.Spec.ModelName() != models.MLP().Name || e.feed.set.Features() > alignmentFeatures {
		return nil
	}
	initial, err := e.firstLayer()
	if err != nil {
		return err
	}
	directions, err := principal(e.problem.Set.Train, e.problem.Set.Features(), 1+alignmentDirections)
	if err != nil {
		return err
	}
	e.alignment = &alignment{initial: initial, directions: directions}
	return nil
}

// firstLayer copies the weights that the inputs meet.
func (e *engine) firstLayer() (*mat.Dense, error) {
	for _, v := range e.trainable() {
		if s := v.Shape(); s.Rank() == 2 && s.Dimensions[0] == e.feed.set.Features() {
			array, err := arrayOf(v)
			if err != nil {
				return nil, err
			}
			data := make([]float64, s.Size())
			for i, w := range array.Data.([]float32) {
				data[i] = float64(w)
			}
			return mat.NewDense(s.Dimensions[0], s.Dimensions[1], data), nil
		}
	}
	return nil, fmt.Errorf("model %q has no weights of [%d, width] for the measure alignment: leave it out", e.model.Name, e.feed.set.Features())
}

// principal are the eigenvectors of E[xxᵀ] with the k largest eigenvalues, in falling order, [features, ≤ k]; those of
// eigenvalues that are 0 but for rounding are left out.
func principal(split datasets.Split, features, k int) (*mat.Dense, error) {
	n := min(split.Len(), alignmentExamples)
	x := mat.NewDense(n, features, nil)
	for i := range n {
		row := x.RawRowView(i)
		for j := range row {
			if split.Values != nil {
				row[j] = float64(split.Values[i*features+j])
			} else {
				row[j] = float64(split.Pixels[i*features+j]) / 255
			}
		}
	}
	var moments mat.SymDense
	moments.SymOuterK(1/float64(n), x.T())
	var eigen mat.EigenSym
	if !eigen.Factorize(&moments, true) {
		return nil, fmt.Errorf("the principal directions of the inputs can't be found: leave the measure alignment out")
	}
	values := eigen.Values(nil) // rising
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	largest := values[features-1]
	for k = min(k, features); k > 1 && values[features-k] <= 1e-10*largest; {
		k--
	}
	out := mat.NewDense(features, k, nil)
	for j := range k {
		for i := range features {
			out.Set(i, j, vectors.At(i, features-1-j))
		}
	}
	return out, nil
}

// measureAlignment adds the values of [record.MeasureAlignment] at the current weights.
func (e *engine) measureAlignment(into map[string]float64) error {
	if e.alignment == nil {
		return nil
	}
	moved, err := e.firstLayer()
	if err != nil {
		return err
	}
	moved.Sub(moved, e.alignment.initial)
	setFinite(into, "weights_moved", mat.Norm(moved, 2)/mat.Norm(e.alignment.initial, 2))
	var along mat.Dense // [1 + K, width]
	along.Mul(e.alignment.directions.T(), moved)
	k, width := along.Dims()
	energy := func(m mat.Matrix) float64 { return math.Pow(mat.Norm(m, 2), 2) }
	setFinite(into, "moved_first", energy(along.Slice(0, 1, 0, width))/energy(moved))
	if k < 3 {
		return nil // one direction is aligned with itself
	}
	next := along.Slice(1, k, 0, width).(*mat.Dense)
	setFinite(into, "moved_next", energy(next)/energy(moved))
	a := alignmentOf(next)
	setFinite(into, "alignment", a.diagonal)
	setFinite(into, "alignment_chance", a.chance)
	if !math.IsNaN(a.diagonal) {
		setFinite(into, "alignment_order", a.order)
	}
	return nil
}

// aligned are the numbers of [record.MeasureAlignment] about C = P·Pᵀ.
type aligned struct{ diagonal, chance, order float64 }

// alignmentOf takes P = VᵀΔW, [K, width], K ≥ 2, the directions in falling order of their variance.
func alignmentOf(p *mat.Dense) aligned {
	var c mat.Dense
	c.Mul(p, p.T())
	k, _ := c.Dims()
	var diagonal, all, trace, rising float64
	for i := range k {
		trace += c.At(i, i)
		diagonal += c.At(i, i) * c.At(i, i)
		for j := range k {
			all += c.At(i, j) * c.At(i, j)
			switch {
			case j <= i:
			case c.At(i, i) > c.At(j, j):
				rising++
			case c.At(i, i) < c.At(j, j):
				rising--
			}
		}
	}
	return aligned{
		diagonal: diagonal / all,
		chance:   (2 + trace*trace/all) / float64(k+2),
		order:    rising / float64(k*(k-1)/2),
	}
}
