// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package mathml sets formulas written in TeX as MathML, which browsers show by themselves: on the pages of the site, and
// on those of executed notebooks.
package mathml

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/wyatt915/treeblood"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Set is a TeX formula, given without its dollars, as a MathML element: a block of its own, or in a line of text. A
// command that treeblood doesn't know is an error, and so is a brace too many or too few.
func Set(tex string, block bool) (string, error) {
	tex = strings.TrimSpace(tex)
	if tex == "" {
		return "", fmt.Errorf("an empty formula: write a dollar sign as \\$")
	}
	plain, words, err := explicit(tex)
	if err != nil {
		return "", err
	}
	render := treeblood.InlineStyle
	if block {
		render = treeblood.DisplayStyle
	}
	text, err := render(plain, nil)
	if err != nil {
		return "", fmt.Errorf("the formula $%s$ can't be set: %s", tex, strings.Join(strings.Fields(err.Error()), " "))
	}
	// What treeblood writes has its attributes in the order of a Go map, and marks what it doesn't know in the middle
	// of the formula; it escapes next to nothing. Parsed and written again it is the same bytes each time, and can be
	// judged.
	nodes, err := html.ParseFragment(strings.NewReader(text), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, n := range nodes {
		if n.Type != html.ElementNode {
			continue
		}
		if bad := (formula{tex, words}).tidy(n); bad != "" {
			return "", fmt.Errorf("the formula $%s$ can't be set: %q is unknown or lacks an argument; use a plainer command", tex, bad)
		}
		if err := html.Render(&b, n); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

// formula is one in the making: its TeX, and what stands in its \text commands.
type formula struct {
	tex   string
	words []string
}

// tidy makes of treeblood's element, with all below it, what a browser sets as TeX would, with attributes in order. It
// returns the text of what could not be set, or "".
func (f formula) tidy(n *html.Node) (bad string) {
	if n.Namespace != "math" || !slices.Contains(Elements, n.Data) { // merror too
		return cmp.Or(strings.TrimSpace(textOf(n)), n.Data)
	}
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Namespace != "" || !mathAttribute(a) })
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		switch {
		case c.Type == html.ElementNode:
			if bad := f.tidy(c); bad != "" {
				return bad
			}
		case c.Type != html.TextNode, strings.Trim(c.Data, " \n\t") == "" && !leaf(n.Data):
			n.RemoveChild(c)
		}
		c = next
	}
	switch n.Data {
	case "mo":
		tidyDelimiter(n)
		tidySign(n)
	case "mpadded":
		joinWord(n)
	case "mtext":
		setText(n, f.spoken(textOf(n)))
	case "annotation": // for who copies the formula: as it was written
		setText(n, f.tex)
	}
	slices.SortFunc(n.Attr, func(a, b html.Attribute) int { return strings.Compare(a.Key, b.Key) })
	return ""
}

