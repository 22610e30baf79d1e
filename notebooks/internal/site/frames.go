// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package site

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// framesClass is the class of the figure that explore.Frames shows: pictures under a slider.
const framesClass = "cg-frames"

// frames are pictures of which a slider shows one. The page gets them with a slider of its own, so that no script of an
// output is run; where no script runs at all, the picture that the output shows at first is seen.
type frames struct {
	Name     string // what the slider changes
	At       int    // the place of the picture that is seen at first
	Pictures []frame
	Caption  string
}

type frame struct {
	*figure
	Label string // what the slider says there
}

// First is the picture that is seen at first.
func (f *frames) First() frame { return f.Pictures[f.At] }

// Max is the slider's last place.
func (f *frames) Max() int { return len(f.Pictures) - 1 }

// frames are an output's, as HTML; "" if it has none, or none that can be read: its PNG is shown then.
func (b *builder) frames(p *page, out output) (string, error) {
	text := out.data("text/html")
	if !strings.Contains(text, framesClass) {
		return "", nil
	}
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		return "", err
	}
	f, contents := &frames{At: -1}, map[int]string{}
	found := map[int]frame{}
	for n := range doc.Descendants() {
		switch n.Data {
		case "label":
			f.Name = strings.TrimSpace(textOf(n))
		case "figcaption":
			f.Caption = strings.TrimSpace(textOf(n))
		case "input":
			if at, err := strconv.Atoi(attribute(n, "value")); err == nil && attribute(n, "type") == "range" {
				f.At = at
			}
		case "img":
			at, err := strconv.Atoi(attribute(n, "data-at"))
			content, png := strings.CutPrefix(attribute(n, "src"), "data:image/png;base64,")
			alt := strings.TrimSpace(attribute(n, "alt"))
			if err != nil || !png || alt == "" {
				return "", nil
			}
			width, _ := strconv.Atoi(attribute(n, "width"))
			height, _ := strconv.Atoi(attribute(n, "height"))
			found[at], contents[at] = frame{&figure{Alt: alt, Width: width, Height: height}, attribute(n, "data-label")}, content
		}
	}
	if f.At < 0 || f.At >= len(found) || f.Name == "" {
		return "", nil
	}
	for at := range len(found) {
		picture, ok := found[at]
		content, err := decode(contents[at])
		if !ok || err != nil {
			return "", nil
		}
		if _, err := kinds[0].checked(content); err != nil {
			return "", nil
		}
		f.Pictures = append(f.Pictures, picture)
		contents[at] = string(content)
	}
	for at, picture := range f.Pictures {
		b.add(p, picture.figure, []byte(contents[at]), ".png")
	}
	if p.Picture == nil {
		p.Picture = f.First().figure
	}
	var shown bytes.Buffer
	err = templates.ExecuteTemplate(&shown, "frames", f)
	return shown.String(), err
}

// add puts a picture among the pages' files, under the page's name and the next number.
func (b *builder) add(p *page, f *figure, content []byte, ending string) {
	stem := strings.TrimSuffix(p.Name, ".html")
	for n := 1; f.File == "" || b.files[f.File] != nil; n++ {
		f.File = pictures + "/" + stem + "-" + strconv.Itoa(n) + ending
	}
	b.files[f.File] = slices.Clip(content)
}
