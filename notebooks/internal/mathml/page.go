// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package mathml

import (
	"html"
	"regexp"
)

// placeholder is where a page that others made wants a formula: the element tex-formula, its text the TeX.
var placeholder = regexp.MustCompile(`(?s)<tex-formula display="(block|inline)">(.*?)</tex-formula>`)

// Fill sets the formulas of a page in the places that wait for them. One that can't be set stays readable as TeX.
func Fill(page string) string {
	return placeholder.ReplaceAllStringFunc(page, func(found string) string {
		parts := placeholder.FindStringSubmatch(found)
		text, err := Set(html.UnescapeString(parts[2]), parts[1] == "block")
		if err != nil {
			return "<code>" + parts[2] + "</code>"
		}
		return text
	})
}
