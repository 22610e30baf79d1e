// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package site

import (
	"errors"
	"html/template"
	"regexp"
	"slices"
	"strings"

	"coherentgradients/notebooks/internal/mathml"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// sanitised is the one way by which text becomes HTML of a page: whoever wrote it, it comes out with nothing in it that
// could run, load, navigate by itself or reach into the page's frame. All else of a page is escaped by html/template.
//
// It is balanced first, so that what it leaves open or closes once too often ends with it; and sanitised last, so that
// nothing is made of the result but what a browser reads.
func sanitised(text string) (template.HTML, error) {
	nodes, err := html.ParseFragment(strings.NewReader(withoutControls(text)), body())
	if err != nil {
		return "", err
	}
	var balanced strings.Builder
	for _, n := range nodes {
		if err := html.Render(&balanced, n); err != nil {
			return "", err
		}
	}
	return template.HTML(pagePolicy.Sanitize(balanced.String())), nil
}

// body is the element within which a piece of a page is parsed.
func body() *html.Node { return &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div} }

// withoutControls drops the characters that parsers disagree about: NUL and other controls, non-characters, and what is
// not UTF-8.
func withoutControls(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < ' ' || 0x7f <= r && r < 0xa0 || r&0xfffe == 0xfffe || 0xfdd0 <= r && r <= 0xfdef:
			return -1
		}
		return r
	}, strings.ToValidUTF8(newlines.Replace(text), "\ufffd"))
}

var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// Attributes are checked by pattern, as a whole.
var (
	pictureSource = regexp.MustCompile(`^(?:` + pictures + `/[\w.~%-]+|data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*)$`)
	linkTarget    = regexp.MustCompile(`^(?:(?i:https?://|mailto:)|#|[^:\\/][^:\\]*$)`) // of another scheme: nothing
	ownClass      = regexp.MustCompile(`^(?:cell prose|cell code|prose|shown|formula|frames|control|plate|setup|listing|printed|printed error|[cfkmnst])$`)
	number        = regexp.MustCompile(`^-?[0-9]{1,9}(?:\.[0-9]{1,9})?$`)
	identifier    = regexp.MustCompile(`^[\p{L}\p{N}-]+$`)
)

// proseElements mark up text and do nothing.
var proseElements = []string{
	"p", "div", "span", "br", "hr", "b", "strong", "i", "em", "u", "s", "del", "small", "sub", "sup", "code",
	"pre", "kbd", "samp", "var", "mark", "abbr", "blockquote", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li",
	"dl", "dt", "dd", "details", "summary", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td",
	"figure", "figcaption",
}

// foreignPolicy lets through HTML that says something and does nothing: no script, style, form, frame or link, and
// pictures only as data. Neither does it let through an id or a class: they would look like the page's own.
var foreignPolicy = func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements(proseElements...)
	p.AllowNoAttrs().OnElements("span")
	p.AllowAttrs("colspan", "rowspan").Matching(bluemonday.Integer).OnElements("td", "th")
	p.AllowAttrs("title").Globally()
	p.RequireParseableURLs(true)
	p.AllowDataURIImages()
	p.AllowAttrs("src").Matching(regexp.MustCompile(`^data:image/(png|jpeg|gif|webp);base64,`)).OnElements("img")
	p.AllowAttrs("alt").OnElements("img")
	p.AllowAttrs("width", "height").Matching(bluemonday.Integer).OnElements("img")
	return p
}()

