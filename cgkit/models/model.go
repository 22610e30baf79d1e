// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package models

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"coherentgradients/cgkit/internal/settings"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// Hyperparameters that whoever trains a model sets in its root scope.
const (
	ParamOutputs = "model_outputs"   // int: classes of the data set, or 1 where it has a target
	ParamHidden  = "hidden_widths"   // []int: the spec's hidden, of "mlp" alone
	ParamInit    = "initial_weights" // string: the spec's init, of "mlp" alone
)

// Model is a network by name.
type Model struct {
	// Name is what specs call it: small letters, digits and '-', beginning with a letter.
	Name string
	// About is one line for lists of models.
	About string
	// Output builds the net: logits [m, classes], or predictions [m] or [m, 1]. See the package for x.
	Output func(scope *model.Scope, x *graph.Node) *graph.Node
	// Loss makes the loss of each example, [m], of the output and the labels: int32 classes [m], or float32 targets
	// [m]. nil: softmax cross-entropy in nats for classes, the squared error for targets.
	Loss func(output, labels *graph.Node) *graph.Node
	// Features asks for x as [m, features], for images too: all rows of one channel after the other.
	Features bool
	// Initialize creates variables with initial values of its own, for x of the given shape, m being 1. What it leaves
	// out, and all if it is nil, gets its values from GoMLX's initializers, seeded by the same seed.
	Initialize func(scope *model.Scope, x shapes.Shape, seed int64) error
	// Layer names the layer that a variable belongs to, for gradients measured by layer; "" leaves it out of them.
	// nil: the variable's scope, or its own name in the root scope.
	Layer func(path string) string
	// Settings are the hyperparameters that a spec may set, with their defaults: int, float64, bool or string values.
	Settings map[string]any
}

var (
	mutex    sync.RWMutex
	registry = map[string]Model{}
)

