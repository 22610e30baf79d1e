// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import "slices"

// TakesC tells whether a rule clamps or cuts c percent on each side. Such a rule is the plain mean for c = 0, so
// whoever asks for it by name has to say c.
func TakesC(aggregator string) bool { return slices.Contains(clamping, aggregator) }

// TakesPercentile tells whether a rule asks what a percentile is.
func TakesPercentile(aggregator string) bool { return aggregator == AggregatorWinsorize }
