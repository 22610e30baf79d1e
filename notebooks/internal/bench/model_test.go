// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"os"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"

	"coherentgradients/cgkit/models"
	"coherentgradients/notebooks/internal/place"
)

// strided is a model of a program's own, in operations that GoMLX's pure-Go backend has: of pooling it lacks the gradient.
func init() {
	models.MustRegister(models.Model{Name: "strided", About: "a strided convolution and a readout", Settings: map[string]any{"channels": 2},
		Output: func(scope *model.Scope, x *graph.Node) *graph.Node {
			x = layers.Convolution(scope.In("conv"), x).Channels(model.GetParamOr(scope, "channels", 2)).KernelSize(3).Strides(4).PadSame().Done()
			x = graph.Reshape(graph.MaxScalar(x, 0), x.Shape().Dimensions[0], -1)
			return layers.Dense(scope.In("readout"), x, true, classes)
		}})
}

// A model's steps: both ways make the same update, and the table says what was measured.
func TestModel(t *testing.T) {
	if underRace {
		t.Skip("GoMLX's pure-Go backend does not run under -race")
	}
	report, err := Run(t.Context(), Options{Backend: "go", Steps: 1, Model: &Model{Name: "strided", Settings: map[string]string{"channels": "3"}}, Batch: 20, Worker: worker(t, roleReal)})
	if err != nil {
		t.Fatal(err)
	}
	if err := report.Err(); err != nil || report.Agreement.Compared != len(modelRules) {
		t.Errorf("agreement %+v: %v", report.Agreement, err)
	}
	const want = 3*3*3*3 + 3 + 8*8*3*10 + 10
	if len(report.Rows) != len(modelRules) {
		t.Fatalf("%d rows", len(report.Rows))
	}
	for _, row := range report.Rows {
		if row.Error != "" || row.StepMS == nil || row.LoopMS == nil || row.Parameters != want || row.Model != "strided channels=3" {
			t.Errorf("row %+v", row)
		}
	}
	var table strings.Builder
	if err := report.Table(&table); err != nil || !strings.Contains(table.String(), "model strided channels=3 on 32×32×3, m = 20") {
		t.Errorf("%v in\n%s", err, table.String())
	}
}

// PyTorch makes the same updates of the model, by each routine.
func TestModelPeer(t *testing.T) {
	if os.Getenv(envPeers) == "" {
		t.Skipf("set $%s=1 to install PyTorch and run it", envPeers)
	}
	cache, err := place.MakeCache()
	if err != nil {
		t.Fatal(err)
	}
	peers, missing, err := EnsurePeers(t.Context(), cache, nil, "torch")
	if err != nil || len(missing) != 0 {
		t.Fatal(missing, err)
	}
	report, err := Run(t.Context(), Options{Steps: 1, Model: &Model{Name: PeerModel, Settings: map[string]string{"cnn_channels": "2,3", "cnn_hidden": "4"}}, Batch: 50, Peers: peers, Worker: worker(t, roleReal)})
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	if err := report.Table(&table); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + table.String())
	if err := report.Err(); err != nil {
		t.Error(err)
	}
	if want := len(modelRules) + len(modelRoutines); len(report.Rows) != want {
		t.Errorf("%d rows, want %d", len(report.Rows), want)
	}
	for _, row := range report.Rows {
		if row.Error != "" || row.StepMS == nil {
			t.Errorf("%s %s %s: %s", row.Aggregator, row.Peer, row.Routine, row.Error)
		}
	}
}
