// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package cgkit

import (
	"fmt"
	"strings"

	"coherentgradients/cgkit/aggregate"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	"github.com/gomlx/gomlx/support/exceptions"
)

// Hyperparameters of the store that [FromScope] reads, as GoMLX's own optimizers read theirs. The learning rate is
// GoMLX's [optimizer.ParamLearningRate].
const (
	// ParamRule is the name of a rule of package aggregate, as "winsorize". It has no default. Where the optimizer is
	// asked for by the rule's own name, [optimizer.ParamOptimizer] = "winsorize", it is not read.
	ParamRule = "cgkit_rule"
	// ParamC is the percentage that "winsorize" clamps and "trimmed-mean" cuts on each side, 0 ≤ c < 50; 0 is plain SGD.
	// These two need it; the others don't read it.
	ParamC = "cgkit_c"
	// ParamPercentile says which number a percentile is, "nearest" (the default, the paper's) or "linear".
	ParamPercentile = "cgkit_percentile"
	// ParamExact asks for the form that no outlier can spoil; false by default.
	ParamExact = "cgkit_exact"
	// ParamGroups is the number of groups of the median of means, of agreement filtering and of masks.
	ParamGroups = "cgkit_groups"
	// ParamMaxNorm is the largest norm that an example's gradient keeps under norm clipping, and the radius of centred clipping.
	ParamMaxNorm = "cgkit_max_norm"
	// The others are the fields of aggregate.Params of the same name, which say what they mean and default to.
	ParamPerParameter = "cgkit_per_parameter"
	ParamAutomatic    = "cgkit_automatic"
	ParamGamma        = "cgkit_gamma"
	ParamNoise        = "cgkit_noise"
	ParamKey          = "cgkit_key"
	ParamF            = "cgkit_f"
	ParamKeep         = "cgkit_keep"
	ParamSteps        = "cgkit_steps"
	ParamSmoothing    = "cgkit_smoothing"
	ParamThreshold    = "cgkit_threshold"
	ParamSharpness    = "cgkit_sharpness"
	ParamRescale      = "cgkit_rescale"
	// ParamBefore is the name of the optimizer that the directions are handed to, see [Optimizer.Before]: "adam",
	// "adamw", "adamax", "rmsprop" or "sgd" of GoMLX, with its own hyperparameters. "", the default, is a plain step.
	ParamBefore = "cgkit_before"
)

// KnownName is the entry in GoMLX's optimizer.KnownOptimizers whose rule is in [ParamRule].
const KnownName = "cgkit"

// Beside it every rule that is registered when the program starts has an entry of its own name, unless GoMLX has one.
func init() {
	add := func(name string, make func(scope *model.Scope) *Optimizer) {
		if _, taken := optimizer.KnownOptimizers[name]; !taken {
			ours[name] = true
			optimizer.KnownOptimizers[name] = func(scope *model.Scope) optimizer.Interface { return make(scope).Done() }
		}
	}
	add(KnownName, FromScope)
	for _, name := range aggregate.Names() {
		add(name, func(scope *model.Scope) *Optimizer { return named(scope, name) })
	}
}

// ours are the names of entries made here.
var ours = map[string]bool{}

// FromScope is the optimizer that the store's hyperparameters describe: [ParamRule], its settings, and [ParamBefore].
// GoMLX's optimizer.FromScope comes to it by optimizer = "cgkit", and to a rule directly by its name, for instance
// optimizer = "winsorize", which is all that a program with GoMLX's -set flag needs.
//
// A value that is missing, of another type or out of range is an error of one line when the training step is built.
func FromScope(scope *model.Scope) *Optimizer {
	rule := ""
	if err := read(scope, ParamRule, &rule); err != nil {
		return &Optimizer{err: err}
	}
	if rule == "" {
		return &Optimizer{err: fmt.Errorf("cgkit: the store's parameter %q is not set: choose one of %s", ParamRule,
			strings.Join(aggregate.Names(), ", "))}
	}
	return named(scope, rule)
}

