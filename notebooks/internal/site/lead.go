// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package site

import (
	"cmp"
	"html/template"
	"regexp"
	"strings"
	"unicode/utf8"
)

// leadLength is how long a notebook's description on the index may be, in characters.
const leadLength = 260

// label begins a paragraph and says what it is.
var label = regexp.MustCompile(`^\*\*([^*]+)\.\*\*\s+`)

// lead describes a notebook in a few sentences of its first cell: the beginning of its claim, or of its first paragraph
// that doesn't tell the place in the paper.
func (b *builder) lead(p *page, source string) (template.HTML, error) {
	first, claim := "", ""
	for paragraph := range strings.SplitSeq(source, "\n\n") {
		paragraph, said := strings.TrimSpace(paragraph), ""
		if found := label.FindStringSubmatch(paragraph); found != nil {
			paragraph, said = paragraph[len(found[0]):], found[1]
		}
		switch {
		case strings.HasPrefix(paragraph, "#"):
		case said == "The claim":
			claim = cmp.Or(claim, paragraph)
		case said != "Where in the paper":
			first = cmp.Or(first, paragraph)
		}
	}
	// Not a page's own text: what it links to or names is not counted as the page's.
	aside := &page{Name: p.Name, Source: p.Source, titled: true, ids: map[string]bool{}}
	return b.markdown(aside, sentences(cmp.Or(claim, first), leadLength))
}

// sentenceEnd is where a sentence may end: a full stop that follows two letters, which that of an initial doesn't.
var sentenceEnd = regexp.MustCompile(`[\p{L}\p{N})][\p{L}\p{N})*_][.:](\s|$)`)

// sentences is as many whole sentences of a text as fit, at least one.
func sentences(text string, length int) string {
	text = strings.Join(strings.Fields(text), " ")
	end := len(text)
	for i, at := range sentenceEnd.FindAllStringIndex(text, -1) {
		stop := at[1]
		if i > 0 && utf8.RuneCountInString(text[:stop]) > length {
			break
		}
		end = stop
	}
	text = strings.TrimSpace(text[:end])
	if cut, ok := strings.CutSuffix(text, ":"); ok { // what it announces is left out
		text = cut + "."
	}
	return text
}
