// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sbinet/npyio/npz"
)

func TestSaveWeights(t *testing.T) {
	h := &hooks{}
	opt := fakeOptions(t, h)
	var last Engine
	opt.NewEngine = func(ctx context.Context, p Problem) (Engine, error) {
		e, err := h.newEngine(ctx, p)
		if err == nil {
			last = weighingEngine{e.(*fakeEngine)}
		}
		return last, err
	}
	r := mustRun(t, fakeSpec(40), opt)
	if path, ok := r.WeightsPath(); ok {
		t.Errorf("not asked for, but there is %s", path)
	}
	opt.SaveWeights = true
	r = mustRun(t, fakeSpec(50), opt)
	path, ok := r.WeightsPath()
	if !ok {
		t.Fatal("no weights")
	}
	file, err := npz.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if shape := file.Header("weights.npy").Descr.Shape; !cmp.Equal(shape, []int{4, 2}) {
		t.Errorf("shape %v", shape)
	}
	var got []float32
	if err := file.Read("weights.npy", &got); err != nil {
		t.Fatal(err)
	}
	if want := last.(weighingEngine).weights; !cmp.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}

	// An engine that has none says so at once, not after hours.
	opt.NewEngine = h.newEngine
	_, updates := h.counts()
	_, err = Run(t.Context(), fakeSpec(60), opt)
	checkError(t, err, []string{"can't give its weights"})
	if _, now := h.counts(); now != updates {
		t.Error("it trained first")
	}
}

func TestWriteWeightsRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), weightsName)
	for name, a := range map[string]Array{
		"not float32": {Shape: []int{1}, Data: []int32{1}},
		"scalar":      {Data: []float32{1}},
		"rank 3":      {Shape: []int{1, 1, 1}, Data: []float32{1}},
		"too short":   {Shape: []int{2}, Data: []float32{1}},
	} {
		if err := writeWeights(path, map[string]Array{"w": a}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if files := filesOf(t, filepath.Dir(path)); len(files) != 0 {
		t.Errorf("left behind: %v", files)
	}
}