// Register adds a model, or replaces one added before; those of this package can't be replaced. The error names what is
// wrong with it.
func Register(m Model) error {
	switch {
	case !validName(m.Name):
		return fmt.Errorf("model name %q: allowed are small letters, digits and '-', beginning with a letter: register it under such a name", m.Name)
	case m.Output == nil:
		return fmt.Errorf("model %q was registered without a function: set Output", m.Name)
	case slices.Contains(builtin, m.Name):
		return fmt.Errorf("model %q was registered over the built-in one: register it under another name", m.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(m.Settings)) {
		switch m.Settings[name].(type) {
		case int, float64, bool, string:
		default:
			return fmt.Errorf("model %q: setting %q has a default of type %T: use int, float64, bool or string", m.Name, name, m.Settings[name])
		}
	}
	mutex.Lock()
	defer mutex.Unlock()
	registry[m.Name] = m
	settings.Declare(m.Name, m.Overrides)
	return nil
}

// MustRegister is [Register] for programs' init functions: it panics where Register returns an error.
func MustRegister(m Model) {
	if err := Register(m); err != nil {
		panic(err)
	}
}

// builtin are the models of this package.
var builtin = []string{"mlp", "cnn"}

func init() {
	for _, m := range []Model{MLP(), CNN()} {
		settings.Declare(m.Name, m.Overrides)
	}
}

// Names lists the models: the built-in ones, then the registered ones in alphabetical order.
func Names() []string {
	mutex.RLock()
	defer mutex.RUnlock()
	return append(slices.Clone(builtin), slices.Sorted(maps.Keys(registry))...)
}

// Named finds a model. The error lists those there are.
func Named(name string) (Model, error) {
	switch name {
	case "mlp":
		return MLP(), nil
	case "cnn":
		return CNN(), nil
	}
	mutex.RLock()
	m, ok := registry[name]
	mutex.RUnlock()
	if !ok {
		return Model{}, fmt.Errorf("model = %q: unknown; use one of %s, or register it in the program that trains it", name, strings.Join(Names(), ", "))
	}
	return m, nil
}

func validName(name string) bool {
	if name == "" || name[0] < 'a' || name[0] > 'z' {
		return false
	}
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// Configure sets the model's hyperparameters in a scope: the defaults, with what settings say in place of them. The
// error names a setting that the model doesn't have, or whose text is of another type than its default.
func (m Model) Configure(scope *model.Scope, settings map[string]string) error {
	values := maps.Clone(m.Settings)
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		value, ok := m.Settings[name]
		if !ok {
			return fmt.Errorf("setting %q: model %q has none of that name; it has %s", name, m.Name, m.describeSettings())
		}
		parsed, err := parseAs(value, settings[name])
		if err != nil {
			return fmt.Errorf("setting %s = %q of model %q: must be %s, such as %v", name, settings[name], m.Name, err, value)
		}
		values[name] = parsed
	}
	for name, value := range values {
		scope.SetParam(name, value)
	}
	return nil
}

// Overrides are the settings that differ from the model's defaults, each value in the one form that numbers and truth
// values have, so that 064 and 64 are alike. What the model doesn't have, or can't read, stays as it is: [Model.Configure]
// refuses it.
func (m Model) Overrides(settings map[string]string) map[string]string {
	kept := make(map[string]string, len(settings))
	for name, text := range settings {
		like, known := m.Settings[name]
		value, err := parseAs(like, text)
		switch {
		case !known || err != nil:
			kept[name] = text
		case value != like:
			kept[name] = fmt.Sprint(value)
		}
	}
	return kept
}

func (m Model) describeSettings() string {
	if len(m.Settings) == 0 {
		return "no settings"
	}
	var list []string
	for _, name := range slices.Sorted(maps.Keys(m.Settings)) {
		list = append(list, fmt.Sprintf("%s (%v)", name, m.Settings[name]))
	}
	return strings.Join(list, ", ")
}

// parseAs reads a text as the type of a default.
func parseAs(like any, text string) (any, error) {
	switch like.(type) {
	case int:
		if v, err := strconv.Atoi(text); err == nil {
			return v, nil
		}
		return nil, fmt.Errorf("a whole number")
	case float64:
		if v, err := strconv.ParseFloat(text, 64); err == nil && v-v == 0 { // neither NaN nor infinite
			return v, nil
		}
		return nil, fmt.Errorf("a finite number")
	case bool:
		if v, err := strconv.ParseBool(text); err == nil {
			return v, nil
		}
		return nil, fmt.Errorf("true or false")
	}
	return text, nil
}

// Losses are the losses of the examples, [m]: by the model's own function, or softmax cross-entropy in nats where
// labels are classes, and the squared error where they are targets.
func (m Model) Losses(output, labels *graph.Node) *graph.Node {
	if m.Loss != nil {
		return m.Loss(output, labels)
	}
	if labels.DType().IsFloat() {
		return graph.Square(graph.Sub(Predictions(output), labels))
	}
	return CrossEntropy(output, labels)
}

// LayerOf names a variable's layer in letters, digits and '_'.
func (m Model) LayerOf(path string) string {
	path = strings.TrimPrefix(path, model.ScopeSeparator)
	if m.Layer != nil {
		return m.Layer(path)
	}
	if i := strings.LastIndex(path, model.ScopeSeparator); i >= 0 {
		path = path[:i]
	}
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, path)
}

// CrossEntropy is each example's softmax cross-entropy in nats, [m], of logits [m, classes] and labels [m].
func CrossEntropy(logits, labels *graph.Node) *graph.Node {
	hot := graph.OneHot(labels, logits.Shape().Dimensions[1], logits.DType())
	return graph.Neg(graph.ReduceSum(graph.Mul(hot, graph.LogSoftmax(logits)), 1))
}

// Predictions is an output for targets as [m], whether it was [m] or [m, 1].
func Predictions(output *graph.Node) *graph.Node {
	if output.Rank() == 2 && output.Shape().Dimensions[1] == 1 {
		return graph.Reshape(output, output.Shape().Dimensions[0])
	}
	return output
}

// CheckOutput says whether an output fits m examples with labels of the given number of classes, or a target where
// classes is 0.
func (m Model) CheckOutput(output shapes.Shape, examples, classes int) error {
	d := output.Dimensions
	switch {
	case classes > 0 && (len(d) != 2 || d[0] != examples || d[1] != classes):
		return fmt.Errorf("model %q: its output is %s, for %d examples in %d classes it must be [%d, %d]: use model.GetParamOr(scope, models.ParamOutputs, …) for the last layer",
			m.Name, output, examples, classes, examples, classes)
	case classes == 0 && !(len(d) == 1 && d[0] == examples) && !(len(d) == 2 && d[0] == examples && d[1] == 1):
		return fmt.Errorf("model %q: its output is %s, for %d examples with a target it must be [%d] or [%d, 1]", m.Name, output, examples, examples, examples)
	case !output.DType.IsFloat():
		return fmt.Errorf("model %q: its output is of type %s: it must be a float", m.Name, output.DType)
	}
	return nil
}