// spoken is the text of an mtext: the words that explicit kept for it, with spaces that a browser doesn't swallow.
func (f formula) spoken(text string) string {
	var b strings.Builder
	for _, r := range text {
		if at := int(r - firstWord); at >= 0 && at < len(f.words) {
			b.WriteString(strings.ReplaceAll(f.words[at], " ", "\u00a0"))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Elements are the elements of a formula: of MathML those that show something, and none that holds HTML, a link, a
// picture or a choice.
var Elements = []string{
	"math", "semantics", "annotation", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "mfrac", "msqrt",
	"mroot", "mstyle", "mpadded", "mphantom", "menclose", "msub", "msup", "msubsup", "munder", "mover",
	"munderover", "mmultiscripts", "mprescripts", "none", "mtable", "mtr", "mtd",
}

// Attribute is an attribute of a formula's elements, and what it may be.
type Attribute struct {
	Name  string
	Value *regexp.Regexp
}

var (
	length = regexp.MustCompile(`^[+-]?[0-9]{0,4}\.?[0-9]{0,9}(?:em|ex|px|pt|cm|mm|in|mu|%)?$`)
	word   = regexp.MustCompile(`^[A-Za-z0-9 #.-]{1,60}$`)
)

// Attributes are all of them.
var Attributes = func() (list []Attribute) {
	for value, names := range map[*regexp.Regexp][]string{
		regexp.MustCompile(`^(?:true|false)$`): {"displaystyle", "accent", "accentunder", "fence", "largeop",
			"movablelimits", "separator", "stretchy", "symmetric"},
		regexp.MustCompile(`^(?:block|inline)$`):         {"display"},
		regexp.MustCompile(`^(?:prefix|infix|postfix)$`): {"form"},
		regexp.MustCompile(`^application/x-tex$`):        {"encoding"},
		length: {"lspace", "rspace", "minsize", "maxsize", "mathsize", "width", "height", "depth", "voffset",
			"linethickness", "rowspacing", "scriptlevel"},
		word: {"mathvariant", "mathcolor", "notation", "columnalign", "rowalign", "columnspacing", "columnlines",
			"rowlines",
			"frame", "columnspan", "rowspan", "linebreak"},
	} {
		for _, name := range names {
			list = append(list, Attribute{name, value})
		}
	}
	return list
}()

func mathAttribute(a html.Attribute) bool {
	for _, known := range Attributes {
		if known.Name == a.Key {
			return known.Value.MatchString(a.Val)
		}
	}
	return false
}

// delimiters are the operators that a browser stretches to the height of what stands beside them, and TeX only between
// \left and \right, which treeblood marks as a fence.
const delimiters = "()[]{}|‖⟨⟩⌈⌉⌊⌋"

// tidyDelimiter keeps a delimiter at its size, which is larger after \big and the like.
func tidyDelimiter(n *html.Node) {
	if textOf(n) == "/" { // an ordinary character in TeX
		n.Attr = []html.Attribute{{Key: "lspace", Val: "0"}, {Key: "rspace", Val: "0"}, {Key: "stretchy", Val: "false"}}
		return
	}
	if !strings.Contains(delimiters, textOf(n)) || attribute(n, "fence") == "true" {
		return
	}
	// treeblood gives \big … \Bigg as a script level of -1 … -4.
	size := map[string]string{"-1": "1.2em", "-2": "1.8em", "-3": "2.4em", "-4": "3em"}[attribute(n, "scriptlevel")]
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "scriptlevel" || a.Key == "stretchy" })
	if size == "" {
		n.Attr = append(n.Attr, html.Attribute{Key: "stretchy", Val: "false"})
		return
	}
	n.Attr = append(n.Attr, html.Attribute{Key: "stretchy", Val: "true"}, html.Attribute{Key: "symmetric", Val: "true"},
		html.Attribute{Key: "minsize", Val: size}, html.Attribute{Key: "maxsize", Val: size})
	if n.Parent != nil && n.Parent.Data != "mrow" { // Chromium stretches what stands in a row, not what carries an exponent
		row := &html.Node{Type: html.ElementNode, Data: "mrow"}
		n.Parent.InsertBefore(row, n)
		n.Parent.RemoveChild(n)
		row.AppendChild(n)
	}
}

// tidySign sets a sign that begins a term close to it, as in ≈ −η; a browser sees to that at the start of a row only.
func tidySign(n *html.Node) {
	before := n.PrevSibling
	if before == nil || before.Data != "mo" || !strings.Contains("−+±", textOf(n)) || attribute(n, "form") != "" {
		return
	}
	if strings.Contains("=≠≈≡≤≥<>∈←→↦⇒,;([{⟨", textOf(before)) {
		n.Attr = append(n.Attr, html.Attribute{Key: "form", Val: "prefix"})
	}
}

// joinWord makes one identifier of the upright letters that \mathrm{clip} becomes.
func joinWord(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Data != "mi" || attribute(c, "mathvariant") != "normal" {
			return
		}
	}
	word := textOf(n)
	if len(word) < 2 {
		return
	}
	n.Data, n.DataAtom, n.Attr = "mi", 0, nil
	setText(n, word)
}

// setText gives an element a text for all its content.
func setText(n *html.Node, text string) {
	for n.FirstChild != nil {
		n.RemoveChild(n.FirstChild)
	}
	n.AppendChild(&html.Node{Type: html.TextNode, Data: text})
}

// attribute is the value of an element's attribute, or "".
func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// leaf tells whether an element of MathML holds text.
func leaf(tag string) bool {
	switch tag {
	case "mi", "mn", "mo", "ms", "mtext", "mspace", "annotation":
		return true
	}
	return false
}

// textOf is the text below an element.
func textOf(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(textOf(c))
	}
	return b.String()
}
