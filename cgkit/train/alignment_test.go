// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"math"
	"math/rand/v2"
	"testing"

	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/record"

	"gonum.org/v1/gonum/mat"
)

func TestAlignmentOf(t *testing.T) {
	near := func(what string, got, want float64) {
		t.Helper()
		if !(math.Abs(got-want) < 1e-12) {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	// C = diag(9, 4, 1): the eigenvectors are the directions, in their order.
	a := alignmentOf(mat.NewDense(3, 3, []float64{3, 0, 0, 0, 2, 0, 0, 0, 1}))
	near("diagonal", a.diagonal, 1)
	near("order", a.order, 1)
	near("chance", a.chance, (2+14.*14/98)/5)
	// C of all ones: one eigenvector between all three directions, of which the diagonal has 3 of 9 entries.
	a = alignmentOf(mat.NewDense(3, 1, []float64{1, 1, 1}))
	near("diagonal", a.diagonal, 1./3)
	near("order", a.order, 0)
	// C = 1 has the diagonal 1 in every basis.
	a = alignmentOf(mat.NewDense(2, 2, []float64{1, 0, 0, 1}))
	near("chance", a.chance, 1)
}

// The chance is the mean over rotations.
func TestAlignmentChance(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	normal := func(r, c int) *mat.Dense {
		m := mat.NewDense(r, c, nil)
		for i := range r {
			for j := range c {
				m.Set(i, j, random.NormFloat64())
			}
		}
		return m
	}
	p := mat.NewDense(4, 4, []float64{5, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0.5})
	want, sum := alignmentOf(p).chance, 0.0
	const draws = 4000
	for range draws {
		var qr mat.QR
		qr.Factorize(normal(4, 4))
		var q, rotated mat.Dense
		qr.QTo(&q)
		rotated.Mul(&q, p)
		sum += alignmentOf(&rotated).diagonal / draws
	}
	if math.Abs(sum-want) > 0.01 {
		t.Errorf("the mean over rotations is %v, the formula gives %v", sum, want)
	}
}

// The values of a run: nothing has moved at the start, something has at the end, along directions of the images.
func TestMeasureAlignment(t *testing.T) {
	p := smallProblem(t, nil)
	p.Measure = record.MeasureAlignment
	e := newSmall(t, cgtest.Go(t), p)
	if extra := evaluate(t, e).Extra; extra["weights_moved"] != 0 {
		t.Errorf("at the start: %v", extra)
	} else if _, ok := extra["alignment"]; ok {
		t.Errorf("an alignment of nothing: %v", extra)
	}
	mustAdvance(t, e, 60)
	extra := evaluate(t, e).Extra
	for _, name := range []string{"weights_moved", "moved_first", "moved_next", "alignment", "alignment_chance"} {
		if v := extra[name]; !(v > 0 && v <= 1) {
			t.Errorf("%s = %v", name, v)
		}
	}
	if sum := extra["moved_first"] + extra["moved_next"]; sum > 1+1e-9 {
		t.Errorf("%v of the change lies along some of the directions", sum)
	}
	directions := e.alignment.directions
	var gram mat.Dense
	gram.Mul(directions.T(), directions)
	if k, _ := gram.Dims(); k != 1+alignmentDirections || math.Abs(mat.Norm(&gram, 2)-math.Sqrt(float64(k))) > 1e-9 {
		t.Errorf("%d directions that are not orthonormal", k)
	}
	p.Measure = ""
	if _, ok := evaluate(t, newSmall(t, cgtest.Go(t), p)).Extra["weights_moved"]; ok {
		t.Error("measured without being asked")
	}
}
