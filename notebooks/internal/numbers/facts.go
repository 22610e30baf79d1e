// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package numbers

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// facts are the numbers that are no statistic of one column, by name.
var facts = map[string]func(b *Book, q query) (string, error){}

// Facts lists the names.
func Facts() []string { return slices.Sorted(maps.Keys(facts)) }

func (b *Book) fact(q query) (string, error) {
	if len(q.words) != 2 {
		return "", fmt.Errorf("say fact NAME")
	}
	f, ok := facts[q.words[1]]
	if !ok {
		return "", fmt.Errorf("there is no fact %q: use one of %s", q.words[1], strings.Join(Facts(), ", "))
	}
	return f(b, q)
}
