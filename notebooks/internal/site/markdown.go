// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package site

import (
	"bytes"
	"html/template"
	"strings"

	"coherentgradients/notebooks/internal/mathml"

	"github.com/gohugoio/hugo-goldmark-extensions/passthrough"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// heading is a line of a page's contents.
type heading struct {
	ID   string
	Text string
}

// converter reads Markdown as JupyterLab and code-hosting sites do: GitHub's, with formulas between dollars.
var converter = goldmark.New(
	goldmark.WithExtensions(extension.Linkify, extension.Strikethrough, extension.TaskList,
		extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)), // pages have no style attributes
		passthrough.New(passthrough.Config{
			BlockDelimiters:  []passthrough.Delimiters{{Open: "$$", Close: "$$"}},
			InlineDelimiters: []passthrough.Delimiters{{Open: "$", Close: "$"}},
		})),
	goldmark.WithParserOptions(parser.WithAutoHeadingID()),
	goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(nodes{}, 1))),
)

// markdown is Markdown as HTML, on a page: it gives the page its title, its headings and its links.
func (b *builder) markdown(p *page, source string) (template.HTML, error) {
	src := []byte(source)
	doc := converter.Parser().Parse(text.NewReader(src), parser.WithContext(parser.NewContext(parser.WithIDs(pageIDs{p}))))
	var dropped []*ast.Link
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			b.heading(p, n, src)
		case *ast.Link:
			href, err := b.link(p, string(n.Destination))
			if err != nil {
				return ast.WalkStop, err
			}
			if href == "" {
				dropped = append(dropped, n)
			}
			n.Destination = []byte(href)
		case *ast.Image:
			name, err := b.image(p, string(n.Destination), plainText(n, src))
			if err != nil {
				return ast.WalkStop, err
			}
			n.Destination = []byte(name)
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return "", err
	}
	for _, link := range dropped { // its text stays
		parent := link.Parent()
		for link.FirstChild() != nil {
			parent.InsertBefore(parent, link, link.FirstChild())
		}
		parent.RemoveChild(parent, link)
	}
	var out bytes.Buffer
	if err := converter.Renderer().Render(&out, src, doc); err != nil {
		return "", err
	}
	return sanitised(out.String())
}

// heading takes note of a heading: the first of level 1 is the page's title.
func (b *builder) heading(p *page, n *ast.Heading, src []byte) {
	words := plainText(n, src)
	switch {
	case n.Level == 1 && !p.titled:
		p.named(words)
		p.titled = true
	case n.Level == 2:
		if id, ok := n.AttributeString("id"); ok {
			p.Headings = append(p.Headings, heading{ID: string(id.([]byte)), Text: words})
		}
	}
}

// plainText is the text of a node without its markup.
func plainText(n ast.Node, src []byte) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			b.Write(c.Segment.Value(src))
			if c.SoftLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(c.Value)
		case *passthrough.PassthroughInline:
			b.WriteString(strings.Trim(string(c.Segment.Value(src)), "$"))
		default:
			b.WriteString(plainText(c, src))
		}
	}
	return b.String()
}

// pageIDs gives headings ids that are unique on a page, over its cells.
type pageIDs struct{ p *page }

func (i pageIDs) Generate(value []byte, _ ast.NodeKind) []byte {
	id := slug(string(value))
	for n, base := 1, id; i.p.ids[id]; n++ {
		id = base + "-" + itoa(n)
	}
	i.p.ids[id] = true
	return []byte(id)
}

func (i pageIDs) Put(value []byte) { i.p.ids[string(value)] = true }

// nodes renders what the notebooks' Markdown has beyond the ordinary.
type nodes struct{}

// RegisterFuncs implements [renderer.NodeRenderer].
func (nodes) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(passthrough.KindPassthroughInline, leafOf(func(n ast.Node, src []byte) (string, error) {
		return mathml.Set(strings.Trim(string(n.(*passthrough.PassthroughInline).Segment.Value(src)), "$"), false)
	}))
	r.Register(passthrough.KindPassthroughBlock, leafOf(func(n ast.Node, src []byte) (string, error) {
		formula, err := mathml.Set(strings.Trim(strings.TrimSpace(string(n.Lines().Value(src))), "$"), true)
		return `<div class="formula">` + formula + "</div>\n", err
	}))
	r.Register(ast.KindRawHTML, leafOf(func(n ast.Node, src []byte) (string, error) {
		return foreign(string(n.(*ast.RawHTML).Segments.Value(src))), nil
	}))
	r.Register(ast.KindHTMLBlock, leafOf(func(n ast.Node, src []byte) (string, error) {
		block := n.(*ast.HTMLBlock)
		raw := string(block.Lines().Value(src))
		if block.HasClosure() {
			raw += string(block.ClosureLine.Value(src))
		}
		return foreign(raw), nil
	}))
	r.Register(ast.KindFencedCodeBlock, leafOf(func(n ast.Node, src []byte) (string, error) {
		return highlight(string(n.Lines().Value(src)), string(n.(*ast.FencedCodeBlock).Language(src))), nil
	}))
	r.Register(ast.KindCodeBlock, leafOf(func(n ast.Node, src []byte) (string, error) {
		return highlight(string(n.Lines().Value(src)), ""), nil
	}))
}

// leafOf renders a node as a whole, without its children.
func leafOf(f func(n ast.Node, src []byte) (string, error)) renderer.NodeRendererFunc {
	return func(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		text, err := f(n, src)
		if err != nil {
			return ast.WalkStop, err
		}
		_, err = w.WriteString(text)
		return ast.WalkSkipChildren, err
	}
}
