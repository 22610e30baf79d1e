// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package site

import (
	"html"
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

// classes are the looks of tokens in style.css, by chroma's type or one above it.
var classes = map[chroma.TokenType]string{
	chroma.Keyword:             "k",
	chroma.KeywordConstant:     "n",
	chroma.KeywordType:         "t",
	chroma.NameFunction:        "f",
	chroma.NameBuiltin:         "t",
	chroma.NameClass:           "t",
	chroma.LiteralString:       "s",
	chroma.LiteralStringEscape: "n",
	chroma.LiteralNumber:       "n",
	chroma.Comment:             "c",
	chroma.CommentPreproc:      "k",
}

// highlight is text in a language that chroma knows, or as it stands, in a block of code.
func highlight(text, language string) string {
	return codeBlock(spans(strings.TrimRight(text, "\n"), language))
}

// highlightCell is a GoNB cell: Go, and lines for the kernel, which begin with % or !.
func highlightCell(source string) string {
	var b, golang strings.Builder
	flush := func() {
		b.WriteString(spans(golang.String(), "go"))
		golang.Reset()
	}
	for line := range strings.Lines(strings.TrimRight(source, "\n")) {
		if strings.HasPrefix(line, "%") || strings.HasPrefix(line, "!") {
			flush()
			b.WriteString(`<span class="m">` + html.EscapeString(strings.TrimRight(line, "\n")) + "</span>")
			if strings.HasSuffix(line, "\n") {
				b.WriteByte('\n')
			}
			continue
		}
		golang.WriteString(line)
	}
	flush()
	return codeBlock(b.String())
}

// codeBlock can be reached by the keyboard, to be scrolled.
func codeBlock(content string) string {
	return `<pre class="listing" tabindex="0"><code>` + content + "</code></pre>\n"
}

func spans(text, language string) string {
	lexer := lexers.Get(language)
	if language == "" || lexer == nil {
		return html.EscapeString(text)
	}
	tokens, err := chroma.Coalesce(lexer).Tokenise(&chroma.TokeniseOptions{State: "root", EnsureLF: false}, text)
	if err != nil {
		return html.EscapeString(text)
	}
	var b strings.Builder
	for token := tokens(); token != chroma.EOF; token = tokens() {
		escaped := html.EscapeString(token.Value)
		if class := classOf(token.Type); class != "" {
			escaped = `<span class="` + class + `">` + escaped + "</span>"
		}
		b.WriteString(escaped)
	}
	return b.String()
}

func classOf(t chroma.TokenType) string {
	for _, of := range []chroma.TokenType{t, t.SubCategory(), t.Category()} {
		if class, ok := classes[of]; ok {
			return class
		}
	}
	return ""
}
