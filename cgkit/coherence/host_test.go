// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package coherence

import (
	"math"
	"math/rand/v2"
	"testing"
)

func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance*(1+math.Abs(b)) }

func randomRows(m, n int, seed uint64) [][]float64 {
	draw := rand.New(rand.NewPCG(seed, 1))
	rows := make([][]float64, m)
	for e := range rows {
		rows[e] = make([]float64, n)
		for k := range rows[e] {
			rows[e][k] = draw.NormFloat64() + 0.2
		}
	}
	return rows
}

func TestMCoherenceOfKnownGradients(t *testing.T) {
	const m = 7
	identical, orthogonal := make([][]float64, m), make([][]float64, m)
	opposed, zero := make([][]float64, 2), make([][]float64, m)
	for e := range m {
		identical[e] = []float64{3, -1, 2, 0, 0, 0, 0}
		orthogonal[e] = make([]float64, m)
		orthogonal[e][e] = float64(2)
		zero[e] = make([]float64, m)
	}
	opposed[0], opposed[1] = []float64{1, 2}, []float64{-1, -2}
	halfZero := append(append([][]float64{}, identical...), zero...)
	for _, c := range []struct {
		name string
		rows [][]float64
		want float64
	}{
		{"identical", identical, m},
		{"orthogonal", orthogonal, 1},
		{"opposed", opposed, 0},
		{"half of them zero", halfZero, m}, // α halves, m doubles
		{"all zero", zero, math.NaN()},
		{"none", nil, math.NaN()},
	} {
		e, err := Rows(c.rows)
		if err != nil {
			t.Fatal(err)
		}
		got := e.MCoherence()
		if math.IsNaN(c.want) != math.IsNaN(got) || !math.IsNaN(got) && !near(got, c.want, 1e-12) {
			t.Errorf("%s: m-coherence %v, want %v", c.name, got, c.want)
		}
		if want := c.want / float64(len(c.rows)); !math.IsNaN(want) && !near(e.Alpha(len(c.rows)), want, 1e-12) {
			t.Errorf("%s: α = %v, want %v", c.name, e.Alpha(len(c.rows)), want)
		}
	}
	if a := (Energy{1, 1}).Alpha(0); !math.IsNaN(a) {
		t.Errorf("α of no examples is %v", a)
	}
}

// Properties of the MC paper: no scale, minibatch means, and layers.
func TestAlphaProperties(t *testing.T) {
	rows := randomRows(24, 30, 5)
	whole, _ := Rows(rows)
	scaled := make([][]float64, len(rows))
	var left, right [][]float64
	for e, row := range rows {
		for _, v := range row {
			scaled[e] = append(scaled[e], -3*v)
		}
		left, right = append(left, row[:11]), append(right, row[11:])
	}
	if s, _ := Rows(scaled); !near(s.Alpha(24), whole.Alpha(24), 1e-12) {
		t.Error("α depends on the scale")
	}
	a, _ := Rows(left)
	b, _ := Rows(right)
	if sum := a.Plus(b); !near(sum.Sum2, whole.Sum2, 1e-12) || !near(sum.Total, whole.Total, 1e-12) {
		t.Error("the energies of two layers don't add up to the whole")
	}
	f := a.Total / whole.Total
	if mixed := f*a.Alpha(24) + (1-f)*b.Alpha(24); !near(mixed, whole.Alpha(24), 1e-12) {
		t.Errorf("Σ f_l α_l = %v, α = %v", mixed, whole.Alpha(24))
	}
}

func TestGroups(t *testing.T) {
	rows := randomRows(20, 12, 9)
	corrupt := make([]bool, 20)
	for e := range corrupt {
		corrupt[e] = e%3 == 1
	}
	g, err := GroupsOfRows(rows, corrupt)
	if err != nil {
		t.Fatal(err)
	}
	// The same through per-example inner products alone: ⟨g, g^p⟩ = Σ_{e} Σ_{e' pristine} ⟨g_e, g_e'⟩.
	var wantP, wantAll float64
	for e := range rows {
		for o := range rows {
			var inner float64
			for k, v := range rows[e] {
				inner += v * rows[o][k]
			}
			wantAll += inner
			if !corrupt[o] {
				wantP += inner
			}
		}
	}
	if !near(g.Pristine(), wantP, 1e-12) || !near(g.Norm2(), wantAll, 1e-12) {
		t.Errorf("⟨g,g^p⟩ = %v of %v, want %v of %v", g.Pristine(), g.Norm2(), wantP, wantAll)
	}
	fp, fc := g.F()
	if !near(fp+fc, 1, 1e-15) || !near(fp, wantP/wantAll, 1e-12) {
		t.Errorf("f^p = %v, f^c = %v", fp, fc)
	}
	if e, _ := Rows(rows); !near(e.Sum2, g.Norm2(), 1e-12) {
		t.Errorf("‖Σg‖² = %v, ⟨g,g⟩ = %v", e.Sum2, g.Norm2())
	}
	if sp, sc := g.Scaled(0.01).F(); !near(sp, fp, 1e-12) || !near(sc, fc, 1e-12) {
		t.Error("f depends on the scale")
	}
	if s := g.Scaled(0.5); !near(s.PP, g.PP/4, 1e-15) {
		t.Error("scaling gradients by ½ must quarter their products")
	}
	ip, ic := Contributed([]Groups{g, g.Scaled(2)}, 13, 7)
	if !near(ip, 5*g.Pristine()/13, 1e-12) || !near(ic, 5*g.Corrupt()/7, 1e-12) {
		t.Errorf("i^p = %v, i^c = %v", ip, ic)
	}
	if _, ic := Contributed([]Groups{g}, 20, 0); !math.IsNaN(ic) {
		t.Errorf("i^c of an empty group is %v", ic)
	}
	if fp, fc := (Groups{}).F(); !math.IsNaN(fp) || !math.IsNaN(fc) {
		t.Error("f of no gradient must be NaN")
	}
	// Either may leave [0, 1]: two groups that pull against each other.
	if fp, fc := (Groups{PP: 9, PC: -6, CC: 4}).F(); fp != 3 || fc != -2 {
		t.Errorf("f = %v, %v, want 3, -2", fp, fc)
	}
	if _, err := GroupsOfRows(rows, corrupt[1:]); err == nil {
		t.Error("19 designations for 20 gradients")
	}
	if _, err := GroupsOfRows([][]float64{{1}, {1, 2}}, make([]bool, 2)); err == nil {
		t.Error("rows of two lengths")
	}
}

