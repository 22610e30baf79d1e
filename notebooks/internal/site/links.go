// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package site

import (
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"
)

// link is where a link of a page's source leads on the pages, "" if its target is not among them and it is to be no
// link.
//
// A notebook becomes its page. So does a Markdown file that a notebook links to; other files of the checkout, and
// what such a file links to in its turn, are no part of the pages. Addresses of the web stay. A file that isn't there
// is an error in a notebook.
func (b *builder) link(p *page, target string) (string, error) {
	u, err := url.Parse(target)
	if err != nil {
		return "", fmt.Errorf("the link to %q can't be read", target)
	}
	switch {
	case u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "mailto":
		return target, nil
	case u.Scheme != "" || u.Host != "":
		return "", fmt.Errorf("the link to %q: only files of the checkout and addresses of the web can be linked to", target)
	case u.Path == "":
		p.links = append(p.links, p.Name+"#"+u.Fragment)
		return "#" + u.EscapedFragment(), nil
	}
	file, err := b.file(p, u.Path)
	if err != nil {
		if path.Ext(p.Source) != ".ipynb" {
			return "", nil
		}
		return "", err
	}
	name := ""
	switch path.Ext(file) {
	case ".ipynb":
		if path.Dir(file) == "notebooks" {
			name = fileName(strings.TrimSuffix(path.Base(file), ".ipynb")) + ".html"
		}
	case ".md":
		name = b.linkedPage(p, file)
	}
	if name == "" {
		return "", nil
	}
	p.links = append(p.links, name+"#"+u.Fragment)
	if u.Fragment != "" {
		return name + "#" + u.EscapedFragment(), nil
	}
	return name, nil
}

// linkedPage is the page of a Markdown file, "" if it is to have none.
func (b *builder) linkedPage(p *page, file string) string {
	if found := b.appendixOf[file]; found != nil {
		return found.Name
	}
	if path.Ext(p.Source) != ".ipynb" {
		return ""
	}
	stem := strings.TrimSuffix(strings.TrimSuffix(file, ".md"), "/README")
	made := b.newPage(fileName(slug(stem))+".html", file)
	b.appendixOf[file] = made
	b.appendices = append(b.appendices, made)
	return made.Name
}

// file is a linked file's path in the checkout, which must have it.
func (b *builder) file(p *page, target string) (string, error) {
	file := path.Join(path.Dir(p.Source), target)
	if path.IsAbs(target) || !filepath.IsLocal(filepath.FromSlash(file)) {
		return "", fmt.Errorf("the link to %s leads out of the checkout", target)
	}
	if _, err := os.Stat(filepath.Join(b.root, filepath.FromSlash(file))); err != nil {
		return "", fmt.Errorf("the link to %s leads to nothing: there is no %s", target, file)
	}
	return file, nil
}

// image copies a picture that Markdown shows and returns its path among the pages.
func (b *builder) image(p *page, target, alt string) (string, error) {
	if strings.TrimSpace(alt) == "" {
		return "", fmt.Errorf("the picture %s has no alternative text: write ![what it shows](%s)", target, target)
	}
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "" || u.Host != "" {
		return "", fmt.Errorf("the picture %s is not a file of the checkout: pages load nothing from elsewhere", target)
	}
	file, err := b.file(p, u.Path)
	if err != nil {
		return "", err
	}
	kind, ok := kindOf(file)
	if !ok {
		return "", fmt.Errorf("the picture %s: pages show PNG, JPEG, GIF and SVG, by the ending of the name", target)
	}
	text, err := b.read(file)
	if err != nil {
		return "", fmt.Errorf("the picture %s can't be shown: %w", target, err)
	}
	if text, err = kind.checked(text); err != nil {
		return "", fmt.Errorf("the picture %s can't be shown: %w", target, err)
	}
	name := path.Join(pictures, fileName(path.Base(file)))
	if old, ok := b.files[name]; ok && string(old) != string(text) {
		return "", fmt.Errorf("two pictures are named %s: rename one", path.Base(file))
	}
	b.files[name] = text
	return name, nil
}

// slug is a text as an id: letters and digits in small, and a hyphen for what is between them.
func slug(text string) string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) == 0 {
		return "section"
	}
	return strings.Join(words, "-")
}

func itoa(n int) string { return strconv.Itoa(n) }
