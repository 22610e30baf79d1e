// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package mathml

import (
	"strings"
	"testing"
)

// A page's formulas are those of Set; one that it refuses stays as its TeX, escaped as it was.
func TestFill(t *testing.T) {
	inline, err := Set("a < b", false)
	if err != nil {
		t.Fatal(err)
	}
	block, err := Set("\\frac1m\n\\sum_b g_b", true)
	if err != nil {
		t.Fatal(err)
	}
	got := Fill(`<p>so <tex-formula display="inline">a &lt; b</tex-formula>, ` +
		"<tex-formula display=\"block\">\\frac1m\n\\sum_b g_b</tex-formula>" + `, <tex-formula display="inline">\foo{&lt;</tex-formula></p>`)
	want := "<p>so " + inline + ", " + block + `, <code>\foo{&lt;</code></p>`
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if plain := "<p>no formula, <math>x</math></p>"; Fill(plain) != plain || strings.Contains(got, "tex-formula") {
		t.Error("a page without places was changed, or one is left")
	}
}
