// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package selection

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// check runs a network on values and compares both ends with a sort.
func check(t *testing.T, n *Network, values []int) {
	t.Helper()
	sorted := slices.Sorted(slices.Values(values))
	all := Run(n, values)
	low, high := Pick(all, n.Low), Pick(all, n.High)
	slices.Sort(low)
	slices.Sort(high)
	if !slices.Equal(low, sorted[:len(low)]) || !slices.Equal(high, sorted[len(sorted)-len(high):]) {
		t.Fatalf("m=%d low=%v high=%v of %v", n.Inputs, low, high, values)
	}
	if len(low) > 0 && all[n.LowBound] != sorted[len(low)-1] || len(high) > 0 && all[n.HighBound] != sorted[len(sorted)-len(high)] {
		t.Fatalf("m=%d bounds %v %v of %v", n.Inputs, n.LowBound, n.HighBound, values)
	}
}

// Every network of up to 12 inputs, on every input of zeros and ones: a proof by the 0–1 principle.
func TestSmallNetworksByZeroOnePrinciple(t *testing.T) {
	largest := 12
	if testing.Short() {
		largest = 8
	}
	values := make([]int, largest)
	for m := 1; m <= largest; m++ {
		for low := 0; low <= m; low++ {
			for high := 0; high <= m; high += 1 + m/6 {
				n := Extremes(m, low, high)
				for bits := range 1 << m {
					for i := range m {
						values[i] = bits >> i & 1
					}
					check(t, n, values[:m])
				}
			}
		}
	}
}

// The parts of the larger networks, on every input of zeros and ones that can reach them. Groups are sorted (shown for
// up to 16 wires, all 2^16 inputs), and a merge sees sorted lists only, of which k+1 are of zeros and ones: so the tree
// is right whatever the number of groups.
func TestPartsByZeroOnePrinciple(t *testing.T) {
	for wires := 1; wires <= 16; wires++ {
		b := newBuilder(wires)
		list := count(0, wires)
		b.sort(list)
		n := &Network{Inputs: wires, Ops: b.ops}
		values := make([]int, wires)
		for bits := range 1 << wires {
			for i := range wires {
				values[i] = bits >> i & 1
			}
			if out := Pick(Run(n, values), list); !slices.IsSorted(out) {
				t.Fatalf("sort of %v gives %v", values, out)
			}
		}
	}
	for _, x := range []int{1, 2, 3, 4, 5, 7, 9, 16, 26, 51} {
		for _, y := range []int{1, 2, 3, 5, 8, 9, 26, 51} {
			for _, k := range []int{1, 2, 3, 5, 9, 26, 51} {
				for _, mirrored := range []bool{false, true} {
					for _, bitonic := range []bool{false, true} {
						checkMerge(t, x, y, k, bitonic, mirrored)
					}
				}
			}
		}
	}
}

func count(from, to int) []int {
	var list []int
	for i := from; i < to; i++ {
		list = append(list, i)
	}
	return list
}

func checkMerge(t *testing.T, x, y, k int, bitonic, mirrored bool) {
	t.Helper()
	front := func(a, b int) int { return a - b }
	if mirrored {
		front = func(a, b int) int { return b - a }
	}
	b := newBuilder(x + y)
	merged := b.mergeFront(count(0, x), count(x, x+y), k, bitonic, mirrored)
	last := newBuilder(x + y)
	var kept []int
	var bound int
	if k <= x+y {
		kept, bound = last.keep([][]int{count(0, x), count(x, x+y)}, k, bitonic, mirrored, false)
	}
	for zerosX := range x + 1 {
		for zerosY := range y + 1 {
			values := make([]int, x+y)
			for i := zerosX; i < x; i++ {
				values[i] = 1
			}
			for i := zerosY; i < y; i++ {
				values[x+i] = 1
			}
			if mirrored {
				for i := range values {
					values[i] = 1 - values[i]
				}
			}
			want := slices.SortedFunc(slices.Values(values), front)[:min(k, x+y)]
			if got := Pick(Run(&Network{Inputs: x + y, Ops: b.ops}, values), merged); !slices.Equal(got, want) {
				t.Fatalf("merge %d+%d keep %d bitonic=%v mirrored=%v: %v, want %v", x, y, k, bitonic, mirrored, got, want)
			}
			if k > x+y {
				continue
			}
			all := Run(&Network{Inputs: x + y, Ops: last.ops}, values)
			got := Pick(all, kept)
			slices.SortFunc(got, front)
			if !slices.Equal(got, want) || all[bound] != want[k-1] {
				t.Fatalf("last merge %d+%d keep %d mirrored=%v: %v, want %v", x, y, k, mirrored, got, want)
			}
		}
	}
}

// Large networks as a whole, on random values and ties.
func TestLargeNetworks(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, m := range []int{26, 32, 64, 99, 100, 101, 128} {
		for _, k := range []int{1, 2, 3, 5, 9, m / 4, m / 2} {
			for _, high := range []int{0, 1, k} {
				n := Extremes(m, k, high)
				values := make([]int, m)
				for trial := range 60 {
					for i := range values {
						values[i] = rng.IntN(2 + trial*trial)
					}
					check(t, n, values)
				}
			}
		}
	}
}

// The sizes that the documentation states.
func TestSizes(t *testing.T) {
	for k, want := range map[int]int{2: 440, 3: 582, 5: 812, 9: 1140} {
		if got := Extremes(100, k, k).Size(); got != want {
			t.Errorf("Extremes(100, %d, %d) has %d operations, documentation says %d", k, k, got, want)
		}
	}
}

func TestOrdered(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	for _, c := range [][3]int{{1, 1, 1}, {2, 2, 1}, {10, 3, 4}, {26, 5, 2}, {100, 9, 9}, {100, 50, 50}} {
		n := Ordered(c[0], c[1], c[2])
		for range 50 {
			values := rng.Perm(c[0])
			check(t, n, values)
			all := Run(n, values)
			high := Pick(all, n.High)
			slices.Reverse(high)
			if !slices.IsSorted(Pick(all, n.Low)) || !slices.IsSorted(high) {
				t.Fatalf("Ordered%v is out of order on %v", c, values)
			}
		}
	}
}

func TestExtremesRefusesNonsense(t *testing.T) {
	for _, c := range [][3]int{{0, 0, 0}, {3, 4, 0}, {3, 0, -1}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Extremes%v did not panic", c)
				}
			}()
			Extremes(c[0], c[1], c[2])
		}()
	}
}

func ExampleExtremes() {
	n := Extremes(7, 2, 1)
	all := Run(n, []float64{3, 1, 4, 1, 5, 9, 2})
	low := Pick(all, n.Low)
	slices.Sort(low)
	fmt.Println("two smallest:", low, "largest:", Pick(all, n.High))
	// Output: two smallest: [1 1] largest: [9]
}

func FuzzExtremes(f *testing.F) {
	f.Add(uint8(9), uint8(3), uint8(2), uint64(1))
	f.Fuzz(func(t *testing.T, m, low, high uint8, seed uint64) {
		size := int(m%64) + 1
		n := Extremes(size, int(low)%(size+1), int(high)%(size+1))
		rng := rand.New(rand.NewPCG(seed, 0))
		values := make([]int, size)
		for i := range values {
			values[i] = rng.IntN(10)
		}
		check(t, n, values)
	})
}
