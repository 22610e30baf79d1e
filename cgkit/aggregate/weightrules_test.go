// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate_test

import (
	"math"
	"slices"

	"coherentgradients/cgkit/aggregate"
)

// whole are the rules that see all coordinates together, or all of a parameter.
var whole = map[string]bool{"clip-norm": true, "krum": true, "multi-krum": true, "geometric-median": true, "centred-clip": true,
	"agra": true, "gaf": true, "sand-mask": true}

// tolerances are how far rules that take distances from products may be from those that take them from differences: the
// root of float64's precision, where a distance is of that size beside its gradients.
var (
	tolerances    = map[string]float64{"geometric-median": 1e-5, "centred-clip": 1e-12, "sand-mask": 1e-12}
	lawTolerances = map[string]float64{"geometric-median": 1e-5}
)

var weightSettings = map[string][]aggregate.Params{
	"krum":             {{}, {F: 1}},
	"multi-krum":       {{}, {F: 1}, {Keep: 3}},
	"geometric-median": {{}, {Steps: 3, Smoothing: 0.3}},
	"centred-clip":     {{}, {MaxNorm: 0.5, Steps: 2}},
	"gaf":              {{}, {Groups: 5}, {Groups: 3, Threshold: 0.3}, {Threshold: 1.9}},
	"and-mask":         {{}, {Threshold: 0.7}, {Rescale: true}, {Groups: 5, Threshold: 0.5}},
	"sand-mask":        {{}, {Threshold: 0.05, Sharpness: 0.1}, {Groups: 5}},
}

func init() {
	twins["krum"] = func(p aggregate.Params, x [][]float64) []float64 { p.Keep = 1; return krum(p, x) }
	twins["multi-krum"] = krum
	twins["geometric-median"] = geometricMedian
	twins["centred-clip"] = centredClip
	twins["agra"] = agra
	twins["gaf"] = gaf
	twins["and-mask"] = parts(andMask)
	twins["sand-mask"] = parts(sandMask)
}

// parts applies a rule to each of the two parameters that apply makes.
func parts(f func(p aggregate.Params, x [][]float64) []float64) func(aggregate.Params, [][]float64) []float64 {
	return func(p aggregate.Params, x [][]float64) []float64 {
		half := len(x[0]) / 2
		var left, right [][]float64
		for _, row := range x {
			left, right = append(left, row[:half]), append(right, row[half:])
		}
		return append(f(p, left), f(p, right)...)
	}
}

func clippedNorms(p aggregate.Params, x [][]float64) []float64 {
	if p.PerParameter {
		p.PerParameter = false
		if p.MaxNorm == 0 {
			p.MaxNorm = 1
		}
		p.MaxNorm /= math.Sqrt2
		return parts(clippedNorms)(p, x)
	}
	limit, gamma := p.MaxNorm, p.Gamma
	if limit == 0 {
		limit = 1
	}
	if gamma == 0 {
		gamma = 0.01
	}
	out := make([]float64, len(x[0]))
	for _, row := range x {
		// The norm is largest·rest.
		var largest, rest float64
		for _, v := range row {
			largest = max(largest, math.Abs(v))
		}
		for _, v := range row {
			if largest > 0 {
				rest = math.Hypot(rest, v/largest)
			}
		}
		if math.IsInf(largest, 0) {
			rest = math.NaN()
		}
		for j, v := range row {
			if p.Automatic {
				if v != 0 {
					v = v / largest * (limit / (rest + gamma/largest))
				}
			} else if !(largest <= limit/rest) {
				v = v / largest * (limit / rest)
			}
			out[j] += v / float64(len(x))
		}
	}
	return out
}

func norm(v []float64) float64 {
	var sum float64
	for _, x := range v {
		sum = math.Hypot(sum, x)
	}
	return sum
}

func difference(a, b []float64) []float64 {
	d := make([]float64, len(a))
	for j := range a {
		d[j] = a[j] - b[j]
	}
	return d
}

func dot(a, b []float64) (sum float64) {
	for j := range a {
		sum += a[j] * b[j]
	}
	return sum
}

// combined is the sum of rows with weights.
func combined(weights []float64, x [][]float64) []float64 {
	out := make([]float64, len(x[0]))
	for i, row := range x {
		for j, v := range row {
			out[j] += weights[i] * v
		}
	}
	return out
}

