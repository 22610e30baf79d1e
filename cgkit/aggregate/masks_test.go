// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package aggregate_test

import (
	"math"

	"coherentgradients/cgkit/aggregate"
)

// environments are the rows, or the means of groups of them.
func environments(groups int, x [][]float64) [][]float64 {
	if groups == 0 {
		return x
	}
	var list [][]float64
	for i := range groups {
		group := x[i*len(x)/groups : (i+1)*len(x)/groups]
		if len(group) == 0 {
			return x // refused
		}
		row := make([]float64, len(x[0]))
		for j := range row {
			row[j] = mean(column(group, j))
		}
		list = append(list, row)
	}
	return list
}

func agreementOf(v []float64) float64 {
	var sum float64
	for _, x := range v {
		sum += sign(x)
	}
	return math.Abs(sum / float64(len(v)))
}

func andMask(p aggregate.Params, x [][]float64) []float64 {
	threshold := p.Threshold
	if threshold == 0 {
		threshold = 0.2
	}
	envs := environments(p.Groups, x)
	out, through := make([]float64, len(x[0])), 0.
	for j := range out {
		if agreementOf(column(envs, j)) >= threshold {
			out[j] = mean(column(x, j))
			through++
		}
	}
	if p.Rescale {
		for j := range out {
			out[j] /= 1e-10 + through/float64(len(out))
		}
	}
	return out
}

func sandMask(p aggregate.Params, x [][]float64) []float64 {
	threshold, sharpness := p.Threshold, p.Sharpness
	if threshold == 0 {
		threshold = 0.2
	}
	if sharpness == 0 {
		sharpness = 10
	}
	envs := environments(p.Groups, x)
	masks, sum := make([]float64, len(x[0])), 0.
	for j := range masks {
		v := column(envs, j)
		centre, variance := mean(v), 0.
		for _, y := range v {
			variance += (y - centre) * (y - centre) / float64(max(1, len(v)-1))
		}
		beyond := agreementOf(v) - threshold
		switch {
		case variance > 0:
			masks[j] = max(0, math.Tanh(sharpness/variance*beyond))
		case beyond > 0:
			masks[j] = 1
		}
		sum += masks[j]
	}
	for j := range masks {
		masks[j] *= mean(column(x, j)) / (1e-10 + sum/float64(len(masks)))
	}
	return masks
}
