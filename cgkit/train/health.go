// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"context"
	"fmt"

	"coherentgradients/cgkit/meters"
	"coherentgradients/cgkit/run"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// stateHealth names what is followed between evaluations in a state; a state without it is of a run that doesn't
// measure its health.
const stateHealth = "health"

// health is what [record.MeasureHealth] adds to an engine.
type health struct {
	units *model.Exec

	// Since the last evaluation: they start again with the first update after it, so that evaluating twice at a step
	// gives the same twice.
	updates  int     // how many
	losses   float64 // their sum
	largest  float64 // ‖w after − w before‖
	last     float64
	measured bool // an evaluation was made after the last update
}

func (e *engine) prepareHealth() (err error) {
	e.health = &health{}
	e.health.units, err = model.NewExec(e.backend, e.store, e.unitsGraph)
	return err
}

// note takes in n updates: the sum of their losses, the largest ‖Δw‖ and the last one.
func (h *health) note(n int, losses, largest, last float64) {
	if h.measured {
		*h = health{units: h.units}
	}
	h.updates += n
	h.losses += losses
	h.largest = max(h.largest, largest)
	h.last = last
}

// unitsGraph looks at some examples: for each hidden layer, which of its units are alive on any of them, [units]; then
// for each the sum over the examples of the share of units that are active; and the largest |output|. inputs: raw
// inputs [n, features], and how many of them are no filling, an int32.
func (e *engine) unitsGraph(_ *model.Scope, inputs []*Node) []*Node {
	g := inputs[0].Graph()
	x := e.feed.inputs(inputs[0])
	output := e.output(x, false)
	n := x.Shape().Dimensions[0]
	real := LessThan(Iota(g, shapes.Make(dtypes.Int32, n), 0), BroadcastToDims(inputs[1], n))
	var alive, active []*Node
	for _, layer := range meters.HiddenOf(g, n) {
		alive = append(alive, layer.Alive(real))
		active = append(active, ReduceAllSum(layer.Active(real)))
	}
	sizes := Reshape(ConvertDType(Abs(output), dtypes.Float32), n, -1)
	largest := ReduceMax(sizes, 1)
	return append(append(alive, active...), ReduceAllMax(Where(real, largest, ZerosLike(largest))))
}

// measureHealth adds the values of [record.MeasureHealth].
func (e *engine) measureHealth(ctx context.Context, into map[string]float64) error {
	h := e.health
	if h == nil {
		return nil
	}
	var alive [][]float32
	var active []float64
	largest := 0.0
	for _, s := range e.slabs[0] { // which the evaluation before has made
		if err := ctx.Err(); err != nil {
			return err
		}
		out, err := h.units.Call(s.inputs, int32(len(s.examples)))
		if err != nil {
			return err
		}
		layers := len(out) / 2
		if alive == nil {
			alive, active = make([][]float32, layers), make([]float64, layers)
		}
		for l := range layers {
			units, err := tensors.CopyFlatData[float32](out[l])
			if err != nil {
				return err
			}
			if alive[l] == nil {
				alive[l] = units
			}
			for k, v := range units {
				alive[l][k] = max(alive[l][k], v)
			}
			active[l] += float64(tensors.ToScalar[float32](out[layers+l]))
		}
		largest = max(largest, float64(tensors.ToScalar[float32](out[2*layers])))
		for _, t := range out {
			t.MustFinalizeAll()
		}
	}
	for l, units := range alive {
		dead := 0
		for _, v := range units {
			if v == 0 {
				dead++
			}
		}
		into[fmt.Sprintf("dead_layer_%d", l)] = float64(dead) / float64(len(units))
		setFinite(into, fmt.Sprintf("active_layer_%d", l), active[l]/float64(len(e.problem.Noise.Chosen)))
	}
	into["logit_max"] = largest // where it is not finite the run has diverged
	if h.updates > 0 {
		setFinite(into, "update_max", h.largest)
		setFinite(into, "update_last", h.last)
		setFinite(into, "batch_loss", h.losses/float64(h.updates))
	}
	h.measured = true
	return nil
}

func (h *health) state() run.Array {
	measured := 0.0
	if h.measured {
		measured = 1
	}
	return run.Array{Shape: []int{5}, Data: []float64{float64(h.updates), h.losses, h.largest, h.last, measured}}
}

// restoreHealth takes it out of a state, as restoreContributions does.
func (e *engine) restoreHealth(state map[string]run.Array) error {
	array, ok := state[stateHealth]
	switch {
	case !ok && e.health == nil:
		return nil
	case !ok:
		return fmt.Errorf("the run was begun without measuring its health")
	}
	data, fits := array.Data.([]float64)
	if !fits || len(data) != 5 {
		return fmt.Errorf("%s of the state does not fit 5 numbers", stateHealth)
	}
	if e.health == nil { // the updates are to be followed from here on too
		if err := e.prepareHealth(); err != nil {
			return err
		}
		e.finalize()
		if err := e.compile(); err != nil {
			return err
		}
	}
	h := e.health
	h.updates, h.losses, h.largest, h.last, h.measured = int(data[0]), data[1], data[2], data[3], data[4] != 0
	return nil
}

func (h *health) close() {
	if h != nil && h.units != nil {
		h.units.Finalize()
	}
}
