// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package selection

// builder writes operations, sharing those it has already written.
type builder struct {
	inputs int
	ops    []Op
	known  map[Op]int
}

func newBuilder(inputs int) *builder {
	return &builder{inputs: inputs, known: make(map[Op]int)}
}

func (b *builder) write(kind Kind, x, y int) int {
	if x == y {
		return x
	}
	if x > y {
		x, y = y, x
	}
	op := Op{Kind: kind, A: x, B: y}
	if v, ok := b.known[op]; ok {
		return v
	}
	v := b.inputs + len(b.ops)
	b.ops = append(b.ops, op)
	b.known[op] = v
	return v
}

func (b *builder) min(x, y int) int { return b.write(Min, x, y) }
func (b *builder) max(x, y int) int { return b.write(Max, x, y) }

// exchange puts the smaller of wires i and j at i and the larger at j.
func (b *builder) exchange(wires []int, i, j int) {
	wires[i], wires[j] = b.min(wires[i], wires[j]), b.max(wires[i], wires[j])
}

// fold reduces values to one by a balanced tree.
func fold(values []int, combine func(x, y int) int) int {
	if len(values) == 0 {
		return -1
	}
	for len(values) > 1 {
		var next []int
		for i := 0; i+1 < len(values); i += 2 {
			next = append(next, combine(values[i], values[i+1]))
		}
		if len(values)%2 == 1 {
			next = append(next, values[len(values)-1])
		}
		values = next
	}
	return values[0]
}

// sort orders the wires by Batcher's odd–even merge sort for any number of wires (Knuth, TAOCP 3, algorithm 5.2.2M).
func (b *builder) sort(wires []int) {
	n := len(wires)
	if n < 2 {
		return
	}
	t := 0
	for 1<<t < n {
		t++
	}
	for p := 1 << (t - 1); p > 0; p >>= 1 {
		q, r, d := 1<<(t-1), 0, p
		for {
			for i := 0; i < n-d; i++ {
				if i&p == r {
					b.exchange(wires, i, i+d)
				}
			}
			if q == p {
				break
			}
			d, q, r = q-p, q>>1, p
		}
	}
}

// mergeSorted merges two lists, sorted from front to back, into one by Batcher's odd–even merge for any lengths.
func mergeSorted(x, y []int, front, back func(x, y int) int) []int {
	switch {
	case len(x) == 0:
		return append([]int(nil), y...)
	case len(y) == 0:
		return append([]int(nil), x...)
	case len(x) == 1 && len(y) == 1:
		return []int{front(x[0], y[0]), back(x[0], y[0])}
	}
	even := mergeSorted(alternate(x, 0), alternate(y, 0), front, back)
	odd := mergeSorted(alternate(x, 1), alternate(y, 1), front, back)
	merged := make([]int, 0, len(x)+len(y))
	merged = append(merged, even[0])
	for i := 1; i < len(even) || i-1 < len(odd); i++ {
		switch {
		case i >= len(even):
			merged = append(merged, odd[i-1])
		case i-1 >= len(odd):
			merged = append(merged, even[i])
		default:
			merged = append(merged, front(odd[i-1], even[i]), back(odd[i-1], even[i]))
		}
	}
	return merged
}

func alternate(list []int, start int) []int {
	var out []int
	for i := start; i < len(list); i += 2 {
		out = append(out, list[i])
	}
	return out
}

// nowhere stands for a wire that holds a value before all others: it is never written, only moved to the front.
const nowhere = -1

// sortBitonic orders wires whose values move away from the front and then back to it (0…01…10…0 in zeros and ones when
// front is min), by Batcher's bitonic merge. Lengths that are no power of two are filled up at the end with wires that
// come before all others, which keeps the shape; they move to the front and are cut off.
func (b *builder) sortBitonic(wires []int, front, back func(x, y int) int) []int {
	n := 1
	for n < len(wires) {
		n *= 2
	}
	padded := make([]int, n)
	copy(padded, wires)
	for i := len(wires); i < n; i++ {
		padded[i] = nowhere
	}
	for d := n / 2; d > 0; d /= 2 {
		for i := range n {
			if i&d != 0 {
				continue
			}
			x, y := padded[i], padded[i+d]
			switch {
			case x == nowhere:
			case y == nowhere:
				padded[i], padded[i+d] = nowhere, x
			default:
				padded[i], padded[i+d] = front(x, y), back(x, y)
			}
		}
	}
	return padded[n-len(wires):]
}
