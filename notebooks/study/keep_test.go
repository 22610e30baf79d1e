// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"coherentgradients/cgkit/backend"
	"coherentgradients/cgkit/record"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/checkpoint"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// pureGo is one backend for all cells here, as tensors belong to one.
var pureGo = sync.OnceValue(func() compute.Backend { return must1(backend.OpenConfig("go")) })

// aCell is what one cell does with a net: some steps of a rule that remembers, from where the store is.
func aCell(t *testing.T, store *model.Store, steps int) *model.Store {
	t.Helper()
	b := pureGo()
	trainer := train.NewTrainer(b, store, func(scope *model.Scope, inputs []*graph.Node) []*graph.Node {
		x := layers.Dropout(scope, inputs[0], graph.Const(inputs[0].Graph(), float32(0.2)))
		return []*graph.Node{layers.Dense(scope.In("readout"), x, true, 1)}
	}, loss.MeanSquaredError, optimizer.Adam().Done(), nil, nil)
	for range steps {
		x := tensors.FromFlatDataAndDimensions([]float32{1, 2, 3, 4, 5, 6, 7, 9}, 4, 2)
		y := tensors.FromFlatDataAndDimensions([]float32{3, 7, 11, 16}, 4, 1)
		if _, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{x}, Labels: []*tensors.Tensor{y}}); err != nil {
			t.Fatal(err)
		}
	}
	return store
}

func valuesOf(t *testing.T, store *model.Store) map[string]string {
	t.Helper()
	all := map[string]string{}
	for v := range store.IterVariables() {
		if !isMetric(v) {
			all[v.Path()] = v.MustValue().GoStr()
		}
	}
	return all
}

// A net that is kept between two cells goes on to the same bits as one whose trainers follow in one cell: weights, the
// optimizer's moments, the global step and the generator of dropout.
func TestKeepLoad(t *testing.T) {
	t.Setenv("CG_OUT", t.TempDir())
	seeded := func() *model.Store {
		store := model.NewStore()
		store.RootScope().SetParam(optimizer.ParamLearningRate, 0.05)
		if err := store.SetRNGStateFromSeed(7); err != nil {
			t.Fatal(err)
		}
		return store
	}
	want := valuesOf(t, aCell(t, aCell(t, aCell(t, seeded(), 2), 1), 3))
	first := aCell(t, seeded(), 2)
	KeepModel("net", first)
	KeepModel("net", aCell(t, first, 1)) // again, over the first
	second := model.NewStore()
	if !LoadModel("net", second) {
		t.Fatal("nothing was found")
	}
	if rate := model.GetParamOr(second.RootScope(), optimizer.ParamLearningRate, 0.0); rate != 0.05 {
		t.Errorf("learning rate %v after loading", rate)
	}
	if v := second.GetVariable("/readout/dense/weights"); v == nil {
		t.Error("the kept weights can't be looked at")
	}
	got := valuesOf(t, aCell(t, second, 3))
	for path, value := range want {
		if got[path] != value {
			t.Errorf("%s is %s, without the pause %s", path, got[path], value)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d variables, without the pause %d", len(got), len(want))
	}
	files := must1(checkpoint.Load(model.NewStore()).Dir(filepath.Join(os.Getenv("CG_OUT"), "models", "net")).Done())
	for path := range files.LoadedVariables() {
		if strings.Contains(path, "metrics") {
			t.Errorf("%s is kept: each trainer would add one more", path)
		}
	}
	if names := KeptModels(); !slices.Equal(names, []string{"net"}) {
		t.Errorf("kept: %v", names)
	}
	ForgetModel("net")
	if LoadModel("net", model.NewStore()) || len(KeptModels()) != 0 {
		t.Error("still there after Forget")
	}
}

// What can't be kept or loaded is one line with the remedy, and leaves what was kept.
func TestKeepRefuses(t *testing.T) {
	out := t.TempDir()
	t.Setenv("CG_OUT", out)
	store := aCell(t, model.NewStore(), 1)
	for _, name := range []string{"", "../up", "a/b", ".hidden", strings.Repeat("a", 101), "ä"} {
		if err := keep(name, store); err == nil || !strings.Contains(err.Error(), "letters") {
			t.Errorf("name %q: %v", name, err)
		}
	}
	KeepModel("net", store)
	if err := keep("net", model.NewStore()); err == nil || !strings.Contains(err.Error(), "train the model first") {
		t.Errorf("an empty store: %v", err)
	}
	if err := keep("net", nil); err == nil {
		t.Error("no store is kept")
	}
	if !LoadModel("net", model.NewStore()) {
		t.Error("a refused one took the place of what was kept")
	}
	files, err := filepath.Glob(filepath.Join(out, "models", "net", "*.bin"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	if err := os.WriteFile(files[0], []byte("cut"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := loadKept("net", model.NewStore()); err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "remove "+filepath.Join(out, "models", "net")) {
		t.Errorf("a damaged one: %v", err)
	}
	for _, e := range must1(os.ReadDir(filepath.Join(out, "models"))) {
		if e.Name() != "net" {
			t.Errorf("%s is left", e.Name())
		}
	}
}

func must1[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// A model of a cell's own leaves weights, which a later cell looks at, keeps and trains on.
func TestTrained(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "flowers"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "flowers", "all.csv"), []byte("a,b,label\n"+strings.Repeat("1,0,rose\n0,1,lily\n", 50)), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CG_DATA", dir)
	t.Setenv("CG_RUNS", t.TempDir())
	t.Setenv("CG_OUT", t.TempDir())
	t.Setenv("CG_MODE", "")
	t.Setenv("GOMLX_BACKEND", "go")
	spec := record.DefaultSpec()
	spec.Dataset, spec.Batch, spec.Steps, spec.LearningRate = "flowers", 10, 40, 1
	store := Trained(TrainModel(linear(1), spec))
	b, err := backend.OpenConfig("go")
	if err != nil {
		t.Fatal(err)
	}
	outputs, err := model.CallOnce(b, store, func(scope *model.Scope, x *graph.Node) *graph.Node {
		scope.SetParam("model_outputs", 2)
		return linear(1).Output(scope, x)
	}, [][]float32{{1, 0}, {0, 1}})
	if err != nil {
		t.Fatal(err)
	}
	logits := outputs.Value().([][]float32)
	if (logits[0][0] > logits[0][1]) == (logits[1][0] > logits[1][1]) {
		t.Errorf("the trained net tells no rose from a lily: %v", logits)
	}
	KeepModel("flowers", store)
	again := model.NewStore()
	if !LoadModel("flowers", again) || again.GetVariable("/readout/dense/weights") == nil {
		t.Error("the trained weights are not kept")
	}
	r := TrainModel(linear(1), spec)
	if err := os.Remove(filepath.Join(r.Dir, record.WeightsName)); err != nil {
		t.Fatal(err)
	}
	if _, err := trained(r); err == nil || !strings.Contains(err.Error(), "move "+r.Dir+" away") {
		t.Errorf("a record without weights: %v", err)
	}
}

// A rule whose c was forgotten is refused, in cells as by the commands.
func TestRuleWithoutC(t *testing.T) {
	spec := record.DefaultSpec()
	spec.Aggregator = "winsorize"
	if err := checkC(spec); err == nil || !strings.Contains(err.Error(), "such as 2") {
		t.Errorf("winsorize without c: %v", err)
	}
	for _, spec := range Grid() {
		if err := checkC(spec); err != nil {
			t.Errorf("%s: %v", spec.ID(), err)
		}
	}
}
