// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package mathml

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// arity is how many arguments a command of TeX takes that may be written without braces.
var arity = map[string]int{
	`\frac`: 2, `\tfrac`: 2, `\dfrac`: 2, `\cfrac`: 2, `\binom`: 2, `\tbinom`: 2, `\dbinom`: 2,
	`\overset`: 2, `\underset`: 2, `\stackrel`: 2, `\sqrt`: 1,
	`\hat`: 1, `\bar`: 1, `\vec`: 1, `\tilde`: 1, `\dot`: 1, `\ddot`: 1, `\widehat`: 1, `\widetilde`: 1,
	`\overline`: 1, `\underline`: 1, `\mathbb`: 1, `\mathcal`: 1, `\mathbf`: 1, `\mathrm`: 1, `\mathit`: 1, `\mathsf`: 1, `\boldsymbol`: 1,
}

// verbal are the commands whose argument is text and no formula.
var verbal = map[string]bool{`\text`: true, `\textrm`: true, `\textnormal`: true, `\mbox`: true}

// styled are the commands whose first argument says how the second is shown, and becomes an attribute; styledBy is what
// such an argument may hold.
var styled = map[string]bool{
	`\color`: true, `\textcolor`: true, `\class`: true, `\raisebox`: true, `\multirow`: true, `\multicolumn`: true,
}

var styledBy = regexp.MustCompile(`^[A-Za-z0-9 #.+-]{0,40}$`)

// refused are commands that do more than set a formula.
var refused = map[string]bool{`\newcommand`: true, `\renewcommand`: true, `\def`: true, `\mathop`: true}

// Texts stand in a formula as one character each, counted from firstWord, of those that Unicode leaves to private use.
const firstWord, lastWord = '\ue000', '\uf8ff'

// explicit is a formula with what TeX leaves to be understood written out, as treeblood reads some of it otherwise:
//
//   - an argument without braces is one character or command: \tfrac12 is \tfrac{1}{2}, x^12 is x^{1}2;
//   - a prime is a superscript: e'^2 is e^{\prime 2};
//   - \operatorname{clip}, which it doesn't know, is \mathrm{clip}.
//
// What stands in \text is no formula and not treeblood's business, which would make HTML of "p<q": it is returned as
// words, and one character stands for it.
func explicit(tex string) (plain string, words []string, err error) {
	if i := strings.IndexFunc(tex, func(r rune) bool { return firstWord <= r && r <= lastWord }); i >= 0 {
		r, _ := utf8.DecodeRuneInString(tex[i:])
		return "", nil, fmt.Errorf("the formula $%s$ can't be set: %U is for private use and means nothing here", tex, r)
	}
	var w writer
	text, rest, err := w.group(tokensOf(tex), false)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("a } without its {")
	}
	if err != nil {
		return "", nil, fmt.Errorf("the formula $%s$ can't be set: %w", tex, err)
	}
	return strings.TrimSpace(text), w.words, nil
}

// writer writes a formula out.
type writer struct{ words []string }

// tokensOf splits a formula into commands, characters and spaces.
func tokensOf(tex string) (tokens []string) {
	for len(tex) > 0 {
		_, n := utf8.DecodeRuneInString(tex)
		if tex[0] == '\\' && len(tex) > 1 {
			word := strings.TrimLeftFunc(tex[1:], asciiLetter)
			if n = len(tex) - len(word); n == 1 { // not a word: a backslash and one character
				_, size := utf8.DecodeRuneInString(tex[1:])
				n = 1 + size
			}
		}
		tokens = append(tokens, tex[:n])
		tex = tex[n:]
	}
	return tokens
}

func asciiLetter(r rune) bool { return r < utf8.RuneSelf && unicode.IsLetter(r) }

