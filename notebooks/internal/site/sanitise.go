// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package site

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// policy lets through HTML that says something and does nothing: no script, style, form, frame or link, and pictures only
// as data.
var policy = func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "div", "span", "br", "hr", "b", "strong", "i", "em", "u", "s", "small", "sub", "sup", "code", "pre", "kbd", "samp",
		"var", "mark", "abbr", "blockquote", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "details", "summary",
		"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "figure", "figcaption")
	p.AllowAttrs("colspan", "rowspan").Matching(bluemonday.Integer).OnElements("td", "th")
	p.AllowAttrs("title").Globally()
	p.AllowDataURIImages()
	p.AllowAttrs("src").Matching(regexp.MustCompile(`^data:image/(png|jpeg|gif|webp);base64,`)).OnElements("img")
	p.AllowAttrs("alt").OnElements("img")
	p.AllowAttrs("width", "height").Matching(bluemonday.Integer).OnElements("img")
	return p
}()

// staticHTML is an output's HTML as a page without scripts shows it: without what is hidden, as a slider's other frames
// are, and without what could run or load. It is "" if nothing is left to see. alt is for pictures that have no
// alternative text of their own.
func staticHTML(text, alt string) (string, error) {
	nodes, err := html.ParseFragment(strings.NewReader(text), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
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
	safe := strings.TrimSpace(policy.Sanitize(raw.String()))
	if !strings.Contains(safe, "<img") && strings.TrimSpace(html.UnescapeString(bluemonday.StrictPolicy().Sanitize(safe))) == "" {
		return "", nil
	}
	return safe, nil
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
