// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"fmt"
	"math"
	"slices"

	"coherentgradients/cgkit/record"
	"coherentgradients/plots"
)

// SampledFigure draws three f^p beside one another, at 25, 50 and 75 % noise: exactly, of all examples and parameters;
// as the paper estimates it, on 400 examples; and as is to be expected of 400 examples drawn at random (see [Derive]).
// Below, the pristine share of Σ ‖g_e‖², which a sample pulls f^p towards, and that of the examples.
func SampledFigure(records []*record.Record) *plots.Figure { return figure(sampled(records)) }

// sampled is [SampledFigure] with its error.
func sampled(records []*record.Record) (*plots.Figure, error) {
	records = Derive(records)
	g := plots.Grid{ColumnTitle: "label noise", RowHeads: []string{"f^{p}", "pristine share"}, XLabel: "step", ShareX: true, Aspect: 0.62}
	rows := [][]*plots.Panel{nil, nil}
	for _, level := range MixedLevels() {
		g.ColumnHeads = append(g.ColumnHeads, fmt.Sprintf("%v %%", 100*level))
		runs := byNoise(records, level)
		steps := evaluated(runs, math.MaxInt)
		panel := func(lo, hi float64, curves ...plots.Curve) *plots.Panel {
			p := &plots.Panel{XSteps: true, YMin: lo, YMax: hi}
			for _, c := range curves {
				if len(c.Y) > 0 {
					p.Curves = append(p.Curves, c)
				}
			}
			if len(p.Curves) == 0 {
				return nil
			}
			return p
		}
		curve := func(name, column string, role plots.Role, dash plots.Dash) plots.Curve {
			l := spread(runs, steps, named(column))
			return plots.Curve{Name: name, X: steps, Y: l.Y, Lo: l.Lo, Hi: l.Hi, Role: role, Dash: dash}
		}
		top := panel(-0.5, 1.5,
			curve("all 60,000 examples", "fp", plots.Series(0), plots.Solid),
			curve("400 examples, as the paper", "fp_sample", plots.Series(1), plots.Dashed),
			curve("expected of 400 examples", "fp_predicted", plots.Series(2), plots.Dotted))
		if top != nil {
			top.References = []plots.Reference{{Name: "one half", Y: 0.5}}
		}
		bottom := panel(0, 1, curve("pristine share of Σ‖g_{e}‖^{2}", "energy_share_pristine", plots.Pristine, plots.Solid))
		if bottom != nil {
			bottom.References = []plots.Reference{{Label: "of the examples", Y: ProperAccuracy(level, runs...)}}
		}
		rows[0], rows[1] = append(rows[0], top), append(rows[1], bottom)
	}
	g.Panels = rows
	return plots.NewGrid(metaOfSeeds("f^p of all training examples, as estimated on 400, and as the sample's size alone leads one to expect; below, the pristine share of Σ‖g_e‖²", records), g)
}

// CosineFigure draws the cosine between the gradients of pristine and of corrupt examples over the steps.
func CosineFigure(records []*record.Record) *plots.Figure { return figure(cosines(records)) }

// cosines is [CosineFigure] with its error.
func cosines(records []*record.Record) (*plots.Figure, error) {
	records = Derive(records)
	p := &plots.Panel{XSteps: true, YMin: -1, YMax: 1, References: []plots.Reference{{Name: "orthogonal", Y: 0}}}
	var drawn []*record.Record
	for _, level := range MixedLevels() {
		runs := byNoise(records, level)
		steps := evaluated(runs, math.MaxInt)
		if l := spread(runs, steps, named("cosine_groups")); l.Y != nil {
			drawn = append(drawn, runs...)
			p.Curves = append(p.Curves, plots.Curve{Name: fmt.Sprintf("%v %% noise", 100*level), X: steps, Y: l.Y, Lo: l.Lo, Hi: l.Hi, Role: plots.NoiseLevel(level)})
		}
	}
	return plots.NewGrid(metaOfSeeds("Cosine of g^p and g^c, the gradients of pristine and of corrupt examples, over training", drawn), plots.Grid{
		Panels: [][]*plots.Panel{{p}}, XLabel: "step", YLabel: "cos(g^{p}, g^{c})", Aspect: 0.4,
	})
}

// AlphaFigure draws α̂ = (A − 1)/(m − 1) over the steps, which unlike m-coherence A may be compared between groups of
// different size: of all training examples, of pristine and of corrupt ones.
func AlphaFigure(records []*record.Record) *plots.Figure { return figure(alphas(records)) }

// alphas is [AlphaFigure] with its error.
func alphas(records []*record.Record) (*plots.Figure, error) {
	records = Derive(records)
	var row []*plots.Panel
	for _, part := range []struct{ title, name string }{
		{"All examples", "alpha"}, {"Pristine ones", "alpha_pristine"}, {"Corrupt ones", "alpha_corrupt"},
	} {
		p := &plots.Panel{Title: part.title, XSteps: true, LogY: true}
		for _, level := range levelsOf(records) {
			runs := byNoise(records, level)
			steps := evaluated(runs, math.MaxInt)
			if line := spread(runs, steps, positive(part.name)); line.Y != nil {
				p.Curves = append(p.Curves, plots.Curve{Name: fmt.Sprintf("%v %% noise", 100*level), X: steps, Y: line.Y, Lo: line.Lo, Hi: line.Hi,
					Role: plots.NoiseLevel(level), Dash: plots.Solid})
			}
		}
		row = append(row, p)
	}
	return plots.NewGrid(metaOfSeeds("α̂ = (A − 1)/(m − 1): the mean inner product of two examples' gradients in units of their mean squared length", records), plots.Grid{
		Panels: [][]*plots.Panel{row}, XLabel: "step", YLabel: "α̂", ShareX: true, ShareY: true, Aspect: 0.9,
	})
}

