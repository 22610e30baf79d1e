// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package twin

// Gradients are the gradients of the m examples of a batch, by coordinate: [parameters, m].
type Gradients struct {
	Values []float64
	M      int

	pass   Pass
	column []float64
}

// Take computes the gradients of a net at the examples given: inputs [m][features], labels [m]. It uses the memory of
// what it held before.
func (g *Gradients) Take(n *Net, inputs [][]float64, labels []int) {
	g.M = len(inputs)
	size := len(n.Params) * g.M
	if cap(g.Values) < size {
		g.Values = make([]float64, size)
	}
	g.Values = g.Values[:size]
	clear(g.Values)
	for e, x := range inputs {
		n.AddGradient(&g.pass, x, labels[e], g.Values[e:], g.M)
	}
}

// Of are the m gradients of one coordinate, in the order of the batch.
func (g *Gradients) Of(coordinate int) []float64 {
	return g.Values[coordinate*g.M : (coordinate+1)*g.M]
}

// Descend makes the update w ← w − rate · rule(g) of every coordinate.
func (g *Gradients) Descend(n *Net, rate float64, rule Rule) {
	for i := range n.Params {
		g.column = append(g.column[:0], g.Of(i)...) // rules reorder what they get
		n.Params[i] -= rate * rule(g.column)
	}
}
