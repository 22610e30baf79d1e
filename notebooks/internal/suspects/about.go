// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package suspects

import "coherentgradients/cgkit/record"

// about says what each score is, for people.
var about = map[string]string{
	record.ScoreAUM:           "the logit of the label less the largest other one, averaged over training; low ones first",
	record.ScoreEL2N:          "how far the net's probabilities are from the label, averaged over training; high ones first",
	record.ScoreSelfInfluence: "the squared norm of the example's own gradient, averaged over training; high ones first",
	record.ScoreAlignment:     "the cosine of the example's gradient with those of the others of its label, averaged over training; low ones first",
	record.ScoreFirst:         "the first evaluated step at which the net predicted the label; late ones first",
	record.ScoreKept:          "the evaluated step from which the net went on predicting the label; late ones first",
	record.ScoreStop:          "the logit of the label less the largest other one, where the test accuracy was best; low ones first",
}
