// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package settings knows which of a model's or a rule's settings say nothing new, so that package record, which is built
// without either, gives a spec that states a default the id of one that leaves it out.
package settings

import "sync"

// Reduce leaves out of a model's settings what is its default, and writes the rest in one way for each value. It leaves
// alone what it can't read, and changes nothing in what it is given.
type Reduce func(settings map[string]string) map[string]string

// OfRule stands before the name of an aggregation rule where models have their name alone.
const OfRule = "rule:"

var byModel sync.Map // name → Reduce

// Declare says how the settings of a model are reduced. Of two for one name the later holds.
func Declare(model string, reduce Reduce) { byModel.Store(model, reduce) }

// Reduced are settings as the model's Reduce has them; all of them, if none was declared.
func Reduced(model string, settings map[string]string) map[string]string {
	if reduce, known := byModel.Load(model); known {
		return reduce.(Reduce)(settings)
	}
	return settings
}