// named is the optimizer of one rule with the store's settings.
func named(scope *model.Scope, name string) *Optimizer {
	var p aggregate.Params
	var percentile, before string
	for _, err := range []error{
		read(scope, ParamC, &p.C), read(scope, ParamPercentile, &percentile), read(scope, ParamExact, &p.Exact),
		read(scope, ParamGroups, &p.Groups), read(scope, ParamMaxNorm, &p.MaxNorm), read(scope, ParamBefore, &before),
		read(scope, ParamPerParameter, &p.PerParameter), read(scope, ParamAutomatic, &p.Automatic), read(scope, ParamGamma, &p.Gamma),
		read(scope, ParamNoise, &p.Noise), read(scope, ParamKey, &p.Key), read(scope, ParamF, &p.F), read(scope, ParamKeep, &p.Keep),
		read(scope, ParamSteps, &p.Steps), read(scope, ParamSmoothing, &p.Smoothing), read(scope, ParamThreshold, &p.Threshold),
		read(scope, ParamSharpness, &p.Sharpness), read(scope, ParamRescale, &p.Rescale),
	} {
		if err != nil {
			return &Optimizer{err: err}
		}
	}
	var err error
	if percentile != "" {
		if p.Percentile, err = aggregate.PercentileNamed(percentile); err != nil {
			return &Optimizer{err: fmt.Errorf("cgkit: the store's parameter %q: %w", ParamPercentile, err)}
		}
	}
	rule, err := aggregate.Named(name, p)
	if err != nil {
		return &Optimizer{err: fmt.Errorf("cgkit: by the store's parameters: %w", err)}
	}
	switch rule.(type) {
	case aggregate.Winsorize, aggregate.TrimmedMean:
		if value, found := scope.GetParam(ParamC); !found || value == nil {
			return &Optimizer{err: fmt.Errorf("cgkit: the store's parameter %q is not set: %s needs a percentage from 0, "+
				"which is plain SGD, to below 50", ParamC, name)}
		}
	}
	o := With(rule)
	if before == "" {
		return o
	}
	builder, known := optimizer.KnownOptimizers[before]
	if !known || ours[before] { // one of ours would read this parameter again, and so on
		return &Optimizer{err: fmt.Errorf("cgkit: the store's parameter %q = %q: no optimizer that starts from gradients: "+
			"choose adam, adamw, adamax, rmsprop or sgd", ParamBefore, before)}
	}
	var next optimizer.Interface
	if err := exceptions.TryCatch[error](func() { next = builder(scope) }); err != nil {
		return &Optimizer{err: fmt.Errorf("cgkit: the store's parameter %q = %q: %w", ParamBefore, before, err)}
	}
	return o.Before(next)
}

// read sets a value that the store has; where it has none the value stays.
func read[T bool | int | int64 | float64 | string](scope *model.Scope, name string, into *T) error {
	value, found := scope.GetParam(name)
	if !found || value == nil {
		return nil
	}
	switch value.(type) {
	case string, bool: // which GoMLX would convert from numbers, or not at all
		exact, ok := value.(T)
		if !ok {
			return fmt.Errorf("cgkit: the store's parameter %q is %v of type %T: set it to a %T", name, value, value, *into)
		}
		*into = exact
		return nil
	}
	var converted T
	err := exceptions.TryCatch[error](func() { converted = model.MustGetParam[T](scope, name) })
	_, text := any(converted).(string)
	cut := false // by an integer
	if from, ok := value.(float64); ok {
		switch whole := any(converted).(type) {
		case int:
			cut = float64(whole) != from
		case int64:
			cut = float64(whole) != from
		}
	}
	if err != nil || text || cut {
		return fmt.Errorf("cgkit: the store's parameter %q is %v of type %T: set it to a %T", name, value, value, *into)
	}
	*into = converted
	return nil
}
