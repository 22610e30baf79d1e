// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
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

// PeerModel is the model that a peer can build, and modelPeer that peer.
const (
	PeerModel = "cnn"
	modelPeer = "torch"
)

// Peers are the libraries that can build the model.
func (m *Model) Peers() []string {
	if m.Name != PeerModel {
		return nil
	}
	return []string{modelPeer}
}

// modelHeat is this project and PyTorch on the model.
func (o Options) modelHeat() heat {
	h := heat{title: "model " + o.Model.String(), rounds: o.Steps}
	for _, r := range append(slices.Clone(modelRules), o.Rules...) {
		h.contenders = append(h.contenders, o.ours(sectionStep, nil, o.Batch, r, wayCall, wayLoop)...)
	}
	for _, p := range o.Peers {
		if slices.Contains(o.Model.Peers(), p.Library) {
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
