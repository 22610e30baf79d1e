// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package dump

import (
	"context"
	"fmt"

	"coherentgradients/cgkit/models"
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
)

// DumpStep makes the first update of a spec on a fresh engine and writes it to a file, for checking it elsewhere: see
// [WriteDump] for what is in it. No record is read or written. The path is checked before any work.
func DumpStep(ctx context.Context, spec record.Spec, path string, opt run.Options) error {
	spec = spec.Normalized()
	if err := spec.Validate(); err != nil {
		return err
	}
	if err := CheckDumpPath(path); err != nil {
		return err
	}
	opt, err := opt.Complete()
	if err != nil {
		return err
	}
	set, err := opt.OpenSet(ctx, spec.Dataset, opt.Datasets)
	if err != nil {
		return err
	}
	if err := spec.ValidateData(set.Train.Len()); err != nil {
		return err
	}
	noise, err := run.NoiseOf(spec, set)
	if err != nil {
		return err
	}
	engine, err := opt.NewEngine(ctx, run.Problem{Spec: spec, Set: set, Noise: noise})
	if err != nil {
		return err
	}
	defer func() { _ = engine.Close() }()
	order, err := run.NewBatchOrder(spec, set.Train.Len())
	if err != nil {
		return err
	}
	d := Dump{Sizes: append(append([]int{set.Features()}, spec.Hidden...), set.Classes)}
	for _, example := range order.Batch(0) {
		for _, pixel := range set.Train.Pixels[int(example)*set.Features() : (int(example)+1)*set.Features()] {
			d.Images = append(d.Images, float32(pixel)/255)
		}
		d.Labels = append(d.Labels, noise.Given[example])
	}
	if d.Before, err = dumpLayers(engine, len(d.Sizes)-1); err != nil {
		return err
	}
	if _, err := engine.Advance(ctx, 1); err != nil {
		return err
	}
	if d.After, err = dumpLayers(engine, len(d.Sizes)-1); err != nil {
		return err
	}
	return WriteDump(path, d)
}

func dumpLayers(engine run.Engine, layers int) ([]DumpLayer, error) {
	state, err := engine.State()
	if err != nil {
		return nil, err
	}
	list := make([]DumpLayer, layers)
	for i := range list {
		weights, ok1 := state[models.WeightsName(i)].Data.([]float32)
		biases, ok2 := state[models.BiasesName(i)].Data.([]float32)
		if !ok1 || !ok2 {
			return nil, fmt.Errorf("the engine's state has no float32 layer %d to dump", i)
		}
		list[i] = DumpLayer{Weights: weights, Biases: biases}
	}
	return list, nil
}
