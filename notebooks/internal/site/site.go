// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package site makes of the notebooks a small static set of pages: an index with a picture for each, and one page a
// notebook, as it was executed.
//
// The pages load nothing from elsewhere, formulas are MathML, every picture has an alternative text, and no link is
// dead: what can't be had so is an error that names the notebook and its cell. The same notebooks give the same bytes.
//
// Nothing that a notebook brings runs on a page. All text that becomes HTML goes through one sanitiser, at the place
// where it does (sanitise.go); formulas and drawings are rewritten from lists of what is allowed (math.go, svg.go);
// pictures are what they say they are (picture.go); and each page tells the browser to run nothing but its own script
// (head.go).
package site

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"coherentgradients/notebooks/internal/ipynb"
	"coherentgradients/notebooks/internal/place"
)

//go:embed assets
var assets embed.FS

// Site is a set of pages: what [Site.Write] writes, by path inside its folder, with slashes.
type Site struct{ Files map[string][]byte }

// page is one HTML page in the making.
type page struct {
	Name     string // its file, as "03_winsorized_sgd.html"
	Source   string // what it is made from, by its path in the checkout
	Number   string // "03", "" if the source's name begins with no number
	Title    string // the first heading
	Short    string // the title up to its colon
	Topic    string // the title without the place in the paper that it ends with
	Place    string // that place: "CG §3, Figure 4"
	Lead     template.HTML
	Picture  *figure // the first one
	Headings []heading
	Body     template.HTML
	Previous *page
	Next     *page

	titled bool            // by a heading
	ids    map[string]bool // of its elements
	links  []string        // its links to pages, with their fragments
}

// Extra is a page that is no notebook: it comes whole, and the index tells of it.
type Extra struct {
	Name  string // its file, as "playground.html"
	Title string
	About string // a sentence, plain text
	Page  []byte
}

// Build makes the pages of all notebooks in the checkout at root, in the order of their names. Extra pages are written as
// they are: the pages' policy does not hold for them, so they must come from the project itself.
func Build(ctx context.Context, root string, extra ...Extra) (*Site, error) {
	names, err := place.Names(place.Notebooks(root))
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no notebook is in %s: start the command inside the checkout", place.Notebooks(root))
	}
	b := &builder{root: root, files: map[string][]byte{}, appendixOf: map[string]*page{}}
	summary, err := b.summary() // first, so that notebooks' links to it find its page
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		nb, err := ipynb.Read(filepath.Join(place.Notebooks(root), name+".ipynb"))
		if err != nil {
			return nil, err
		}
		p := b.newPage(fileName(name)+".html", path.Join("notebooks", name+".ipynb"))
		if err := b.notebook(p, nb); err != nil {
			return nil, fmt.Errorf("%s: %w", p.Source, err)
		}
		b.notebooks = append(b.notebooks, p)
	}
	for i, p := range b.notebooks {
		if i > 0 {
			p.Previous, b.notebooks[i-1].Next = b.notebooks[i-1], p
		}
	}
	for _, p := range b.appendices {
		if err := b.appendix(p); err != nil {
			return nil, fmt.Errorf("%s: %w", p.Source, err)
		}
	}
	return b.finish(summary, extra)
}

// builder collects the pages and their files.
type builder struct {
	root       string
	files      map[string][]byte
	notebooks  []*page
	appendices []*page
	appendixOf map[string]*page // by source
}

func (b *builder) newPage(name, source string) *page {
	p := &page{Name: name, Source: source, ids: map[string]bool{"top": true}}
	base := path.Base(source)
	if number, _, ok := strings.Cut(base, "_"); ok && strings.Trim(number, "0123456789") == "" {
		p.Number = number
	}
	p.named(strings.TrimSuffix(base, path.Ext(base)))
	return p
}

// named gives a page its title.
func (p *page) named(title string) {
	p.Title, p.Topic, p.Place = title, title, ""
	if topic, place, ok := strings.Cut(title, " ("); ok && strings.HasSuffix(place, ")") {
		p.Topic, p.Place = topic, strings.TrimSuffix(place, ")")
	}
	p.Short, _, _ = strings.Cut(p.Topic, ":")
}

// appendix makes the page of a Markdown file that a notebook links to.
func (b *builder) appendix(p *page) error {
	text, err := b.read(p.Source)
	if err != nil {
		return err
	}
	body, err := b.markdown(p, string(text))
	if err != nil {
		return err
	}
	p.Body, err = sanitised(`<div class="cell prose">` + string(body) + `</div>`)
	return err
}

// summaryFile is the page that leads the site, where a checkout has it.
const summaryFile = "notebooks/summary.md"

// summary makes the page that leads the site; nil where there is none. Its lead is what stands before its second
// heading.
func (b *builder) summary() (*page, error) {
	text, err := b.read(summaryFile)
	if errors.Is(err, errAbsent) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	p := b.newPage("summary.html", summaryFile)
	b.appendices, b.appendixOf[summaryFile] = append(b.appendices, p), p
	lead, _, _ := strings.Cut(string(text), "\n## ")
	_, lead, _ = strings.Cut(lead, "\n") // the title
	aside := &page{Name: p.Name, Source: p.Source, titled: true, ids: map[string]bool{}}
	body, err := b.markdown(aside, lead)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Source, err)
	}
	p.Lead, err = sanitised(string(body))
	return p, err
}

// finish checks the links between the pages and sets them in their frame.
func (b *builder) finish(summary *page, extra []Extra) (*Site, error) {
	all := slices.Concat(b.notebooks, b.appendices)
	ids, source := map[string]map[string]bool{}, map[string]string{"index.html": "the list of all pages"}
	for _, p := range all {
		// Names that differ in their case alone are one on some machines.
		if taken := source[strings.ToLower(p.Name)]; taken != "" {
			return nil, fmt.Errorf("%s would be the page %s, and so is %s: rename it", p.Source, p.Name, taken)
		}
		ids[p.Name], source[strings.ToLower(p.Name)] = p.ids, p.Source
	}
	for _, e := range extra {
		if taken := source[strings.ToLower(e.Name)]; taken != "" {
			return nil, fmt.Errorf("%s would be a page of the project's own, and %s is that page: rename it", e.Name, taken)
		}
		source[strings.ToLower(e.Name)] = e.Title
		b.files[e.Name] = e.Page
	}
	for _, p := range all {
		for _, link := range p.links {
			name, fragment, _ := strings.Cut(link, "#")
			if ids[name] == nil {
				return nil, fmt.Errorf("%s links to %s, of which there is no page", p.Source, name)
			}
			if fragment != "" && !ids[name][fragment] {
				return nil, fmt.Errorf("%s links to #%s, and %s has no such heading: it has %s", p.Source, fragment, name,
					strings.Join(slices.Sorted(maps.Keys(ids[name])), ", "))
			}
		}
		if err := b.render(p.Name, "page.html", p); err != nil {
			return nil, err
		}
	}
	if err := b.render("index.html", "index.html", index{summary, b.notebooks, b.appendices, extra}); err != nil {
		return nil, err
	}
	b.files["style.css"] = asset("style.css")
	return &Site{Files: b.files}, nil
}

// index is what the list of all pages is made from.
type index struct {
	Summary               *page
	Notebooks, Appendices []*page
	Extra                 []Extra
}

func (b *builder) render(name, with string, data any) error {
	var out bytes.Buffer
	if err := templates.ExecuteTemplate(&out, with, data); err != nil {
		return err
	}
	b.files[name] = out.Bytes()
	return nil
}