// group writes tokens out up to the end, or to the brace that closes the group, and returns what follows.
func (w *writer) group(tokens []string, inBraces bool) (text string, rest []string, err error) {
	var b strings.Builder
	for len(tokens) > 0 {
		token := tokens[0]
		var part string
		switch {
		case token == "}":
			if !inBraces {
				return "", tokens, nil
			}
			return b.String(), tokens[1:], nil
		case token == "{":
			if part, tokens, err = w.group(tokens[1:], true); err == nil {
				part = "{" + part + "}"
			}
		case token == "^" || token == "_":
			part, tokens, err = w.arguments(token, 1, tokens[1:])
		case token == "'":
			part, tokens, err = w.primes(tokens)
		case verbal[token]:
			part, tokens, err = w.text(token, tokens[1:])
		case refused[token]:
			err = fmt.Errorf("%s is not for pages: write the formula without it", token)
		case token == `\operatorname` || token == `\begin` || token == `\end`:
			part, tokens, err = verbatim(token, tokens[1:])
		case styled[token]:
			if part, tokens, err = verbatim(token, tokens[1:]); err == nil {
				if by := part[len(token)+1 : len(part)-1]; !styledBy.MatchString(by) {
					err = fmt.Errorf("%s by %q: use letters, digits and # . + - only", token, by)
				}
			}
		case arity[token] > 0:
			part, tokens, err = w.arguments(token, arity[token], tokens[1:])
		default:
			part, tokens = token, tokens[1:]
		}
		if err != nil {
			return "", nil, err
		}
		b.WriteString(part)
		if strings.HasPrefix(token, `\`) && part == token && len(tokens) > 0 && asciiLetter(rune(tokens[0][0])) {
			b.WriteByte(' ')
		}
	}
	if inBraces {
		return "", nil, fmt.Errorf("a { without its }")
	}
	return b.String(), nil, nil
}

// arguments writes a command's arguments in braces; one in brackets, as \sqrt[3] has, stays as it is.
func (w *writer) arguments(command string, n int, tokens []string) (text string, rest []string, err error) {
	text = command
	for range n {
		for len(tokens) > 0 && strings.TrimSpace(tokens[0]) == "" {
			tokens = tokens[1:]
		}
		if command == `\sqrt` && len(tokens) > 0 && tokens[0] == "[" {
			for len(tokens) > 0 {
				token := tokens[0]
				text, tokens = text+token, tokens[1:]
				if token == "]" {
					break
				}
			}
		}
		if len(tokens) == 0 || tokens[0] == "}" {
			return "", nil, fmt.Errorf("%s lacks an argument", command)
		}
		var part string
		if tokens[0] == "{" {
			if part, tokens, err = w.group(tokens[1:], true); err != nil {
				return "", nil, err
			}
		} else {
			part, tokens = tokens[0], tokens[1:]
		}
		text += "{" + part + "}"
	}
	return text, tokens, nil
}

// primes writes primes, and a superscript that follows them, as one superscript.
func (w *writer) primes(tokens []string) (text string, rest []string, err error) {
	up := ""
	for len(tokens) > 0 && tokens[0] == "'" {
		up, tokens = up+`\prime `, tokens[1:]
	}
	if len(tokens) > 0 && tokens[0] == "^" {
		var more string
		if more, tokens, err = w.arguments("", 1, tokens[1:]); err != nil {
			return "", nil, err
		}
		up += more
	}
	return "^{" + strings.TrimSpace(up) + "}", tokens, nil
}

// verbatim copies a command and its argument, which is text and no formula.
func verbatim(command string, tokens []string) (text string, rest []string, err error) {
	if len(tokens) == 0 || tokens[0] != "{" {
		return "", nil, fmt.Errorf("%s lacks its { }", command)
	}
	if command == `\operatorname` {
		command = `\mathrm`
	}
	text = command
	for i, token := range tokens {
		text += token
		if token == "}" {
			return text, tokens[i+1:], nil
		}
	}
	return "", nil, fmt.Errorf("a { without its }")
}

// text keeps a command's argument, in which braces are only there to group, as the next words.
func (w *writer) text(command string, tokens []string) (text string, rest []string, err error) {
	if len(tokens) == 0 || tokens[0] != "{" {
		return "", nil, fmt.Errorf("%s lacks its { }", command)
	}
	var b strings.Builder
	depth := 0
	for i, token := range tokens {
		switch {
		case token == "{":
			depth++
		case token == "}":
			if depth--; depth == 0 {
				w.words = append(w.words, b.String())
				if len(w.words) > lastWord-firstWord {
					return "", nil, fmt.Errorf("more texts than a formula can hold")
				}
				return `\text{` + string(rune(firstWord+len(w.words)-1)) + "}", tokens[i+1:], nil
			}
		case token == "~":
			b.WriteByte(' ')
		case token == `\textbackslash`:
			b.WriteByte('\\')
		case len(token) > 1 && token[0] == '\\' && asciiLetter(rune(token[1])):
			return "", nil, fmt.Errorf("%s inside %s: write it outside", token, command)
		default: // \% is %
			b.WriteString(strings.TrimPrefix(token, `\`))
		}
	}
	return "", nil, fmt.Errorf("a { without its }")
}
