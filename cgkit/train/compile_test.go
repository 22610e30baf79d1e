// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"context"
	"strings"
	"testing"

	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/record"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/ml/model"
)

// TestCompileIsWhatIsRun: after Compile nothing of another shape is compiled.
func TestCompileIsWhatIsRun(t *testing.T) {
	for _, rule := range []string{"mean", "winsorize", "rolling-median"} {
		cgtest.Each(t, func(t *testing.T, b compute.Backend) {
			p := smallProblem(t, func(s *record.Spec) {
				if s.Aggregator = rule; rule == "winsorize" {
					s.C = 10
				}
			})
			p.Measure = record.MeasureGradients
			e := newSmall(t, b, p)
			execs := []*model.Exec{e.steps, e.evaluate, e.gradients.sum, e.gradients.products, e.gradients.entries}
			if e.probe != nil {
				execs = append(execs, e.probe)
			}
			for _, exec := range execs {
				exec.SetMaxCache(1)
			}
			if err := e.Compile(context.Background()); err != nil {
				t.Fatal(err)
			}
			mustAdvance(t, e, 3)
			if _, err := e.Evaluate(context.Background()); err != nil {
				t.Error(err)
			}
			for i, exec := range execs { // each is full: Compile has compiled it
				if _, err := exec.Compile(shapes.Make(dtypes.Int8)); err == nil || !strings.Contains(err.Error(), "maximum cache size") {
					t.Errorf("computation %d: %v", i, err)
				}
			}
			ended, cancel := context.WithCancel(context.Background())
			cancel()
			if err := e.Compile(ended); err == nil {
				t.Error("an ended context: no error")
			}
		})
	}
}
