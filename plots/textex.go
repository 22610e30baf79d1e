// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// texEscape makes plain text safe in LaTeX, with any engine and the packages of the kernel alone: a character that is
// not ASCII becomes the command for it. The error names a character that there is none for.
func texEscape(text string) (string, error) {
	var b strings.Builder
	runes := []rune(text)
	for i := 0; i < len(runes); {
		end := i + 1
		for end < len(runes) && unicode.Is(unicode.M, runes[end]) {
			end++
		}
		set, bad := texCluster(runes[i], runes[i+1:end])
		if bad != 0 {
			return "", &GlyphError{text, bad, "for which LaTeX has no command"}
		}
		b.WriteString(set)
		if len(set) == 1 && strings.Contains("-'`?!", set) && end < len(runes) && strings.ContainsRune("-'`", runes[end]) {
			b.WriteString("{}") // "--" is not a dash
		}
		i = end
	}
	return b.String(), nil
}

// texCluster is a character with the marks above and below it; bad is the one that there is no command for.
func texCluster(r rune, marks []rune) (set string, bad rune) {
	set, math := "", false
	switch command, known := texSymbols[r]; {
	case strings.ContainsRune(texPlain, r):
		set = string(r)
	case known && strings.HasPrefix(command, "$"):
		set, math = strings.Trim(command, "$"), true
	case known:
		set = command
	case r > unicode.MaxASCII:
		decomposed := []rune(norm.NFD.String(string(r)))
		if len(decomposed) < 2 {
			return "", r
		}
		return texCluster(decomposed[0], append(decomposed[1:len(decomposed):len(decomposed)], marks...))
	default:
		return "", r
	}
	for _, mark := range marks {
		accents, known := texAccents[mark]
		switch {
		case known && math && accents[1] != "":
			set = accents[1] + "{" + set + "}"
		case known && !math && accents[0] != "":
			if above := mark < 0x323; above && (set == "i" || set == "j") { // without its dot
				set = `\` + set
			}
			set = accents[0] + "{" + set + "}"
		case known && !math: // an accent of formulas only, over upright letters
			set, math = accents[1]+`{\mbox{`+set+`}}`, true
		default:
			return "", mark
		}
	}
	if math {
		set = "$" + set + "$"
	}
	return set, 0
}

// texPlain is what stands for itself.
const texPlain = ` !"'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]abcdefghijklmnopqrstuvwxyz` + "`"

// texAccents are the commands of combining marks, in text and in formulas.
var texAccents = map[rune][2]string{
	0x300: {"\\`", `\grave`}, 0x301: {`\'`, `\acute`}, 0x302: {`\^`, `\hat`}, 0x303: {`\~`, `\tilde`}, 0x304: {`\=`, `\bar`},
	0x305: {"", `\overline`}, 0x306: {`\u`, `\breve`}, 0x307: {`\.`, `\dot`}, 0x308: {`\"`, `\ddot`}, 0x30a: {`\r`, `\mathring`},
	0x30b: {`\H`, ""}, 0x30c: {`\v`, `\check`}, 0x20d7: {"", `\vec`}, 0x323: {`\d`, ""}, 0x327: {`\c`, ""}, 0x331: {`\b`, `\underline`},
	0x332: {"", `\underline`},
}

// texSymbols are commands of characters; one that begins with a dollar is a formula.
var texSymbols = func() map[rune]string {
	symbols := map[rune]string{
		'\\': `\textbackslash{}`, '{': `\{`, '}': `\}`, '%': `\%`, '#': `\#`, '&': `\&`, '_': `\_`, '$': `\$`,
		'~': `\textasciitilde{}`, '^': `\textasciicircum{}`, '<': `\textless{}`, '>': `\textgreater{}`, '|': `\textbar{}`,
		'\u00a0': `~`, '\u2002': `\enspace{}`, '\u2003': `\quad{}`, '\u2009': `\,`, '\u202f': `\,`, '\u200a': `\,`, '\u2007': `~`,
		'–': `--`, '—': `---`, '‐': `-`, '‑': `\mbox{-}`, '‘': "`", '’': `'`, '“': "``", '”': `''`, '…': `\ldots{}`, '•': `\textbullet{}`,
		'†': `\dag{}`, '‡': `\ddag{}`, '§': `\S{}`, '¶': `\P{}`, '©': `\copyright{}`, '®': `\textregistered{}`, '™': `\texttrademark{}`,
		'£': `\pounds{}`, '¿': "?`", '¡': "!`", 'ª': `\textordfeminine{}`, 'º': `\textordmasculine{}`,
		'ß': `\ss{}`, 'æ': `\ae{}`, 'Æ': `\AE{}`, 'œ': `\oe{}`, 'Œ': `\OE{}`, 'ø': `\o{}`, 'Ø': `\O{}`, 'ł': `\l{}`, 'Ł': `\L{}`,
		'å': `\aa{}`, 'Å': `\AA{}`, 'ı': `\i{}`, 'ȷ': `\j{}`, 'ﬁ': `fi`, 'ﬂ': `fl`,
		'′': `$'$`, '″': `$''$`, '°': `$^\circ$`, 'µ': `$\mu$`, 'ℓ': `$\ell$`, '√': `$\surd$`, '½': `$\frac12$`, '¼': `$\frac14$`, '¾': `$\frac34$`,
		'ε': `$\varepsilon$`, 'ϵ': `$\epsilon$`, 'φ': `$\varphi$`, 'ϕ': `$\phi$`, 'ς': `$\varsigma$`, 'ϑ': `$\vartheta$`, 'ϖ': `$\varpi$`,
		'ϱ': `$\varrho$`, 'ο': `$o$`, 'ħ': `$\hbar$`, 'ℝ': `$\mathbf{R}$`, 'ℕ': `$\mathbf{N}$`, 'ℤ': `$\mathbf{Z}$`,
	}
	formula := func(characters, commands string) {
		for i, command := range strings.Fields(commands) {
			symbols[[]rune(characters)[i]] = "$" + command + "$"
		}
	}
	formula("αβγδζηθικλμνξπρστυχψω", `\alpha \beta \gamma \delta \zeta \eta \theta \iota \kappa \lambda \mu \nu \xi \pi
		\rho \sigma \tau \upsilon \chi \psi \omega`)
	formula("ΓΔΘΛΞΠΣΥΦΨΩ∆Ω", `\Gamma \Delta \Theta \Lambda \Xi \Pi \Sigma \Upsilon \Phi \Psi \Omega \Delta \Omega`)
	for i, r := range []rune("ΑΒΕΖΗΙΚΜΝΟΡΤΧ") { // like Latin ones
		symbols[r] = string("ABEZHIKMNOPTX"[i])
	}
	for i, r := range []rune("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵀ") {
		symbols[r] = "$^{" + string([]rune("0123456789+-=()niT")[i]) + "}$"
	}
	for i, r := range []rune("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙᵢⱼₖₘₓ") {
		symbols[r] = "$_{" + string([]rune("0123456789+-=()nijkmx")[i]) + "}$"
	}
	formula("−×÷±∓·∗∘∙⋅⊕⊗⊙∞∂∇∑∏∫¬∧∨∩∪∅∀∃", `- \times \div \pm \mp \cdot * \circ \bullet \cdot \oplus \otimes \odot \infty \partial \nabla
		\sum \prod \int \neg \wedge \vee \cap \cup \emptyset \forall \exists`)
	formula("≤≥≠≈≡≪≫∼≃≅∝∈∉∋⊂⊃⊆⊇⊥∥‖∣⟨⟩⌈⌉⌊⌋", `\le \ge \ne \approx \equiv \ll \gg \sim \simeq \cong \propto \in \notin \ni \subset \supset
		\subseteq \supseteq \perp \parallel \Vert \mid \langle \rangle \lceil \rceil \lfloor \rfloor`)
	formula("←→↑↓↔⇐⇒⇑⇓⇔↦", `\leftarrow \rightarrow \uparrow \downarrow \leftrightarrow
		\Leftarrow \Rightarrow \Uparrow \Downarrow \Leftrightarrow \mapsto`)
	formula("⊤⊢△▽★♠♡♢♣", `\top \vdash \triangle \bigtriangledown \star \spadesuit \heartsuit \diamondsuit \clubsuit`)
	return symbols
}()
