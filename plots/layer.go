// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"errors"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// layer is what a panel has behind its curves: bars, a histogram or a heat map.
type layer interface {
	spans() (x, y span)
	draw(c vg.Canvas, f frame)
	entries() []legendEntry
	// rows are lines of the table: name, x, y, lo, hi.
	rows() [][]string
	// tell is a sentence on what is to be seen.
	tell() string
}

// xAxis is a layer that names the places of the X axis itself, and axes one that names those of both.
type xAxis interface {
	xTicks(f frame) []plot.Tick
}

type axes interface {
	xAxis
	yTicks(f frame) []plot.Tick
	yLabelWidth(width func(string) vg.Length) vg.Length
}

// layer is the panel's, nil if it has none.
func (p *Panel) layer() layer {
	switch {
	case p.Heat != nil:
		return p.Heat
	case p.Histogram != nil:
		return p.Histogram
	case p.Bars != nil:
		return p.Bars
	}
	return nil
}

// checkLayers takes copies of bars, histogram and heat map that are fit to be drawn.
func (p *Panel) checkLayers() (err error) {
	n := 0
	if p.Bars != nil {
		n++
		p.Bars, err = p.Bars.check()
	}
	if p.Histogram != nil && err == nil {
		n++
		p.Histogram, err = p.Histogram.check()
	}
	if p.Heat != nil && err == nil {
		n++
		p.Heat, err = p.Heat.check()
	}
	switch {
	case err != nil:
		return err
	case n > 1:
		return errors.New("more than one of bars, histogram and heat map: give each a panel of its own")
	case n > 0 && p.XSteps:
		return errors.New("bars, histograms and heat maps have no step axis: leave XSteps out")
	case p.Heat != nil && (p.LogY || p.Percent):
		return errors.New("the Y axis of a heat map is its rows: leave LogY and Percent out")
	}
	return nil
}

// NewFigure makes a figure of one panel. Its axes are labelled by the panel's XLabel and YLabel.
func NewFigure(m Meta, p Panel) (*Figure, error) {
	g := Grid{XLabel: p.XLabel, YLabel: p.YLabel, Aspect: 0.45}
	p.XLabel, p.YLabel = "", ""
	if p.Heat != nil {
		g.Aspect = p.Heat.aspect()
	}
	g.Panels = [][]*Panel{{&p}}
	return NewGrid(m, g)
}

// drawBar fills a rectangle; one with lines across it is told from a plain one in grey, too.
func drawBar(c vg.Canvas, st style, col color.NRGBA, r vg.Rectangle, how entryKind) {
	box(c, col, r)
	if how == striped || how == crossed {
		for y := r.Min.Y + st.pt(1.6); y < r.Max.Y-st.pt(0.6); y += st.pt(2.6) {
			line(c, color.White, st.pt(0.7), nil, vg.Point{X: r.Min.X, Y: y}, vg.Point{X: r.Max.X, Y: y})
		}
	}
	if how == upright || how == crossed {
		for x := r.Min.X + st.pt(1.6); x < r.Max.X-st.pt(0.6); x += st.pt(2.6) {
			line(c, color.White, st.pt(0.7), nil, vg.Point{X: x, Y: r.Min.Y}, vg.Point{X: x, Y: r.Max.Y})
		}
	}
}
