// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package coherence measures how far the gradients of examples agree, and how much each of two groups of examples, such
// as those with pristine and with corrupt labels, contributes to their sum.
//
// # Quantities
//
//	[Energy]      m-coherence, m·α = ‖Σ_e g_e‖² / Σ_e ‖g_e‖²: m for identical gradients, 1 for orthogonal ones
//	[Groups]      f^p = ⟨g, g^p⟩/⟨g, g⟩ and f^c, of g = g^p + g^c; ⟨g, g^p⟩ is what one step owes to a group
//	[Contributed] i^p and i^c, the mean contribution of one example of each group over the steps so far
//	[NullWorld]   designations permuted among the examples: what f and i look like where they mean nothing
//	[Toy]         a linear problem on which all of this has closed forms
//
// All of them are made of a few inner products, which are plain numbers: sums over layers are sums of numbers, and
// no quantity needs the [m, parameters] gradients at once. [Rows] takes these products from stored gradients, the slow
// and obvious way; [OfViews] and [GroupsOfViews] build them in a GoMLX graph from per-example views, of any model that
// package perexample can follow. Package train measures whole training sets by it.
//
// # Scale
//
// α, m-coherence and f do not depend on a common factor of all gradients; i and squared norms do, by its square. Per
// convention of package perexample g_e is the gradient of example e's own loss; the gradient of the mean loss over N
// examples is (1/N) Σ_e g_e. Take always per-example gradients: means of minibatches of k turn α into
// kα/(1+(k−1)α).
//
// Sources: Coherent Gradients (arXiv 2002.10657) §2.4 for f, i and null worlds; Making Coherence Out of Nothing At All
// (arXiv 2008.01217) for α and m-coherence; On the Generalization Mystery in Deep Learning (arXiv 2203.10036) for the
// linear toy.
package coherence
