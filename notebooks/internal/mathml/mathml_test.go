// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package mathml

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSet(t *testing.T) {
	for _, test := range []struct{ tex, want string }{
		{`a`, `<mi>a</mi>`},
		{`\tfrac12 x`, `<mfrac displaystyle="false"><mn>1</mn><mn>2</mn></mfrac><mi>x</mi>`}, // not 12 over x
		{`x^12`, `<msup><mi>x</mi><mn>1</mn></msup><mn>2</mn>`},
		{`\frac1m`, `<mfrac><mn>1</mn><mi>m</mi></mfrac>`},
		{`\sqrt[3]2`, `<mroot><mn>2</mn><mn>3</mn></mroot>`},
		{`e'`, `<msup><mi>e</mi><mi>′</mi></msup>`},
		{`x_e\delta_e^\top`, `<msub><mi>x</mi><mi>e</mi></msub><msubsup><mi>δ</mi><mi>e</mi><mi>⊤</mi></msubsup>`},
		{`\operatorname{clip} x`, `<mi>clip</mi><mi>x</mi>`},
		{`\langle g\rangle`, `<mo stretchy="false">⟨</mo><mi>g</mi><mo stretchy="false">⟩</mo>`},
		{`\left( x \right)`, `<mo fence="true" form="prefix" stretchy="true">(</mo><mi>x</mi><mo fence="true" form="postfix" stretchy="true">)</mo>`},
		{`\Big\rVert^2`, `<msup><mrow><mo maxsize="1.8em" minsize="1.8em" stretchy="true" symmetric="true">‖</mo></mrow><mn>2</mn></msup>`},
		{`a = -b`, `<mi>a</mi><mo>=</mo><mo form="prefix">−</mo><mi>b</mi>`},
		{`a - b/c`, `<mi>a</mi><mo>−</mo><mi>b</mi><mo lspace="0" rspace="0" stretchy="false">/</mo><mi>c</mi>`},
		{`x < y`, `<mi>x</mi><mo>&lt;</mo><mi>y</mi>`},
	} {
		text, err := Set(test.tex, false)
		if err != nil {
			t.Errorf("%s: %v", test.tex, err)
			continue
		}
		_, row, _ := strings.Cut(text, "<semantics><mrow>")
		row, _, _ = strings.Cut(row, "</mrow><annotation")
		row = strings.TrimSuffix(strings.TrimPrefix(row, "<mrow>"), "</mrow>")
		if want := strings.TrimSuffix(strings.TrimPrefix(test.want, "<mrow>"), "</mrow>"); row != want {
			t.Errorf("%s:\n%s", test.tex, cmp.Diff(want, row))
		}
	}
	block, err := Set(`e'_1`, true)
	if err != nil || !strings.HasPrefix(block, `<math display="block">`) || !strings.Contains(block, `<annotation encoding="application/x-tex">e&#39;_1</annotation>`) {
		t.Errorf("a block keeps its TeX: %q, %v", block, err)
	}
}

func TestSetRefuses(t *testing.T) {
	for tex, want := range map[string]string{
		` `:                 "an empty formula",
		`\foo x`:            `"foo" is unknown`,
		`\frac1`:            `\frac lacks an argument`,
		`x_`:                `_ lacks an argument`,
		`{a`:                "a { without its }",
		`a}`:                "a } without its {",
		`\operatorname x`:   `\operatorname lacks its { }`,
		`\text{as`:          "a { without its }",
		`\frac{\foo}{2}`:    `"foo" is unknown`,
		`\sum_{e\neq \bar}`: `\bar lacks an argument`,
	} {
		if text, err := Set(tex, true); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %q, %v; want an error of one line with %q", tex, text, err, want)
		}
	}
}
