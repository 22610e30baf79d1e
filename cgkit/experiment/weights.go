// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"

	"github.com/sbinet/npyio/npz"

	"coherentgradients/cgkit/internal/disk"
)

// weigher is an engine that can give its net's parameters. They are less than its state, which also holds what training
// alone needs.
type weigher interface {
	// Weights copies the parameters by name, float32 of rank 1 or 2.
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
	return writeWeights(filepath.Join(dir, weightsName), arrays)
}

// writeWeights writes float32 arrays of rank 1 or 2 for NumPy. The file appears whole or not at all.
func writeWeights(path string, arrays map[string]Array) error {
	return disk.WriteAtomic(path, func(out io.Writer) error {
		archive := npz.NewWriter(out)
		for _, name := range slices.Sorted(maps.Keys(arrays)) {
			a := arrays[name]
			data, ok := a.Data.([]float32)
			if err := a.Check(); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			var value any = data
			switch {
			case !ok || len(a.Shape) < 1 || len(a.Shape) > 2:
				return fmt.Errorf("%s: %s of shape %v can't be saved, only float32 of rank 1 or 2", name, a.typeName(), a.Shape)
			case len(a.Shape) == 2:
				value = matrix(a.Shape[0], a.Shape[1], data)
			}
			if err := archive.Write(name+".npy", value); err != nil {
				return err
			}
		}
		return archive.Close()
	})
}
