// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package perexample

import (
	"fmt"

	"coherentgradients/cgkit/internal/halves"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// factored is a form of all gradients in which norms and products need not have them stored.
type factored interface {
	normsBy(m, tile int) way
	gramBy(m, tile int) way
	squares(w way, tile int) *graph.Node
	gram(w way, tile int) *graph.Node
	weighted(weights *graph.Node) *graph.Node
	units() (units factored, scale *graph.Node)
	finishRows(rows, weights *graph.Node) *graph.Node
	whole() *graph.Node
}

// form is the view's gradients as products; nil where they have to be stored.
func (v *View) form() factored {
	if s := v.sides(); s != nil {
		return s
	}
	if l := v.lookUps(); l != nil {
		return l
	}
	return nil
}

// WithTile sets how many bytes of per-example gradients are stored at a time for norms and Gram matrices: 0 means
// [DefaultTile]. It returns the view.
func (v *View) WithTile(bytes int) *View {
	v.tile = bytes
	return v
}

func (v *View) tileBytes() int {
	if v.tile <= 0 {
		return DefaultTile
	}
	return v.tile
}

// SumType is the type in which sums over examples are made: float32 for parameters of half precision, else the
// parameter's.
func (v *View) SumType() dtypes.DType { return halves.SumType(v.param.DType()) }

func (v *View) checkRange(from, to int) {
	if from < 0 || to > v.m || from >= to {
		panic(fmt.Errorf("perexample: examples %d to %d: the batch has examples 0 to %d", from, to-1, v.m-1))
	}
}

// SquaredNorms is ‖g_b‖² over this parameter for each example. Shape: [m]; float32 where the parameter is of half
// precision. A norm of more than the root of the largest number has no square: see [View.Norms].
//
// What it costs depends on shapes. For a dense layer it is the squared norms of its input and of the gradient of its
// output. For layers on positions, sequences and convolutions, it is the products of all pairs of an example's
// positions or, where that is less, all gradients, at most a tile of them at a time; see [View.WithTile]. Embeddings
// are alike. Biases and gains are stored, which is no more than activations. Of what enters in several ways, or through
// other operations, all gradients are made.
func (v *View) SquaredNorms() *graph.Node {
	if f := v.form(); f != nil {
		w := f.normsBy(v.m, v.tileBytes())
		if w == stored {
			if stack := v.stack(); stack != nil {
				return rowNorms(flat(stack))
			}
		}
		return f.squares(w, v.tileBytes())
	}
	if stack := v.stack(); stack != nil {
		return rowNorms(flat(stack))
	}
	norms := make([]*graph.Node, v.m)
	for b := range norms {
		norms[b] = graph.ReduceAllSum(graph.Square(halves.Wide(v.Example(b))))
	}
	return graph.Stack(norms, 0)
}

// Gram is ⟨g_a, g_b⟩ over this parameter for each pair of examples. Shape: [m, m]; float32 for half precision. For a
// dense layer it is the product, entry by entry, of the Gram matrices of its input and of the gradient of its output,
// and no gradient is stored; else all are, at most a tile of them at a time for layers on positions and embeddings. A
// product beyond the largest number is Inf: see [View.UnitGram].
func (v *View) Gram() *graph.Node {
	if f := v.form(); f != nil {
		w := f.gramBy(v.m, v.tileBytes())
		if w == stored {
			if stack := v.stack(); stack != nil {
				return rowGram(flat(stack))
			}
		}
		return f.gram(w, v.tileBytes())
	}
	return rowGram(flat(v.Stack()))
}

// unitForm is gradients divided by a magnitude of each: as products, or all of them, [m, n]; neither where they are
// made one by one.
type unitForm struct {
	products factored
	rows     *graph.Node
	scale    *graph.Node
}

func (v *View) unit() *unitForm {
	if v.units != nil {
		return v.units
	}
	v.units = &unitForm{}
	f := v.form()
	if f != nil && f.normsBy(v.m, v.tileBytes()) == stored && v.stack() != nil {
		f = nil // all of them are made anyway: their own largest magnitudes cost less than those of what they are made of
	}
	if f != nil {
		v.units.products, v.units.scale = f.units()
	} else if stack := v.stack(); stack != nil {
		v.units.rows, v.units.scale = unitRows(flat(stack))
	} else {
		scales := make([]*graph.Node, v.m)
		for b := range scales {
			scales[b] = graph.Reshape(graph.ReduceAllMax(graph.Abs(halves.Wide(v.Example(b)))), 1)
		}
		v.units.scale = graph.Concatenate(scales, 0)
	}
	return v.units
}

// Norms is ‖g_b‖ over this parameter as scale·√squares: scale is a magnitude of g_b, and squares the sum of the squares
// of the coordinates of u_b = g_b/scale, so that no square leaves the range of numbers. For layers with one position,
// and where gradients are stored, scale is the largest magnitude of g_b's coordinates; for others the product of the
// largest magnitudes of what it is made of. Both are 0 where g_b is 0, and squares is NaN where g_b has a NaN or Inf.
// Shapes: [m]; float32 where the parameter is of half precision. It costs what [View.SquaredNorms] does.
func (v *View) Norms() (scale, squares *graph.Node) {
	u := v.unit()
	switch {
	case u.products != nil:
		w := u.products.normsBy(v.m, v.tileBytes())
		if w == stored {
			return u.scale, rowNorms(u.stored())
		}
		return u.scale, u.products.squares(w, v.tileBytes())
	case u.rows != nil:
		return u.scale, rowNorms(u.rows)
	}
	norms := make([]*graph.Node, v.m)
	for b := range norms {
		unit, _ := unitRows(graph.Reshape(v.Example(b), 1, -1))
		norms[b] = rowNorms(unit)
	}
	return u.scale, graph.Concatenate(norms, 0)
}

// stored is all of u_b, [m, n], from now on there for other uses.
func (u *unitForm) stored() *graph.Node {
	if u.rows == nil {
		u.rows = u.products.whole()
	}
	return u.rows
}

// UnitGram is ⟨g_a, g_b⟩ over this parameter as scale[a]·scale[b]·products[a, b], with the scale of [View.Norms], so
// that no product leaves the range of numbers. Shapes: [m] and [m, m]. It costs what [View.Gram] does.
func (v *View) UnitGram() (scale, products *graph.Node) {
	u := v.unit()
	switch {
	case u.products != nil:
		w := u.products.gramBy(v.m, v.tileBytes())
		if w == stored {
			return u.scale, rowGram(u.stored())
		}
		return u.scale, u.products.gram(w, v.tileBytes())
	case u.rows == nil:
		u.rows, _ = unitRows(flat(v.Stack()))
	}
	return u.scale, rowGram(u.rows)
}

// WeightedUnits is Σ_b weights[b]·u_b, u_b being g_b divided by the scale of [View.Norms], or 0. weights: shape [m], in
// the type of the result, which is the parameter's, or float32 where that is of half precision. It costs what
// [View.Weighted] does; where norms have stored all gradients, one pass over those.
func (v *View) WeightedUnits(weights *graph.Node) *graph.Node {
	u := v.unit()
	switch {
	case u.rows != nil && u.products != nil:
		return u.products.finishRows(u.rows, weights)
	case u.products != nil:
		return u.products.weighted(weights)
	case u.rows != nil:
		return v.weightedRows(u.rows, weights)
	case v.linear():
		return v.weightedOnce(func(b *boundary) *graph.Node {
			// What arrives is brought to a size of 1 first: the two factors may be too small, or too large, together.
			rest := iota(b.gradient.Rank())
			l := b.info.layout
			each := graph.ReduceMax(graph.Abs(b.gradient), append(rest[:l.axis:l.axis], rest[l.axis+1:]...)...)
			each = graph.ReduceMax(graph.Reshape(each, v.m, -1), 1)
			unit := graph.Div(b.gradient, alongBatch(orOne(each), b))
			return graph.Mul(unit, alongBatch(graph.Mul(weights, graph.Div(graph.ConvertDType(each, weights.DType()), orOne(u.scale))), b))
		}, graph.ReduceAllSum(graph.Div(weights, orOne(u.scale))))
	}
	var sum *graph.Node
	for b := range v.m {
		unit, _ := unitRows(graph.Reshape(v.Example(b), 1, -1))
		term := graph.Mul(unit, graph.Reshape(graph.SliceAxis(weights, 0, graph.AxisElem(b)), 1, 1))
		if sum == nil {
			sum = term
		} else {
			sum = graph.Add(sum, term)
		}
	}
	return graph.Reshape(sum, v.param.Shape().Dimensions...)
}

// CheapNorms says whether [View.SquaredNorms] stores no more than the model itself does for the batch, by the shapes of
// the parameter, of the layer's input and of its output, whatever kind of layer it is.
func (v *View) CheapNorms() bool {
	switch f := v.form().(type) {
	case *sides:
		return f.extra(f.normsBy(v.m, v.tileBytes())) <= f.given
	case *lookUps:
		if f.normsBy(v.m, v.tileBytes()) == byPositions {
			return 3*f.positions <= f.columns
		}
		return f.rows <= f.positions
	}
	for _, p := range v.parts {
		shared, ok := p.(*sharedPart)
		if !ok {
			return false
		}
		for _, t := range shared.terms {
			if rows, ok := t.(*rowsTerm); !ok || !lifts(rows.of, v.param) {
				return false
			}
		}
	}
	return true
}

// extra is how many numbers are stored for the norms of each example.
func (s *sides) extra(w way) int {
	switch {
	case s.positions == 1:
		return 0
	case w == byPositions:
		return s.stored + 2*s.positions*s.positions
	}
	return s.stored + s.rows*s.columns
}

func rowNorms(x *graph.Node) *graph.Node { return graph.ReduceSum(graph.Square(halves.Wide(x)), 1) }

func rowGram(x *graph.Node) *graph.Node {
	x = halves.Wide(x)
	return graph.Dot(x, x).General([]int{1}, nil, []int{1}, nil)
}

// unitRows are rows divided by the largest magnitude in each, and those magnitudes, shape [rows]. Rows of 0 stay.
func unitRows(x *graph.Node) (unit, largest *graph.Node) {
	x = halves.Wide(x)
	largest = graph.ReduceMax(graph.Abs(x), 1)
	return graph.Div(x, graph.Reshape(orOne(largest), -1, 1)), largest
}

// orOne is x, and 1 where x is 0.
func orOne(x *graph.Node) *graph.Node {
	return graph.Where(graph.Equal(x, graph.ZerosLike(x)), graph.OnesLike(x), x)
}
