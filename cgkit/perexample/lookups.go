// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// lookUps are the gradients of a table of which every example looks some rows up, as an embedding does: what arrives
// for the same row is added up.
type lookUps struct {
	index           *graph.Node // which rows, int32 [m, positions]
	arriving        *graph.Node // what arrives for them, [m, positions, columns], in the type that sums are made in
	positions, rows int
	columns         int
	finish          func(table *graph.Node) *graph.Node // to the parameter's shape
}

// lookUps are the view's gradients as look-ups; nil where they are none, or more than those.
func (v *View) lookUps() *lookUps {
	if len(v.parts) != 1 {
		return nil
	}
	shared, is := v.parts[0].(*sharedPart)
	if !is || len(shared.terms) != 1 {
		return nil
	}
	t, is := shared.terms[0].(*cloneTerm)
	if !is || !t.isLookUp() || !lifts(t.node(), v.param) {
		return nil
	}
	index, arriving := t.found(v.m)
	dims := t.node().Shape().Dimensions
	return &lookUps{index: index, arriving: graph.ConvertDType(arriving, v.SumType()),
		positions: index.Shape().Dimensions[1], rows: dims[0], columns: dims[1],
		finish: func(table *graph.Node) *graph.Node {
			return graph.Reshape(lift(t.node(), v.param, graph.ExpandAxes(table, 0)), v.param.Shape().Dimensions...)
		}}
}

// by is the way: pairs of positions where those are no more than rows, each kind of pair counted once.
func (l *lookUps) by(pairs, m, tile int) way {
	size := int(l.arriving.DType().Size())
	switch whole := m * l.rows * l.columns * size; {
	case l.positions*l.positions <= l.rows && 3*pairs*size <= max(tile, whole):
		return byPositions
	case whole <= tile:
		return stored
	}
	return inRows
}

func (l *lookUps) normsBy(m, tile int) way { return l.by(m*l.positions*l.positions, m, tile) }
func (l *lookUps) gramBy(m, tile int) way  { return l.by(m*m*l.positions*l.positions, m, tile) }

func (l *lookUps) whole() *graph.Node { return flat(scatterEach(l.index, l.arriving, l.rows)) }

// units are the look-ups with what arrives divided by the largest magnitude that an example has there.
func (l *lookUps) units() (factored, *graph.Node) {
	units := new(*l)
	arriving, scale := unitRows(flat(l.arriving))
	units.arriving = graph.Reshape(arriving, l.arriving.Shape().Dimensions...)
	return units, scale
}

// squares are the squared norms, [m].
func (l *lookUps) squares(w way, tile int) *graph.Node {
	switch w {
	case byPositions:
		m := l.index.Shape().Dimensions[0]
		same := graph.Equal(graph.Reshape(l.index, m, l.positions, 1), graph.Reshape(l.index, m, 1, l.positions))
		products := graph.Dot(l.arriving, l.arriving).General([]int{2}, []int{0}, []int{2}, []int{0})
		return notNegative(graph.ReduceSum(graph.Where(same, products, graph.ZerosLike(products)), 1, 2))
	case stored:
		return rowNorms(l.whole())
	}
	return l.overColumns(tile, func(columns *lookUps) *graph.Node { return rowNorms(columns.whole()) })
}

// gram is the products of all pairs, [m, m].
func (l *lookUps) gram(w way, tile int) *graph.Node {
	switch w {
	case byPositions:
		m := l.index.Shape().Dimensions[0]
		n := m * l.positions
		same := graph.Equal(graph.Reshape(l.index, n, 1), graph.Reshape(l.index, 1, n))
		products := rowGram(graph.Reshape(l.arriving, n, -1))
		products = graph.Where(same, products, graph.ZerosLike(products))
		return graph.ReduceSum(graph.Reshape(products, m, l.positions, m, l.positions), 1, 3)
	case stored:
		return rowGram(l.whole())
	}
	return l.overColumns(tile, func(columns *lookUps) *graph.Node { return rowGram(columns.whole()) })
}

// overColumns adds up what some columns at a time give, as sides.overRows does for rows.
func (l *lookUps) overColumns(tile int, of func(columns *lookUps) *graph.Node) *graph.Node {
	m := l.index.Shape().Dimensions[0]
	count := max(1, tile/(m*l.rows*int(l.arriving.DType().Size())))
	return inTurns(l.columns, count, []*graph.Node{l.arriving}, func(from, to int, operands []*graph.Node) *graph.Node {
		turn := new(*l)
		turn.arriving, turn.columns = graph.SliceAxis(operands[0], 2, graph.AxisRange(from, to)), to-from
		return of(turn)
	})
}

// finishRows is the sum of rows [m, rows·columns] by weights, of the parameter's shape.
func (l *lookUps) finishRows(rows, weights *graph.Node) *graph.Node {
	sum := graph.Dot(graph.Reshape(weights, 1, -1), rows).Product()
	return l.finish(graph.Reshape(sum, l.rows, l.columns))
}

// weighted is Σ_b weights[b]·g_b, of the parameter's shape.
func (l *lookUps) weighted(weights *graph.Node) *graph.Node {
	m := l.index.Shape().Dimensions[0]
	arriving := graph.Mul(l.arriving, graph.Reshape(weights, m, 1, 1))
	zeros := graph.Zeros(arriving.Graph(), shapes.Make(arriving.DType(), l.rows, l.columns))
	at, updates := graph.Reshape(l.index, m*l.positions, 1), graph.Reshape(arriving, m*l.positions, l.columns)
	return l.finish(graph.ScatterSum(zeros, at, updates, false, false))
}
