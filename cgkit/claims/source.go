// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import "slices"

// Source is where claims come from.
type Source struct {
	Title string // with authors, venue and year
	ids   []string
}

// Sources are where the claims come from, in the order of their appearance; the last is this project itself, whose the
// claims are that no other one has.
func Sources() []Source {
	return []Source{
		{"Coherent Gradients (S. Chatterjee, ICLR 2020)", []string{"C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9", "C10",
			"C11", "C12", "C13", "C14", "C15", "C10a", "C11a"}},
		{"Weak and Strong Gradient Directions (P. Zielinski, S. Krishnan, S. Chatterjee, 2020)", []string{"C16", "C17", "C18"}},
		{"Making Coherence Out of Nothing At All (S. Chatterjee, P. Zielinski, 2020) and On the Generalization Mystery in Deep Learning (2022)",
			[]string{"C19", "C19g", "C20", "C20g", "C21"}},
		{"This project", nil},
	}
}

// SourceOf is the index in [Sources] of the paper whose claim has an id.
func SourceOf(id string) int {
	sources := Sources()
	if i := slices.IndexFunc(sources, func(p Source) bool { return slices.Contains(p.ids, id) }); i >= 0 {
		return i
	}
	return len(sources) - 1
}
