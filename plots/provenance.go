// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"maps"
	"slices"
)

// pair is one line of what is written inside the files.
type pair struct{ key, value string }

// software names the program inside the files. No version: the version of the
// code that made the numbers belongs in the provenance.
const software = "coherentgradients/plots"

// pairs is caption, marks and provenance in a fixed order.
func (f *Figure) pairs() []pair {
	out := []pair{{"Software", software}}
	if c := f.Caption(); c != "" {
		out = append(out, pair{"Description", c})
	}
	if len(f.meta.Marks) > 0 {
		out = append(out, pair{"Mark", f.markText()})
	}
	for _, k := range slices.Sorted(maps.Keys(f.meta.Provenance)) {
		out = append(out, pair{k, f.meta.Provenance[k]})
	}
	return out
}

// provenanceLines is the pairs as "key: value" lines.
func (f *Figure) provenanceLines() []string {
	var out []string
	for _, p := range f.pairs() {
		out = append(out, p.key+": "+p.value)
	}
	return out
}