func TestNullWorld(t *testing.T) {
	const n = 400
	real := make([]bool, n)
	for e := 0; e < 90; e++ {
		real[e] = true
	}
	moved := make([]int, n)
	for world := range 200 {
		null := NullWorld(real, rand.NewPCG(1, uint64(world)))
		marked := 0
		for e, m := range null {
			if m {
				marked++
				moved[e]++
			}
		}
		if marked != 90 {
			t.Fatalf("world %d marks %d examples, the real one 90", world, marked)
		}
	}
	// Every example is marked about as often: 45 of 200 times, with a standard deviation of 5.9.
	for e, times := range moved {
		if times < 15 || times > 75 {
			t.Errorf("example %d is marked in %d of 200 worlds", e, times)
		}
	}
	a, b := NullWorld(real, rand.NewPCG(1, 2)), NullWorld(real, rand.NewPCG(1, 2))
	for e := range a {
		if a[e] != b[e] {
			t.Fatal("the same source gave two worlds")
		}
	}
	if len(NullWorld(nil, rand.NewPCG(1, 2))) != 0 {
		t.Error("a world of nobody")
	}
}

func TestToyClosedForms(t *testing.T) {
	for _, c := range []struct {
		name    string
		toy     Toy
		combine func([]float64) float64
		w       [ToySize]float64
		test    float64
		train   float64
	}{
		{"real, mean", Toy{}, Mean, [6]float64{0.2, 0.2, 0.2, 0.2, 0, 0.8}, 0.04, 0},
		{"random, mean", Toy{Random: true}, Mean, [6]float64{1, 1, 1, 1, 0, 0}, 1, 0},
		{"real, median", Toy{}, Median, [6]float64{0, 0, 0, 0, 0, 1}, 0, 0},
		{"random, median", Toy{Random: true}, Median, [6]float64{}, 1, 1},
	} {
		path := c.toy.Descend(300, 0.3, c.combine)
		if len(path) != 301 || path[0] != [ToySize]float64{} {
			t.Fatalf("%s: a path of %d from %v", c.name, len(path), path[0])
		}
		w := path[300]
		for k := range w {
			if !near(w[k], c.w[k], 1e-9) {
				t.Errorf("%s: w_%d = %v, want %v", c.name, k+1, w[k], c.w[k])
			}
		}
		if got := c.toy.TestLoss(w); !near(got, c.test, 1e-9) {
			t.Errorf("%s: test loss %v, want %v", c.name, got, c.test)
		}
		if got := c.toy.TrainLoss(w); !near(got, c.train, 1e-9) {
			t.Errorf("%s: training loss %v, want %v", c.name, got, c.train)
		}
	}
}

// At w = 0 the gradients are −2(e_i + e_6), or −2 e_i: m-coherence is (4 + 16)/8 = 2.5, or 1.
func TestToyCoherence(t *testing.T) {
	for _, c := range []struct {
		toy  Toy
		want float64
	}{{Toy{}, 2.5}, {Toy{Random: true}, 1}} {
		e, err := Rows(c.toy.Gradients([ToySize]float64{}))
		if err != nil || !near(e.MCoherence(), c.want, 1e-12) {
			t.Errorf("%+v: m-coherence %v, want %v (%v)", c.toy, e.MCoherence(), c.want, err)
		}
	}
}

// Gradients against nudging every weight.
func TestToyGradients(t *testing.T) {
	w := [ToySize]float64{0.3, -0.2, 0.1, 0.7, -0.4, 0.5}
	for _, toy := range []Toy{{}, {Random: true}} {
		for i, g := range toy.Gradients(w) {
			for k := range w {
				const h = 1e-6
				up, down := w, w
				up[k] += h
				down[k] -= h
				if slow := (toy.loss(up, i) - toy.loss(down, i)) / (2 * h); !near(g[k], slow, 1e-6) {
					t.Errorf("%+v: ∂ℓ_%d/∂w_%d = %v, nudged %v", toy, i, k, g[k], slow)
				}
			}
		}
	}
}
