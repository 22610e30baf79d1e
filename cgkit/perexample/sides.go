// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"slices"

	"github.com/gomlx/gomlx/core/graph"
)

// DefaultTile is how many bytes of per-example gradients a view stores at a time where norms and products need them.
const DefaultTile = 256 << 20

// sides are gradients as products: example b's is left_bᵀ·right_b, with left [m, positions, rows] and right
// [m, positions, columns], in the type that sums are made in. A dense layer has one position, one on sequences as many
// as they are long, a convolution those of its output.
type sides struct {
	left, right              *graph.Node
	positions, rows, columns int
	// finish brings a product, [rows, columns], to the parameter's shape.
	finish func(product *graph.Node) *graph.Node
	// stored is how many numbers are made for this alone, and given how many the model stores anyway, for each example.
	stored, given int
}

// sides are the view's gradients as products; nil where they are none, or are more than one product.
func (v *View) sides() *sides {
	if v.triedSides {
		return v.products
	}
	v.triedSides = true
	if s := v.makeSides(); s != nil {
		s.left, s.right = graph.ConvertDType(s.left, v.SumType()), graph.ConvertDType(s.right, v.SumType())
		left, right := s.left.Shape().Dimensions, s.right.Shape().Dimensions
		s.positions, s.rows, s.columns = left[1], left[2], right[2]
		if s.given == 0 {
			s.given = left[1] * (left[2] + right[2])
		}
		v.products = s
	}
	return v.products
}

func (v *View) makeSides() *sides {
	if s := v.denseSides(); s != nil || len(v.parts) != 1 {
		return s
	}
	shared, is := v.parts[0].(*sharedPart)
	if !is || len(shared.terms) != 1 {
		return nil
	}
	finished := func(of *graph.Node, dims, order []int) func(*graph.Node) *graph.Node {
		return func(product *graph.Node) *graph.Node {
			product = inOrder(graph.Reshape(product, append([]int{1}, dims...)...), afterFirst(order))
			return graph.Reshape(lift(of, v.param, product), v.param.Shape().Dimensions...)
		}
	}
	switch t := shared.terms[0].(type) {
	case *productTerm:
		if lifts(t.of, v.param) {
			left, right := t.sides()
			return &sides{left: left, right: right, finish: finished(t.of, t.dims, t.permutation)}
		}
	case *cloneTerm:
		if !lifts(t.node(), v.param) {
			return nil
		}
		if p := t.patches(v.m); p != nil && p.groups == 1 {
			return &sides{left: p.left, right: p.right, finish: finished(t.node(), p.dims, p.order),
				stored: p.left.Shape().Size() / v.m, given: (t.b.node.Inputs()[0].Shape().Size() + p.right.Shape().Size()) / v.m}
		}
	}
	return nil
}

// denseSides are those of a matrix that one or more dense layers have and nothing else.
func (v *View) denseSides() *sides {
	var lefts, rights []*graph.Node
	for _, p := range v.parts {
		outer, is := p.(*outerPart)
		if !is {
			return nil
		}
		lefts, rights = append(lefts, graph.ExpandAxes(outer.left, 1)), append(rights, graph.ExpandAxes(outer.right, 1))
	}
	if len(lefts) == 0 {
		return nil
	}
	asItIs := func(product *graph.Node) *graph.Node { return product }
	return &sides{left: oneBehindTheOther(lefts), right: oneBehindTheOther(rights), finish: asItIs}
}

// units are the sides divided by the largest magnitude that an example has in each, and the products of those.
func (s *sides) units() (factored, *graph.Node) {
	units := new(*s)
	left, right := units.left.Shape().Dimensions, units.right.Shape().Dimensions
	l, ls := unitRows(flat(units.left))
	r, rs := unitRows(flat(units.right))
	units.left, units.right = graph.Reshape(l, left...), graph.Reshape(r, right...)
	return units, graph.Mul(ls, rs)
}

// way is how products of sides are made.
type way int

const (
	byPositions way = 0 // from products of positions: nothing of a gradient's size
	stored      way = 1 // from all gradients
	inRows      way = 2 // from some rows at a time of all gradients
)

// normsBy is the way for norms: that of fewer multiplications, unless what it stores is more than a tile.
func (s *sides) normsBy(m, tile int) way {
	size := int(s.left.DType().Size())
	pairs, whole := 2*m*s.positions*s.positions*size, m*s.rows*s.columns*size
	switch {
	case s.positions == 1, s.positions*(s.rows+s.columns) <= s.rows*s.columns && pairs <= max(tile, whole):
		return byPositions
	case whole <= tile:
		return stored
	case pairs <= tile:
		return byPositions
	}
	return inRows
}

// gramBy is the way for the Gram matrix, in which positions of different examples meet.
func (s *sides) gramBy(m, tile int) way {
	size := int(s.left.DType().Size())
	pairs, whole := 2*m*m*s.positions*s.positions*size, m*s.rows*s.columns*size
	switch {
	case s.positions == 1, m*s.positions*(s.rows+s.columns) <= s.rows*s.columns && pairs <= max(tile, whole):
		return byPositions
	case whole <= tile:
		return stored
	}
	return inRows
}

