// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"

	"coherentgradients/cgkit/backend"
	"coherentgradients/cgkit/models"
	"coherentgradients/datasets"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// Identify returns the model under a name of its own: the given one, '-' and eight hexadecimal digits that follow
// from the graph it builds for this data set. A record is found by its model's name, so a function that was changed
// under the same name would be taken for the one that was trained; under this name it never is. What the graph
// doesn't show, initial values and hyperparameters that only training reads, is not seen.
//
// It costs building the model once, on the pure-Go backend, and computes nothing. The error is that of a model that
// can't be built.
func Identify(m models.Model, set *datasets.Set, settings map[string]string) (models.Model, error) {
	b, err := backend.OpenConfig("go")
	if err != nil {
		return m, err
	}
	f := feed{set: set, features: m.Features}
	store := model.NewStore()
	root := store.RootScope()
	root.SetParam(models.ParamOutputs, max(1, set.Classes))
	if err := m.Configure(root, settings); err != nil {
		return m, err
	}
	g := graph.NewGraph(b, "model")
	defer g.Finalize()
	model.SetStore(g, store)
	store.SetTraining(g, true)
	sum := sha256.New()
	err = building(func() {
		inputs, labels := f.rawShapes(2)
		output := m.Output(store.RootScope(), f.inputs(graph.Parameter(g, "inputs", inputs)))
		if err := m.CheckOutput(output.Shape(), 2, set.Classes); err != nil {
			panic(err)
		}
		losses := m.Losses(output, graph.Parameter(g, "labels", labels))
		fmt.Fprintln(sum, output.Id(), losses.Id())
	})
	if err != nil {
		return m, fmt.Errorf("model %q can't be built for %s: %w", m.Name, set.Name, err)
	}
	fmt.Fprint(sum, g)
	m.Name += "-" + hex.EncodeToString(sum.Sum(nil)[:4])
	m.Settings = maps.Clone(m.Settings)
	return m, nil
}
