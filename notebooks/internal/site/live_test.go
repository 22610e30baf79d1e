// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package site

import (
	"strings"
	"testing"

	"coherentgradients/plots"
)

// liveFigure is a figure's data, with a change.
func liveFigure(t *testing.T, from, to string) string {
	t.Helper()
	f, err := plots.NewFigure(plots.Meta{}, plots.Panel{Curves: []plots.Curve{{Name: "a & b <c>", X: []float64{0, 1}, Y: []float64{1, 2}}}})
	if err != nil {
		t.Fatal(err)
	}
	data, err := f.Interactive()
	if err != nil || !strings.Contains(data, from) {
		t.Fatalf("%v, %s", err, data)
	}
	return strings.Replace(data, from, to, 1)
}

// A figure's data reach the page behind its picture; what is no such data leaves the picture still, and nothing of it
// reaches the page.
func TestLive(t *testing.T) {
	escape := strings.NewReplacer("&", "&amp;", "'", "&#39;", "<", "&lt;")
	for name, c := range map[string]struct {
		data string
		live bool
	}{
		"a figure":       {liveFigure(t, "", ""), true},
		"no JSON":        {`{"w": alert(1)}`, false},
		"another field":  {liveFigure(t, `{"w":`, `{"onload":"alert(1)","w":`), false},
		"no colour":      {liveFigure(t, `"c":"#`, `"c":"url(http://pwned/)#`), false},
		"no such list":   {liveFigure(t, `"x":0,"y":[1,2]`, `"x":7,"y":[1,2]`), false},
		"lists unequal":  {liveFigure(t, `"x":0,"y":[1,2]`, `"x":0,"y":[1,2,3]`), false},
		"far too much":   {liveFigure(t, `"alt":"`, `"alt":"`+strings.Repeat("x", 700_000)), false},
		"a text as text": {liveFigure(t, `"alt":"`, `"alt":"\"><script>pwned()</script>`), true},
	} {
		t.Run(name, func(t *testing.T) {
			html := `<div class="cg-plot" data-plot='` + escape.Replace(c.data) + `'><p class="cg-asleep">A still picture.</p></div><script>pwned()</script>`
			for _, forms := range [][]object{
				{{"image/png": pixel, "text/plain": "a picture"}, {"text/markdown": "*Figure.* So."}, {"text/html": html}},
				{{"image/png": pixel, "text/plain": "a picture"}, {"text/html": html}},
				{{"text/html": html}},
			} {
				var outs []object
				for _, form := range forms {
					outs = append(outs, shown(form))
				}
				page, _ := built(t, prose("# Made"), goCell("f()", outs...))
				_, body, _ := strings.Cut(page, "<body")
				has := strings.Contains(body, `<figure data-plot="{`)
				if want := c.live && len(forms) > 1; has != want {
					t.Errorf("%d outputs: live %v, want %v", len(forms), has, want)
				}
				if strings.Contains(body, "pwned()</script>") || strings.Contains(body, "A still picture") || strings.Contains(body, "pwned/") {
					t.Errorf("%d outputs: the page has what it must not", len(forms))
				}
			}
		})
	}
}
