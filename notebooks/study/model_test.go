// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coherentgradients/cgkit/models"
	"coherentgradients/cgkit/record"
	"coherentgradients/plots"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
)

// linear is a user's model of a cell.
func linear(factor float64) models.Model {
	return models.Model{Name: "mine", Output: func(scope *model.Scope, x *graph.Node) *graph.Node {
		x = graph.MulScalar(graph.Reshape(x, x.Shape().Dimensions[0], -1), factor)
		return layers.Dense(scope.In("readout"), x, true, model.GetParamOr(scope, models.ParamOutputs, 10))
	}}
}

// A cell's own model on data of one's own is trained once, drawn with what it is in the caption, and trained anew when the
// function changes.
func TestTrainModel(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"flowers": "a,b,label\n" + strings.Repeat("1,0,rose\n0,1,lily\n", 50),
		"prices":  "a,b,target\n" + strings.Repeat("1,0,0.5\n0,1,1.5\n", 50),
	} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name, "all.csv"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("CG_DATA", dir)
	t.Setenv("CG_RUNS", t.TempDir())
	t.Setenv("CG_MODE", "")
	t.Setenv("GOMLX_BACKEND", "go")
	for _, name := range []string{"flowers", "prices"} {
		spec := record.DefaultSpec()
		spec.Dataset, spec.Batch, spec.Steps, spec.Noise = name, 10, 20, 0.5
		r := TrainModel(linear(1), spec)
		if r.Loaded || !r.Complete() || !strings.HasPrefix(r.Spec.ID(), name+"-mine-") {
			t.Errorf("%s: %s", name, r.Summary())
		}
		if again := TrainModel(linear(1), spec); !again.Loaded {
			t.Errorf("%s: trained twice", name)
		}
		if other := TrainModel(linear(2), spec); other.Loaded {
			t.Errorf("%s: another function is taken for the one that was trained", name)
		}
		f := RunFigure(r)
		if table := fmt.Sprint(f.Data()); strings.Contains(table, "overfit") != (name == "flowers") {
			t.Errorf("%s: the figure's numbers are %.300s", name, table)
		}
		caption := f.Caption()
		if !strings.Contains(caption, "mine") || !strings.Contains(caption, name) || strings.Contains(caption, "MNIST") || strings.Contains(caption, "256") {
			t.Errorf("%s: the caption is %q", name, caption)
		}
		if _, err := f.Save(t.TempDir(), name, plots.Notebook, plots.PNG); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
