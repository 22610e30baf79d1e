// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package picture makes figures into pictures for cells whose output is replaced while one looks: curves that grow, and what
// sliders choose from. What stays in a notebook is drawn by plots itself.
package picture

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"image/png"

	"coherentgradients/plots"
)

// Dots is the resolution of a picture that is soon replaced, in dots an inch: half as many again as a web page's, which is
// sharp and soon drawn.
const Dots = 144

// Pixels draws a figure as PNG with dpi dots an inch and says how large a page is to show it, in CSS pixels, of which an inch
// has 96.
func Pixels(f *plots.Figure, s plots.Size, dpi int) (text []byte, width, height int, err error) {
	if text, err = f.PNGImage(s, dpi); err != nil {
		return nil, 0, 0, err
	}
	size, err := png.DecodeConfig(bytes.NewReader(text))
	if err != nil {
		return nil, 0, 0, fmt.Errorf("a drawn figure can't be read: %w", err)
	}
	return text, size.Width * 96 / dpi, size.Height * 96 / dpi, nil
}

// Image is a figure at the size of a notebook, as an element of HTML, with what is to be seen for who can't see it.
func Image(f *plots.Figure) (string, error) {
	image, width, height, err := Pixels(f, plots.Notebook, Dots)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(`<img src="data:image/png;base64,%s" width="%d" height="%d" style="max-width:100%%;height:auto" alt="%s">`,
		base64.StdEncoding.EncodeToString(image), width, height, html.EscapeString(f.Alt())), nil
}