// positive is a value where it is above 0, as a logarithmic axis wants it.
func positive(name string) func(record.Evaluation) (float64, bool) {
	return func(e record.Evaluation) (float64, bool) {
		v, ok := e.Value(name)
		return v, ok && v > 0
	}
}

// RatiosFigure draws Figure 3 run by run: i^p / i^c by the paper's estimate over the first ten steps, each run's own as
// a curve and its six null worlds in grey. No ratio is that of two medians.
func RatiosFigure(records []*record.Record) *plots.Figure { return figure(ratios(records)) }

// ratios is [RatiosFigure] with its error.
func ratios(records []*record.Record) (*plots.Figure, error) {
	var row []*plots.Panel
	for _, level := range MixedLevels() {
		runs := byNoise(records, level)
		steps := evaluated(runs, contributionSteps-1)
		var list []plots.RatioRun
		for _, r := range runs {
			one := plots.RatioRun{Name: fmt.Sprintf("seed %d", r.Spec.Seed), Ratio: ratioOver(r, steps, "_sample")}
			for k := 1; slices.Contains(r.Columns(), fmt.Sprintf("ip_null_%d", k)); k++ {
				one.Nulls = append(one.Nulls, ratioOver(r, steps, fmt.Sprintf("_null_%d", k)))
			}
			list = append(list, one)
		}
		title := fmt.Sprintf("%v %% noise", 100*level)
		if len(list) == 0 {
			row = append(row, &plots.Panel{Title: title})
			continue
		}
		p, err := plots.RatioPanel(title, steps, list)
		if err != nil {
			return nil, err
		}
		row = append(row, p)
	}
	return plots.NewGrid(meta("i^p / i^c over the first ten steps, run by run, by the paper's estimate; grey: the same with permuted designations", records...), plots.Grid{
		Panels: [][]*plots.Panel{row}, XLabel: "step", YLabel: "i^{p} / i^{c}", ShareX: true, ShareY: true, Aspect: 0.9,
	})
}

// ratioOver is i^p / i^c of an estimate at some steps, NaN where it is none.
func ratioOver(r *record.Record, steps []float64, estimate string) []float64 {
	values := make([]float64, len(steps))
	for i := range values {
		values[i] = math.NaN()
	}
	for _, e := range r.Evaluations {
		i := slices.Index(steps, float64(e.Step))
		p, ok := e.Value("ip" + estimate)
		c, ok2 := e.Value("ic" + estimate)
		if i >= 0 && ok && ok2 && c > 0 {
			values[i] = p / c
		}
	}
	return values
}

// LearnedFigure draws panel (d) of Figure 1 in three ways, for pristine and corrupt examples: predicted as its label at
// some evaluated step so far (the paper's measure, as the authors' code computes it), right now, and kept: right now
// and at every later evaluation.
func LearnedFigure(records []*record.Record) *plots.Figure { return figure(learned(records)) }

// learned is [LearnedFigure] with its error.
func learned(records []*record.Record) (*plots.Figure, error) {
	records = Derive(records)
	panels := []*plots.Panel{
		{Title: "At some step so far (%)", XSteps: true, Percent: true}, {Title: "Right now (%)", XSteps: true, Percent: true},
		{Title: "From now on for good (%)", XSteps: true, Percent: true},
	}
	var keys []plots.Key
	for _, level := range MixedLevels() {
		runs := byNoise(records, level)
		if len(runs) == 0 {
			continue
		}
		steps := evaluated(runs, math.MaxInt)
		for i, names := range [][2]string{{"pristine_learned", "corrupt_learned"}, {"pristine_accuracy", "corrupt_accuracy"}, {"pristine_kept", "corrupt_kept"}} {
			for k, name := range names {
				if l := spread(runs, steps, named(name)); l.Y != nil {
					panels[i].Curves = append(panels[i].Curves, plots.Curve{Name: fmt.Sprintf("%v %%, %s", 100*level, []string{"pristine", "corrupt"}[k]),
						X: steps, Y: l.Y, Lo: l.Lo, Hi: l.Hi, Role: plots.NoiseLevel(level), Dash: []plots.Dash{plots.Solid, plots.Dashed}[k]})
				}
			}
		}
		keys = append(keys, plots.Key{Name: fmt.Sprintf("%v %% noise", 100*level), Role: plots.NoiseLevel(level), Dash: plots.Solid})
	}
	keys = append(keys, plots.Key{Name: "pristine", Neutral: true, Dash: plots.Solid}, plots.Key{Name: "corrupt", Neutral: true, Dash: plots.Dashed})
	shown := []*plots.Panel{panels[0], panels[1]}
	if len(panels[2].Curves) > 0 {
		shown = append(shown, panels[2])
	}
	return plots.NewGrid(metaOfSeeds("Examples predicted as their training label", records), plots.Grid{
		Panels: [][]*plots.Panel{shown}, XLabel: "step", ShareX: true, ShareY: true, Keys: keys, Aspect: 0.8,
	})
}
