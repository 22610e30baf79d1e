// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"errors"
	"path/filepath"

	"coherentgradients/cgkit/record"
)

// weigher is an engine that can give its net's parameters. They are less than its state, which also holds what training
// alone needs.
type weigher interface {
	// Weights copies the parameters by name, float32 or float64.
	Weights() (map[string]Array, error)
}

var errNoWeights = errors.New("this engine can't give its weights; train without saving them")

// saveWeights writes the engine's weights into a record's folder.
func saveWeights(dir string, engine Engine) error {
	w, ok := engine.(weigher)
	if !ok {
		return errNoWeights
	}
	arrays, err := w.Weights()
	if err != nil {
		return err
	}
	return WriteArrays(filepath.Join(dir, record.WeightsName), arrays)
}
