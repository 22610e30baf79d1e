// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package suspects

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"html/template"
	"image"
	"image/color"
	"image/png"
	"strings"

	"coherentgradients/datasets"
)

var (
	//go:embed page.html
	pageText string

	pageTemplate = template.Must(template.New("labels").Parse(pageText))
)

// pageRow is a row with its picture.
type pageRow struct {
	Row
	Text    string       // the score
	Mark    string       // planted, in a trial
	Picture template.URL // "" where the examples are no pictures
}

// Page is the first rows as a page that needs nothing beside it and fetches nothing.
func (r *Report) Page(n int) ([]byte, error) {
	set := r.Plan.Set
	data := struct {
		Title, Score, About string
		Summary             []string
		Width               int
		Rows                []pageRow
	}{Title: set.Title, Score: r.Plan.Score, About: about[r.Plan.Score], Summary: r.Summary(n), Width: min(max(112, set.Width), 224)}
	for _, row := range r.Rows(n) {
		picture, err := pictureURL(set, row.example)
		if err != nil {
			return nil, err
		}
		data.Rows = append(data.Rows, pageRow{row, row.score(), row.planted(), picture})
	}
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, data)
	return b.Bytes(), err
}

// pictureURL is an example's picture within an address; "" for tables of features.
func pictureURL(set *datasets.Set, i int) (template.URL, error) {
	img := Picture(set, i)
	if img == nil {
		return "", nil
	}
	var b strings.Builder
	b.WriteString("data:image/png;base64,")
	enc := base64.NewEncoder(base64.StdEncoding, &b)
	if err := png.Encode(enc, img); err != nil {
		return "", err
	}
	if err := enc.Close(); err != nil {
		return "", err
	}
	return template.URL(b.String()), nil // made here of pixels alone
}

// Picture is a training example as a picture; nil for tables of features.
func Picture(set *datasets.Set, i int) image.Image {
	if set.Train.Pixels == nil || set.Height < 2 {
		return nil
	}
	area := set.Height * set.Width
	pixels := set.Train.Pixels[i*area*set.Channels:][:area*set.Channels]
	if set.Channels != 3 {
		return &image.Gray{Pix: pixels[:area], Stride: set.Width, Rect: image.Rect(0, 0, set.Width, set.Height)}
	}
	img := image.NewNRGBA(image.Rect(0, 0, set.Width, set.Height))
	for k := range area {
		img.SetNRGBA(k%set.Width, k/set.Width, color.NRGBA{pixels[k], pixels[area+k], pixels[2*area+k], 255})
	}
	return img
}
