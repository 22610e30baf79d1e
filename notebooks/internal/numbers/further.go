// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package numbers

import "coherentgradients/cgkit/record"

// further are the runs of notebooks 10 to 12 by the names that texts have for them, at a share of noise and a c.
// Of each the seeds of their own plan alone count: others, of other claims' runs, are in no table of these notebooks.
var further = map[string]func(noise, c float64) record.Spec{
	// wide is a net of one hidden layer, of the width c.
	"wide":             func(noise, c float64) record.Spec { return record.Capacity(noise, int(c)) },
	"patterns":         func(noise, _ float64) record.Spec { return record.Patterns(record.OpenSets()[0], noise) },
	"patterns_clothes": func(noise, _ float64) record.Spec { return record.Patterns(record.OpenSets()[1], noise) },
	"digits":           func(noise, c float64) record.Spec { return record.CarriedDigits(noise, c) },
	"clothes":          func(noise, c float64) record.Spec { return record.CarriedFashion(noise, c, "") },
	"clothes_shifted": func(noise, c float64) record.Spec {
		return record.CarriedFashion(noise, c, record.AugmentShift)
	},
	"clothes_flipped": func(noise, c float64) record.Spec {
		return record.CarriedFashion(noise, c, record.AugmentFlipShift)
	},
	"photographs":         func(noise, c float64) record.Spec { return record.CarriedCIFAR(noise, c, "") },
	"photographs_flipped": func(noise, c float64) record.Spec { return record.CarriedCIFAR(noise, c, record.AugmentFlipShift) },
	// wrong_by_epoch has a quarter of the labels of 6,000 digits permuted, and scores of its examples after every epoch.
	"wrong_by_epoch": func(_, _ float64) record.Spec { return record.WrongLabelsByEpoch(record.ExampleSets()[0]) },
	// plain_by_epoch is plain SGD on 6,000 digits, evaluated after every epoch.
	"plain_by_epoch": func(noise, _ float64) record.Spec { return record.Stopping(record.StoppingSets()[0], noise, "") },
	"clothes_whole":  func(noise, c float64) record.Spec { return record.CarriedWhole(noise, c) },
	"clothes_wide":   func(noise, _ float64) record.Spec { return record.CarriedWide(noise) },
}
