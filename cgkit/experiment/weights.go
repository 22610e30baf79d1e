// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"reflect"
	"slices"

	"github.com/sbinet/npyio/npz"

	"coherentgradients/cgkit/internal/disk"
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
	return WriteArrays(filepath.Join(dir, weightsName), arrays)
}

// WriteArrays writes arrays for NumPy, by name, as an .npz file. The file appears whole or not at all.
func WriteArrays(path string, arrays map[string]Array) error {
	return disk.WriteAtomic(path, func(out io.Writer) error {
		archive := npz.NewWriter(out)
		for _, name := range slices.Sorted(maps.Keys(arrays)) {
			if err := arrays[name].Check(); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if err := archive.Write(name+".npy", arrays[name].nested()); err != nil {
				return err
			}
		}
		return archive.Close()
	})
}

// nested is the array as npyio writes several axes: a slice of arrays of arrays.
func (a Array) nested() any {
	data := reflect.ValueOf(a.Data)
	if len(a.Shape) < 2 {
		return a.Data
	}
	t := data.Type().Elem()
	for i := len(a.Shape) - 1; i > 0; i-- {
		t = reflect.ArrayOf(a.Shape[i], t)
	}
	out := reflect.MakeSlice(reflect.SliceOf(t), a.Shape[0], a.Shape[0])
	at := 0
	var fill func(v reflect.Value, axis int)
	fill = func(v reflect.Value, axis int) {
		if axis == len(a.Shape)-1 {
			reflect.Copy(v, data.Slice(at, at+a.Shape[axis]))
			at += a.Shape[axis]
			return
		}
		for i := range a.Shape[axis] {
			fill(v.Index(i), axis+1)
		}
	}
	fill(out, 0)
	return out.Interface()
}
