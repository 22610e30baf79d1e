// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/compute"

	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/cgkit/train"
	"coherentgradients/datasets"
)

// Model is a registered model to measure in place of the paper's net, on pictures of CIFAR-10's shape that are noise.
type Model struct {
	Name     string            `json:"name"`
	Settings map[string]string `json:"settings,omitempty"`
	// Variables are its trained variables with their shapes, in the order of their values in the file of weights.
	Variables []Variable `json:"variables,omitempty"`
}

// Variable is a trained variable of a model.
type Variable struct {
	Name  string `json:"name"`
	Shape []int  `json:"shape"`
}

// String is for people.
func (m *Model) String() string {
	var settings []string
	for _, name := range slices.Sorted(maps.Keys(m.Settings)) {
		settings = append(settings, name+"="+m.Settings[name])
	}
	return strings.TrimSpace(m.Name + " " + strings.Join(settings, " "))
}

// parameters is how many values the variables have.
func (m *Model) parameters() int {
	n := 0
	for _, v := range m.Variables {
		size := 1
		for _, d := range v.Shape {
			size *= d
		}
		n += size
	}
	return n
}

// Sides and channels of the pictures.
const (
	pictureSide     = 32
	pictureChannels = 3
	pictureValues   = pictureChannels * pictureSide * pictureSide
)

// modelPrepareSteps is how many plain steps the weights of a model have behind them.
const modelPrepareSteps = 20

// modelRate is small, so that noise is not learned by heart while it is measured.
const modelRate = 0.01

// modelRules are measured with a model; the last needs norms alone.
var modelRules = []Rule{{"mean", 0}, {"winsorize", 1}, {"winsorize", 8}, {"clip-norm", 0}}

// modelRoutines are what PyTorch's users would write, for a model that the peer knows.
var modelRoutines = []routine{
	{Rule{"mean", 0}, "plain"}, {Rule{"winsorize", 1}, "topk"}, {Rule{"winsorize", 8}, "topk"}, {Rule{"clip-norm", 0}, "norms"},
}

// PeerModel is the model that the peers can build.
const PeerModel = "cnn"

// modelHeat is this project and PyTorch on the model.
func (o Options) modelHeat() heat {
	h := heat{title: "model " + o.Model.String(), rounds: o.Steps}
	for _, r := range append(slices.Clone(modelRules), o.Rules...) {
		h.contenders = append(h.contenders, o.ours(sectionStep, nil, o.Batch, r, wayCall, wayLoop)...)
	}
	for _, p := range o.Peers {
		if p.Library == "torch" && o.Model.Name == PeerModel {
			h.contenders = append(h.contenders, o.peerContenders(p, modelRoutines)...)
		}
	}
	for _, c := range h.contenders {
		c.setup.Model, c.setup.LearningRate = o.Model, modelRate
	}
	return h
}

// modelProblem is the training problem of a setup with a model.
func modelProblem(s *Setup) (run.Problem, error) {
	source := rand.New(rand.NewPCG(uint64(s.Batch), 2))
	split := func(n int) datasets.Split {
		d := datasets.Split{Pixels: make([]uint8, n*pictureValues), Labels: make([]uint8, n)}
		for i := range d.Pixels {
			d.Pixels[i] = uint8(source.UintN(256))
		}
		for i := range d.Labels {
			d.Labels[i] = uint8(source.UintN(classes))
		}
		return d
	}
	set := &datasets.Set{Name: "noise", Title: "noise", Synthetic: true, Height: pictureSide, Width: pictureSide, Channels: pictureChannels,
		Classes: classes, Train: split(2 * s.Batch), Test: split(classes)}
	noise, err := datasets.NewLabelNoise(set.Train.Labels, 0, 1)
	if err != nil {
		return run.Problem{}, err
	}
	spec := record.DefaultSpec()
	spec.Dataset, spec.Model, spec.Settings = set.Name, s.Model.Name, s.Model.Settings
	spec.Aggregator, spec.C, spec.Batch, spec.LearningRate = s.Aggregator, s.C, s.Batch, s.LearningRate
	spec = spec.Normalized()
	return run.Problem{Spec: spec, Set: set, Noise: noise}, spec.Validate()
}