// whole is all gradients, [m, rows·columns].
func (s *sides) whole() *graph.Node {
	if s.positions == 1 {
		m := s.left.Shape().Dimensions[0]
		return flat(graph.Mul(graph.Reshape(s.left, m, s.rows, 1), graph.Reshape(s.right, m, 1, s.columns)))
	}
	return flat(graph.Dot(s.left, s.right).General([]int{1}, []int{0}, []int{1}, []int{0}))
}

// squares are the squared norms, [m].
func (s *sides) squares(w way, tile int) *graph.Node {
	switch {
	case s.positions == 1:
		return graph.Mul(rowNorms(flat(s.left)), rowNorms(flat(s.right)))
	case w == byPositions:
		pairs := func(x *graph.Node) *graph.Node {
			return graph.Dot(x, x).General([]int{2}, []int{0}, []int{2}, []int{0})
		}
		return notNegative(graph.ReduceSum(graph.Mul(pairs(s.left), pairs(s.right)), 1, 2))
	case w == stored:
		return rowNorms(s.whole())
	}
	return s.overRows(tile, func(rows *sides) *graph.Node { return rowNorms(rows.whole()) })
}

// gram is the products of all pairs, [m, m].
func (s *sides) gram(w way, tile int) *graph.Node {
	switch {
	case s.positions == 1:
		return graph.Mul(rowGram(flat(s.left)), rowGram(flat(s.right)))
	case w == byPositions:
		m := s.left.Shape().Dimensions[0]
		pairs := func(x *graph.Node) *graph.Node { return rowGram(graph.Reshape(x, m*s.positions, -1)) }
		products := graph.Reshape(graph.Mul(pairs(s.left), pairs(s.right)), m, s.positions, m, s.positions)
		return graph.ReduceSum(products, 1, 3)
	case w == stored:
		return rowGram(s.whole())
	}
	return s.overRows(tile, func(rows *sides) *graph.Node { return rowGram(rows.whole()) })
}

// overRows adds up what some rows at a time give, so many that their gradients take no more than a tile.
func (s *sides) overRows(tile int, of func(rows *sides) *graph.Node) *graph.Node {
	m := s.left.Shape().Dimensions[0]
	count := max(1, tile/(m*s.columns*int(s.left.DType().Size())))
	return inTurns(s.rows, count, []*graph.Node{s.left, s.right}, func(from, to int, operands []*graph.Node) *graph.Node {
		turn := new(*s)
		turn.left, turn.right, turn.rows = graph.SliceAxis(operands[0], 2, graph.AxisRange(from, to)), operands[1], to-from
		return of(turn)
	})
}

// inTurns adds up what so many of all places at a time give. of makes the share of the places from to to, from the
// operands that it is given: from the second turn on they wait for the turn before, so that no two are stored at once.
func inTurns(all, count int, operands []*graph.Node, of func(from, to int, operands []*graph.Node) *graph.Node) *graph.Node {
	var sum *graph.Node
	for from := 0; from < all; from += count {
		waited := operands
		if sum != nil {
			waited = graph.OptimizationBarriers(append(slices.Clone(operands), sum)...)
			sum = waited[len(operands)]
		}
		share := of(from, min(from+count, all), waited)
		if sum == nil {
			sum = share
		} else {
			sum = graph.Add(sum, share)
		}
	}
	return sum
}

// weighted is Σ_b weights[b]·g_b, of the parameter's shape: one product of matrices over all positions. No weights are
// ones.
func (s *sides) weighted(weights *graph.Node) *graph.Node {
	m := s.left.Shape().Dimensions[0]
	right := s.right
	if weights != nil {
		right = graph.Mul(right, graph.Reshape(weights, m, 1, 1))
	}
	left := graph.Transpose(graph.Reshape(s.left, m*s.positions, s.rows), 0, 1)
	return s.finish(graph.Dot(left, graph.Reshape(right, m*s.positions, s.columns)).Product())
}

// finishRows is the sum of rows [m, rows·columns] by weights, of the parameter's shape.
func (s *sides) finishRows(rows, weights *graph.Node) *graph.Node {
	sum := graph.Dot(graph.Reshape(weights, 1, -1), rows).Product()
	return s.finish(graph.Reshape(sum, s.rows, s.columns))
}

// some are the sides of examples from … to−1.
func (s *sides) some(from, to int) *sides {
	part := new(*s)
	here := graph.AxisRange(from, to)
	part.left, part.right = graph.SliceAxis(s.left, 0, here), graph.SliceAxis(s.right, 0, here)
	return part
}

// notNegative is x, and 0 where rounding made a sum of squares less. NaN stays.
func notNegative(x *graph.Node) *graph.Node {
	zeros := graph.ZerosLike(x)
	return graph.Where(graph.LessThan(x, zeros), zeros, x)
}
