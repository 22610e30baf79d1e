// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"coherentgradients/cgkit/models"
	"coherentgradients/datasets"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
)

// numbered is what GoNB takes for a compiler's message.
var numbered = regexp.MustCompile(`\.go:\d`)

// An error in a model is one line that names the model's own line once, whoever panics; what the project refuses in
// words needs none.
func TestModelErrorLine(t *testing.T) {
	here := func() int { _, _, line, _ := runtime.Caller(1); return line }
	var line int
	set := &datasets.Set{Name: "made", Height: 2, Width: 2, Channels: 1, Classes: 3,
		Train: datasets.Split{Pixels: make([]uint8, 40), Labels: make([]uint8, 10)}}
	for name, output := range map[string]func(*model.Scope, *graph.Node) *graph.Node{
		"shapes": func(_ *model.Scope, x *graph.Node) *graph.Node {
			line = here() + 1
			return graph.Add(x, graph.Const(x.Graph(), []float32{1, 2, 3, 4, 5}))
		},
		"a layer": func(scope *model.Scope, x *graph.Node) *graph.Node {
			line = here() + 1
			return layers.Dense(scope, x, true, -1)
		},
		"Go": func(_ *model.Scope, x *graph.Node) *graph.Node {
			var none []int
			line = here() + 1
			return graph.Reshape(x, none[len(none)+2])
		},
		"its own words": func(*model.Scope, *graph.Node) *graph.Node {
			line = here() + 1
			panic("no such width")
		},
	} {
		_, err := Identify(models.Model{Name: "mine", Output: output}, set, nil)
		where := fmt.Sprintf("at line %d of where_test.go: ", line)
		if err == nil || strings.Count(err.Error(), where) != 1 || numbered.MatchString(err.Error()) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v; want one line with %s once, and nothing that looks like a compiler's message", name, err, where)
		} else if code := err.Error()[strings.Index(err.Error(), where)+len(where):]; !strings.HasPrefix(code, "return ") && !strings.HasPrefix(code, "panic(") {
			t.Errorf("%s: the line is quoted as %q", name, code)
		}
	}
	_, err := Identify(models.Model{Name: "mine", Output: func(_ *model.Scope, x *graph.Node) *graph.Node { return x }}, set, nil)
	if err == nil || strings.Contains(err.Error(), ".go") || !strings.Contains(err.Error(), "models.ParamOutputs") {
		t.Errorf("an output that doesn't fit: %v", err)
	}
}