// modelSteps makes steps of a model by the engine: one a call, or as many as it asks for.
type modelSteps struct {
	loop
	single    bool
	variables []Variable
}

func newModelSteps(ctx context.Context, b compute.Backend, s *Setup) (*modelSteps, error) {
	p, err := modelProblem(s)
	if err != nil {
		return nil, err
	}
	engine, err := train.On(b)(ctx, p)
	if err != nil {
		return nil, err
	}
	m := &modelSteps{loop: loop{engine: engine, chunk: 1}, single: s.Way == wayCall, variables: s.Model.Variables}
	if m.variables == nil {
		if m.variables, err = variablesOf(engine); err != nil {
			return nil, err
		}
	}
	if s.Dir == "" {
		return m, nil
	}
	flat, err := readFloats(filepath.Join(s.Dir, weightsFile))
	if err != nil {
		return nil, err
	}
	if n := s.Model.parameters(); len(flat) != n {
		return nil, fmt.Errorf("%s holds %d numbers, the model has %d", weightsFile, len(flat), n)
	}
	state, err := engine.State()
	if err != nil {
		return nil, err
	}
	for _, v := range m.variables {
		array := state[v.Name]
		old, ok := array.Data.([]float32)
		if !ok {
			return nil, fmt.Errorf("the model has no variable %s of float32", v.Name)
		}
		array.Data = slices.Clone(flat[:len(old)])
		state[v.Name], flat = array, flat[len(old):]
	}
	return m, engine.Restore(0, state)
}

// variablesOf are the trained variables of an engine, by name.
func variablesOf(e run.Engine) ([]Variable, error) {
	w, ok := e.(interface {
		Weights() (map[string]run.Array, error)
	})
	if !ok {
		return nil, fmt.Errorf("the engine %T tells no weights", e)
	}
	arrays, err := w.Weights()
	if err != nil {
		return nil, err
	}
	var list []Variable
	for _, name := range slices.Sorted(maps.Keys(arrays)) {
		list = append(list, Variable{Name: name, Shape: arrays[name].Shape})
	}
	return list, nil
}

func (m *modelSteps) weights() ([][]float32, error) {
	state, err := m.engine.State()
	if err != nil {
		return nil, err
	}
	var list [][]float32
	for _, v := range m.variables {
		data, ok := state[v.Name].Data.([]float32)
		if !ok {
			return nil, fmt.Errorf("the model has no variable %s of float32", v.Name)
		}
		list = append(list, data)
	}
	return list, nil
}

// warm leaves one step a call where that is asked for.
func (m *modelSteps) warm(ctx context.Context) (ms float64, err error) {
	if !m.single {
		return m.loop.warm(ctx)
	}
	for range 3 {
		if ms, err = timed(ctx, m); err != nil {
			break
		}
	}
	return ms, err
}

// prepareModel writes the batch, and the weights after some plain steps, and says what they are of.
func prepareModel(ctx context.Context, b compute.Backend, s *Setup) ([]Variable, error) {
	plain := *s
	plain.Way, plain.Dir, plain.Aggregator, plain.C = wayLoop, "", "mean", 0
	p, err := modelProblem(&plain)
	if err != nil {
		return nil, err
	}
	images, labels, err := firstBatch(p)
	if err != nil {
		return nil, err
	}
	m, err := newModelSteps(ctx, b, &plain)
	if err != nil {
		return nil, err
	}
	if _, err := m.engine.Advance(ctx, modelPrepareSteps); err != nil {
		return nil, err
	}
	weights, err := m.weights()
	if err != nil {
		return nil, err
	}
	if err := writeFloats(filepath.Join(s.Dir, imagesFile), images); err != nil {
		return nil, err
	}
	if err := writeLabels(filepath.Join(s.Dir, labelsFile), labels); err != nil {
		return nil, err
	}
	return m.variables, writeFloats(filepath.Join(s.Dir, weightsFile), weights...)
}
