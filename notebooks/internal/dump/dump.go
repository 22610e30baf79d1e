// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package dump

import (
	"errors"
	"fmt"
	"path/filepath"

	"coherentgradients/cgkit/run"
)

// Dump is one update of a dense net, for checking it elsewhere.
type Dump struct {
	Images []float32   // [m, sizes[0]] row-major, as fed to the net
	Labels []uint8     // [m], those trained on
	Sizes  []int       // widths from the input to the output
	Before []DumpLayer // before the update, one a layer
	After  []DumpLayer // after it
}

// DumpLayer is one dense layer's parameters.
type DumpLayer struct {
	Weights []float32 // [in, out] row-major
	Biases  []float32 // [out]
}

// WriteDump writes a dump that numpy.load reads: images [m, 784] float32, labels [m] int64, and for each layer i from 0
// up weights_i_before and weights_i_after [in, out] float32, biases_i_before and biases_i_after [out] float32.
// The file appears whole or not at all.
func WriteDump(path string, d Dump) error {
	arrays := map[string]run.Array{}
	add := func(name string, data any, shape ...int) error {
		a := run.Array{Shape: shape, Data: data}
		if err := a.Check(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		arrays[name] = a
		return nil
	}
	layers := len(d.Sizes) - 1
	if layers < 1 || len(d.Before) != layers || len(d.After) != layers {
		return fmt.Errorf("dump of a net of sizes %v: %d layers before and %d after the step, need %d", d.Sizes,
			len(d.Before), len(d.After), layers)
	}
	labels := make([]int64, len(d.Labels))
	for i, label := range d.Labels {
		labels[i] = int64(label)
	}
	err := errors.Join(add("images", d.Images, len(d.Labels), d.Sizes[0]), add("labels", labels, len(labels)))
	for i := range layers {
		in, out := d.Sizes[i], d.Sizes[i+1]
		for _, at := range []struct {
			when  string
			layer DumpLayer
		}{{"before", d.Before[i]}, {"after", d.After[i]}} {
			err = errors.Join(err, add(fmt.Sprintf("weights_%d_%s", i, at.when), at.layer.Weights, in, out),
				add(fmt.Sprintf("biases_%d_%s", i, at.when), at.layer.Biases, out))
		}
	}
	if err != nil {
		return err
	}
	if err := run.WriteArrays(path, arrays); err != nil {
		return fmt.Errorf("can't write the dump %s: %w", filepath.Base(path), err)
	}
	return nil
}

// CheckDumpPath says early whether a dump can be written to path, before anything is trained for it.
func CheckDumpPath(path string) error {
	if err := run.CheckArraysPath(path); err != nil {
		return fmt.Errorf("can't write the dump to %s: %w", path, err)
	}
	return nil
}
