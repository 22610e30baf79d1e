// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package playground

import (
	"fmt"

	"coherentgradients/notebooks/playground/world"
	"coherentgradients/plots"

	"gonum.org/v1/plot/vg"
)

// Still is the playground's picture for those who can't run it, as PNG, and its text: what the second and the fourth step
// of the story show.
func Still() (image []byte, alt string, err error) {
	f, err := stillFigure()
	if err != nil {
		return nil, "", err
	}
	image, err = f.PNGImage(plots.Size{Name: "still", Width: 7 * vg.Inch, Height: 3 * vg.Inch, Scale: 1}, 150)
	return image, f.Alt(), err
}

func stillFigure() (*plots.Figure, error) {
	var panels []*plots.Panel
	for _, g := range []Guide{Guides[1], Guides[3]} {
		points, err := g.run()
		if err != nil {
			return nil, err
		}
		name := "Plain SGD"
		if g.Config.Rule == "winsorize" {
			name = fmt.Sprintf("Winsorized SGD, c = %g", g.Config.C)
		}
		panel := &plots.Panel{Title: name + " (%)", XLabel: "step", XSteps: true, Percent: true}
		for _, line := range []struct {
			name string
			role plots.Role
			of   func(world.Measures) float64
		}{
			{"pristine, learned", plots.Pristine, func(m world.Measures) float64 { return m.PristineLearned }},
			{"corrupt, learned", plots.Corrupt, func(m world.Measures) float64 { return m.CorruptLearned }},
			{"test accuracy", plots.Test, func(m world.Measures) float64 { return m.TestAccuracy }},
		} {
			curve := plots.Curve{Name: line.name, Role: line.role}
			for _, m := range points {
				curve.X, curve.Y = append(curve.X, float64(m.Step)), append(curve.Y, line.of(m))
			}
			panel.Curves = append(panel.Curves, curve)
		}
		panels = append(panels, panel)
	}
	caption := "A small net on 500 small digits, half of their labels permuted: plain SGD (left) learns first the pristine and then the " +
		"corrupt examples by heart, and its test accuracy falls; winsorized SGD (right) learns fewer of the corrupt ones. One seed."
	return plots.NewGrid(plots.Meta{Caption: caption, Alt: caption}, plots.Grid{Panels: [][]*plots.Panel{panels}})
}
