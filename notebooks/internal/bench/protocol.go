// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"math"

	"coherentgradients/cgkit/selection"
)

// Operations of a [Request].
const (
	opStart = "start"
	opRun   = "run"
)

// Ways to make a step; for a peer the way is the name of its routine.
const (
	wayCall    = "call"    // one call of a compiled graph a step
	wayLoop    = "loop"    // several steps in one call, by package experiment
	wayPrepare = "prepare" // no measurement: makes the batch and the weights that the others start from
)

// Request is one line to a worker: start comes first and once, then run as often as wanted. A worker ends when its
// standard input does.
type Request struct {
	Op    string `json:"op"`
	Setup *Setup `json:"setup,omitempty"` // of start
	Skip  int    `json:"skip"`            // of run: untimed steps before
	Steps int    `json:"steps"`           // of run: timed steps, or timed calls of the loop
}

// Setup is what a worker is to measure.
type Setup struct {
	Backend      string   `json:"backend"` // GoMLX's configuration; empty: the one that package backend chooses
	Way          string   `json:"way"`
	Net          []int    `json:"net"`             // widths from the input to the output
	Model        *Model   `json:"model,omitempty"` // in place of Net
	Batch        int      `json:"batch"`
	Aggregator   string   `json:"aggregator"`
	C            float64  `json:"c"`
	Low          int      `json:"low"`  // sorted index of the lower bound
	High         int      `json:"high"` // the same from above
	LearningRate float64  `json:"learning_rate"`
	Network      *Network `json:"network,omitempty"` // for a peer that runs this project's own network
	Dir          string   `json:"dir"`               // folder of the batch and the weights; empty: untrained weights
	Check        string   `json:"check"`             // file for the weights after one update; empty: not wanted
	Threads      int      `json:"threads"`
}

// parameters is the number of weights and biases.
func (s *Setup) parameters() int {
	if s.Model != nil {
		return s.Model.parameters()
	}
	return parameters(s.Net)
}

// Answer is one line from a worker.
type Answer struct {
	Error     string  `json:"error,omitempty"` // one line; nothing else holds then
	PeakRSSMB float64 `json:"peak_rss_mb"`     // 0 where it is not known

	// Of start.
	Parameters int               `json:"parameters,omitempty"`
	Backend    string            `json:"backend,omitempty"`
	CompileS   float64           `json:"compile_s,omitempty"` // first step less a later one
	StepMS     float64           `json:"step_ms,omitempty"`   // the last step of the warm-up, to plan with
	Chunk      int               `json:"chunk,omitempty"`     // steps in a call of the loop
	XLAFlags   string            `json:"xla_flags,omitempty"`
	Versions   map[string]string `json:"versions,omitempty"`
	Variables  []Variable        `json:"variables,omitempty"` // of a model that is prepared

	// Of run: milliseconds a step.
	TimesMS []float64 `json:"times_ms,omitempty"`
}

// Network is a selection network as data: ops are [kind, a, b] with kind 0 for min and 1 for max, and operation i makes
// the value numbered m+i.
type Network struct {
	Ops       [][3]int `json:"ops"`
	Low       []int    `json:"low"`
	High      []int    `json:"high"`
	LowBound  int      `json:"low_bound"`
	HighBound int      `json:"high_bound"`
}

// networkFor is the network that package aggregate uses for a rule on m examples; nil for a rule without one.
func networkFor(aggregator string, c float64, m int) *Network {
	var n *selection.Network
	switch {
	case aggregator == "median" && m%2 == 1:
		n = selection.Extremes(m, (m+1)/2, 0)
	case aggregator == "median":
		n = selection.Extremes(m, m/2, m/2)
	case aggregator == "winsorize":
		low, high := bounds(c, m)
		n = selection.Extremes(m, low+1, high+1)
	default:
		return nil
	}
	out := &Network{Low: n.Low, High: n.High, LowBound: n.LowBound, HighBound: n.HighBound}
	for _, op := range n.Ops {
		kind := 0
		if op.Kind == selection.Max {
			kind = 1
		}
		out.Ops = append(out.Ops, [3]int{kind, op.A, op.B})
	}
	return out
}

// bounds are the sorted indices of the nearest c-th percentile and, from above, of the (100−c)-th: halves go to even.
func bounds(c float64, m int) (low, high int) {
	at := func(percent float64) int { return int(math.RoundToEven(percent / 100 * float64(m-1))) }
	return at(c), m - 1 - at(100-c)
}
