// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package meters measures a model's gradients, example by example, while GoMLX's Trainer trains it. A [Meter] is a
// GoMLX metric: given to train.NewTrainer it is shown in the progress line like any other, of the training batch among
// the train metrics and of a probe set among the eval metrics.
//
// # One pass, many names
//
// With g_1 … g_m the gradients of a batch's examples, S = Σ g_b their sum and Q = Σ ‖g_b‖²,
//
//	[Coherence]   A = ‖S‖²/Q                    m-coherence: m for identical gradients, 1 for orthogonal ones
//	[Agreement]   α̂ = (A−1)/(m−1)               the same, free of m
//	[Diversity]   Q/‖S‖² = 1/A                  gradient diversity
//	[NoiseScale]  (m−A)/(A−1) = 1/α̂ − 1         the simple noise scale: unbiased tr Σ over unbiased ‖G‖²
//
// are one number under four names: tests hold them to it, and to what the sources define. Others are
//
//	[GSNR]          mean over the coordinates of ḡ²/Var g
//	[NormQuantile]  a quantile of the norms ‖g_b‖
//	[Clamped]       the share of the m·P values that a rule clamps
//	[Cosine]        of a rule's direction and the mean
//	[GroupShare]    ⟨S, S_group⟩/⟨S, S⟩ of a group of examples: f^p, for one
//	[Dead]          the share of hidden units that are 0 for every example of the batch
//
// A meter is of all trainable variables, or of those of a layer: [Meter.In]. [StopAtTrough] ends a loop by one of them.
//
// # Cost
//
// Meters of one graph share one set of views of package perexample, and where the optimizer works on views too the
// compiler finds most of it done: for dense layers what is left is a few sums. Elsewhere gradients may have to be
// stored, see package perexample. [Clamped] and [Cosine] build the rule once more.
//
// # Batches and sets
//
// A meter's value is of one batch. Give a probe set as one batch: of several, GoMLX's Eval would return the value of
// the last, and [AttachProbe] refuses them.
//
// Sources: Making Coherence Out of Nothing At All (arXiv 2008.01217); Yin et al. (1706.05699); McCandlish et al.
// (1812.06162), appendix A.1; Liu et al. (2001.07384); Coherent Gradients (2002.10657), §2.4.
package meters
