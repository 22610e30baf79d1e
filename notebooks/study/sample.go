// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"fmt"

	"coherentgradients/datasets"
	"coherentgradients/plots"
)

// DigitsFigure shows the first n training images of the notebook's data set with the labels that training sees at a
// share of label noise; changed ones are marked.
func DigitsFigure(n int, noise float64) *plots.Figure { return figure(digits(Open(), n, noise)) }

// digits is [DigitsFigure] of a set, with its error.
func digits(set *datasets.Set, n int, noise float64) (*plots.Figure, error) {
	labels, err := datasets.NewLabelNoise(set.Train.Labels, noise, 1)
	if err != nil {
		return nil, err
	}
	if n < 1 || n > min(plots.MaxDigits, set.Train.Len()) {
		return nil, fmt.Errorf("%d images: choose 1 to %d", n, min(plots.MaxDigits, set.Train.Len()))
	}
	d := plots.DigitsData{Attribution: set.Attribution, Meta: plots.Meta{
		Caption: fmt.Sprintf("Training images of %s at %v %% label noise, seed 1; changed labels are marked.", set.Title, 100*noise),
	}}
	if set.Synthetic {
		d.Marks = append(d.Marks, plots.SyntheticData)
	}
	for i := range n {
		d.Images = append(d.Images, planes(set, i))
		d.Labels = append(d.Labels, int(labels.Given[i]))
		d.Original = append(d.Original, int(labels.Original[i]))
	}
	return plots.Digits(d)
}

// planes is image i, pixel by pixel: data sets keep colours in planes, figures want them together.
func planes(set *datasets.Set, i int) []uint8 { return planesOf(set, set.Train, i) }

func planesOf(set *datasets.Set, split datasets.Split, i int) []uint8 {
	features := set.Features()
	image := split.Pixels[i*features : (i+1)*features]
	if set.Channels == 1 {
		return image
	}
	area := set.Height * set.Width
	mixed := make([]uint8, features)
	for p := range area {
		for channel := range set.Channels {
			mixed[p*set.Channels+channel] = image[channel*area+p]
		}
	}
	return mixed
}
