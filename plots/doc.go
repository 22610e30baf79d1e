// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package plots draws the project's figures: publication-quality pictures on
// gonum.org/v1/plot, made from plain numbers and names. It knows nothing of
// training, imports nothing else of this module, and works outside a notebook.
//
// # From numbers to a file
//
// A figure function ([NewFigure] for one panel of anything, [NewGrid] for
// several, and those of the paper: [Run], [WinsorizedGrid], [Compare],
// [TwoExamples], [Digits] and others) checks its data and
// returns a [Figure] or an error of one line; it never panics on what a user
// passed. A Figure draws itself at any [Size], knows its caption, its
// alternative text, its raw numbers and its provenance, and saves itself:
//
//	fig, err := plots.Run(data)
//	paths, err := fig.Save("figures", "run", plots.Column, plots.PNG, plots.PDF)
//	err = fig.Show() // inline, in a GoNB notebook
//
// The same data give the same bytes, in every format, on the same machine.
//
// # The model
//
// A [Curve] is a named line with an optional band, or points alone. A [Panel]
// holds curves, reference lines, and [Bars], a [Histogram] or a [HeatMap] in
// one frame. A [Grid] sets panels in rows and
// columns, with headings, shared axes and one legend outside.
// Values that are NaN or infinite are gaps: the line breaks there, and a value
// alone between two gaps is a dot.
//
// # The step axis
//
// The experiments evaluate at steps 0, 1, 2, …, 10, 20, …: logarithmic, and
// with a step 0 (before any update) that a logarithm can't show. [StepScale]
// therefore gives step 0 a place of its own at the left edge, labelled 0, at a
// fixed distance before step 1; from step 1 on the axis is logarithmic. Two
// small strokes across the axis between 0 and 1 say that it is broken there.
// The line between step 0 and step 1 is drawn straight, as everywhere else.
//
// # Style
//
// Style has one home, style.go and palette.go: a colour for every meaning
// ([Role]) that colour-blind readers can tell from the others of its panel,
// with dashes, marks or an order of lightness so that a grey print reads too; the embedded Liberation Sans; text of 6 points and more at the final print size of
// the named sizes [Column], [TextWidth] and [Slide].
package plots