// pagePolicy lets through what foreignPolicy does, and what the package itself writes: links, the pages' own pictures,
// highlighted code, sliders over pictures, formulas.
var pagePolicy = func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements(proseElements...)
	p.AllowElements("h1", "label", "output")
	p.AllowNoAttrs().OnElements("span", "label", "output")
	p.AllowAttrs("colspan", "rowspan").Matching(bluemonday.Integer).OnElements("td", "th")
	p.AllowAttrs("align").Matching(regexp.MustCompile(`^(?:left|center|right)$`)).OnElements("td", "th")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("title").Globally()
	p.AllowAttrs("class").Matching(ownClass).OnElements("div", "span", "pre", "details", "figure", "a")
	p.AllowAttrs(liveData).Matching(regexp.MustCompile(`(?s)^\{.*\}$`)).OnElements("figure") // what the pages' script reads: see live
	p.AllowAttrs("id").Matching(identifier).OnElements("h1", "h2", "h3", "h4", "h5", "h6")
	p.AllowAttrs("tabindex").Matching(regexp.MustCompile(`^-?[01]$`)).OnElements("pre", "a")
	p.AllowAttrs("hidden").OnElements("div", "img")

	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(true)
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowDataURIImages()
	p.AllowAttrs("href").Matching(linkTarget).OnElements("a")
	p.AllowAttrs("src").Matching(pictureSource).OnElements("img")
	p.AllowAttrs("alt", "data-label").OnElements("img")
	p.AllowAttrs("loading").Matching(regexp.MustCompile(`^lazy$`)).OnElements("img")
	p.AllowAttrs("width", "height").Matching(bluemonday.Integer).OnElements("img")

	p.AllowAttrs("type").Matching(regexp.MustCompile(`^(?:range|checkbox)$`)).OnElements("input") // sliders; lists of things to do
	p.AllowAttrs("min", "max", "step", "value").Matching(number).OnElements("input")
	p.AllowAttrs("checked", "disabled", "aria-valuetext").OnElements("input")

	p.AllowElements(mathml.Elements...)
	p.AllowNoAttrs().OnElements(mathml.Elements...)
	for _, attribute := range mathml.Attributes {
		p.AllowAttrs(attribute.Name).Matching(attribute.Value).OnElements(mathml.Elements...)
	}
	return p
}()

// foreign is HTML that the text of a notebook holds, without what could run or load, and without links.
func foreign(text string) string { return foreignPolicy.Sanitize(withoutControls(text)) }

// staticHTML is an output's HTML as a page without scripts shows it: without what is hidden, as a slider's other frames
// are, and without what could run or load. It is "" if nothing is left to see. alt is for pictures that have no
// alternative text of their own.
func staticHTML(text, alt string) (template.HTML, error) {
	nodes, err := html.ParseFragment(strings.NewReader(withoutControls(text)), body())
	if err != nil {
		return "", err
	}
	var raw strings.Builder
	for _, n := range nodes {
		if hidden(n) {
			continue
		}
		if err := visible(n, alt); err != nil {
			return "", err
		}
		if err := html.Render(&raw, n); err != nil {
			return "", err
		}
	}
	safe := strings.TrimSpace(foreign(raw.String()))
	if !strings.Contains(safe, "<img") && strings.TrimSpace(html.UnescapeString(bluemonday.StrictPolicy().Sanitize(safe))) == "" {
		return "", nil
	}
	return sanitised(safe)
}

// visible drops what is hidden below an element, and gives pictures their alternative text.
func visible(n *html.Node, alt string) error {
	if n.Data == "img" && strings.TrimSpace(attribute(n, "alt")) == "" {
		if alt == "" {
			return errors.New("a picture in HTML has no alternative text: give it alt=\"what it shows\"")
		}
		n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "alt" })
		n.Attr = append(n.Attr, html.Attribute{Key: "alt", Val: alt})
	}
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		if hidden(c) {
			n.RemoveChild(c)
		} else if err := visible(c, alt); err != nil {
			return err
		}
		c = next
	}
	return nil
}

var displayNone = regexp.MustCompile(`(?i)(^|;)\s*(display\s*:\s*none|visibility\s*:\s*hidden)`)

func hidden(n *html.Node) bool {
	return n.Type == html.ElementNode && (displayNone.MatchString(attribute(n, "style")) ||
		slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "hidden" }))
}

// textOf is the text below an element.
func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
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