func krum(p aggregate.Params, x [][]float64) []float64 {
	m := len(x)
	f := p.F
	if f == 0 {
		f = min(m/5, max(0, (m-3)/2))
	}
	keep := p.Keep
	if keep == 0 {
		keep = m - f
	}
	scores := make([]float64, m)
	for i := range x {
		var d []float64
		for k := range x {
			if k != i {
				d = append(d, norm(difference(x[i], x[k])))
			}
		}
		slices.Sort(d)
		scores[i] = norm(d[:max(0, min(m-f-2, len(d)))])
	}
	weights := make([]float64, m)
	for i := range x {
		var below, alike float64
		for k := range x {
			switch {
			case scores[k]*(1+1e-9) < scores[i]:
				below++
			case !(scores[i]*(1+1e-9) < scores[k]):
				alike++
			}
		}
		weights[i] = max(0, min(1, (float64(keep)-below)/alike)) / float64(keep)
	}
	return combined(weights, x)
}

func geometricMedian(p aggregate.Params, x [][]float64) []float64 {
	steps, smoothing := p.Steps, p.Smoothing
	if steps == 0 {
		steps = 8
	}
	if smoothing == 0 {
		smoothing = 0.1
	}
	m := len(x)
	weights := slices.Repeat([]float64{1 / float64(m)}, m)
	for range steps {
		z := combined(weights, x)
		d := make([]float64, m)
		for i := range x {
			d[i] = norm(difference(x[i], z))
		}
		middle := slices.Sorted(slices.Values(d))[(m-1)/2]
		var sum float64
		for i := range d {
			if middle <= 1e-9*norm(x[i]) { // half of them are alike
				weights[i] = 0
				if d[i] < 1e-9*norm(x[i]) || norm(x[i]) == 0 {
					weights[i] = 1
				}
			} else {
				weights[i] = 1 / max(smoothing*middle, d[i])
			}
			sum += weights[i]
		}
		for i := range weights {
			weights[i] /= sum
		}
	}
	return combined(weights, x)
}

func centredClip(p aggregate.Params, x [][]float64) []float64 {
	radius, rounds := p.MaxNorm, p.Steps
	if radius == 0 {
		radius = 10
	}
	if rounds == 0 {
		rounds = 5
	}
	v := make([]float64, len(x[0]))
	for range rounds {
		next := slices.Clone(v)
		for _, row := range x {
			d := difference(row, v)
			factor := min(1, radius/norm(d))
			if norm(d) == 0 {
				factor = 1
			}
			for j := range d {
				next[j] += d[j] * factor / float64(len(x))
			}
		}
		v = next
	}
	return v
}

func agra(_ aggregate.Params, x [][]float64) []float64 {
	m := len(x)
	if m == 1 {
		return x[0]
	}
	weights := make([]float64, m)
	var kept float64
	for i := range x {
		var agreement, size float64
		for k := range x {
			if k != i {
				agreement += dot(x[i], x[k])
				size += math.Abs(dot(x[i], x[k]))
			}
		}
		if agreement > 1e-13*size {
			weights[i] = 1
			kept++
		}
	}
	for i := range weights {
		weights[i] /= max(1, kept)
	}
	return combined(weights, x)
}

func gaf(p aggregate.Params, x [][]float64) []float64 {
	k, threshold := p.Groups, p.Threshold
	if k == 0 {
		k = 2
	}
	if threshold == 0 {
		threshold = 1
	}
	m := len(x)
	var g []float64
	agreed := false
	for i := range k {
		group := x[i*m/k : (i+1)*m/k]
		if len(group) == 0 {
			return make([]float64, len(x[0])) // refused
		}
		mean := combined(slices.Repeat([]float64{1 / float64(len(group))}, len(group)), group)
		if i == 0 {
			g = mean
		} else if length := norm(g) * norm(mean); length > 0 && 1-dot(g, mean)/length <= threshold {
			agreed = true
			g = combined([]float64{0.5, 0.5}, [][]float64{g, mean})
		}
	}
	if !agreed {
		return make([]float64, len(g))
	}
	return g
}

func column(x [][]float64, j int) []float64 {
	v := make([]float64, len(x))
	for i, row := range x {
		v[i] = row[j]
	}
	return v
}
