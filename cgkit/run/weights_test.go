// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"coherentgradients/cgkit/internal/recordtest"
	"coherentgradients/cgkit/record"
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
	recordtest.CheckError(t, err, []string{"can't give its weights"})
	if _, now := h.counts(); now != updates {
		t.Error("it trained first")
	}
}

// Arrays of any rank are what NumPy reads; what is not an array leaves no file.
func TestWriteArrays(t *testing.T) {
	path := filepath.Join(t.TempDir(), record.WeightsName)
	for name, a := range map[string]Array{
		"text":      {Shape: []int{1}, Data: []string{"x"}},
		"too short": {Shape: []int{2}, Data: []float32{1}},
	} {
		if err := WriteArrays(path, map[string]Array{"w": a}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if files := filesOf(t, filepath.Dir(path)); len(files) != 0 {
		t.Errorf("left behind: %v", files)
	}
	kernel := make([]float32, 2*3*1*2)
	for i := range kernel {
		kernel[i] = float32(i)
	}
	if err := WriteArrays(path, map[string]Array{"kernel": {Shape: []int{2, 3, 1, 2}, Data: kernel}, "steps": {Shape: []int{2}, Data: []int64{7, 8}}}); err != nil {
		t.Fatal(err)
	}
	file, err := npz.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if shape := file.Header("kernel.npy").Descr.Shape; !cmp.Equal(shape, []int{2, 3, 1, 2}) {
		t.Errorf("shape %v", shape)
	}
	var got []float32
	if err := file.Read("kernel.npy", &got); err != nil || !cmp.Equal(got, kernel) {
		t.Errorf("%v, %v", got, err)
	}
}
