// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"image/color"
	"strconv"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// Condition is one thing that a claim asks of the measurements.
type Condition struct {
	// Core: the claim does not hold without it.
	Core bool
	Met  bool
	// Seeds is how many seeds were tried, SeedsMet for how many of them the
	// condition is met when they are taken alone.
	Seeds, SeedsMet int
}

// JudgedClaim is a row of [Verdicts].
type JudgedClaim struct {
	Name    string // such as "C1"
	Text    string // a short form of the claim; left out where the figure is narrow
	Verdict string // "holds", "holds in part", "does not hold", or anything else for a claim that was not tested
	// Conditions are in the order of the claim's description; none where it was
	// not tested.
	Conditions []Condition
}

// VerdictsData is the data of [Verdicts].
type VerdictsData struct {
	Meta
	Claims []JudgedClaim
}

// The most claims that a figure has room for, and conditions of a claim.
const (
	MaxClaims     = 40
	MaxConditions = 12
)

// Verdicts draws what became of a list of claims: a row for each, with its
// verdict and a mark for each of its conditions, a square for a core one and a
// circle for another, filled if it is met and crossed out if not. Where seeds
// disagree, the mark says how many of them meet it. From 1 to [MaxClaims] claims.
func Verdicts(d VerdictsData) (*Figure, error) {
	if len(d.Claims) == 0 || len(d.Claims) > MaxClaims {
		return nil, fmt.Errorf("verdicts on %d claims: use 1 to %d", len(d.Claims), MaxClaims)
	}
	v := verdicts{}
	table := Table{Columns: []string{"claim", "text", "verdict", "condition", "core", "met", "seeds", "seeds met"}}
	count := map[string]int{}
	for _, c := range d.Claims {
		if len(c.Conditions) > MaxConditions {
			return nil, fmt.Errorf("verdicts: %d conditions of claim %q: use at most %d", len(c.Conditions), oneLine(c.Name, 20), MaxConditions)
		}
		for i, k := range c.Conditions {
			if k.Seeds < 0 || k.SeedsMet < 0 || k.SeedsMet > k.Seeds {
				return nil, fmt.Errorf("verdicts: condition %d of claim %q is met for %d of %d seeds: use 0 to all of them", i+1, oneLine(c.Name, 20), k.SeedsMet, k.Seeds)
			}
		}
		c.Name, c.Text, c.Verdict = oneLine(c.Name, 20), oneLine(c.Text, 160), oneLine(c.Verdict, 30)
		c.Conditions = append([]Condition(nil), c.Conditions...)
		v.most = max(v.most, len(c.Conditions))
		v.claims = append(v.claims, c)
		count[c.Verdict]++
		row := []string{c.Name, c.Text, c.Verdict}
		if len(c.Conditions) == 0 {
			table.Rows = append(table.Rows, append(row, "", "", "", "", ""))
		}
		for i, k := range c.Conditions {
			table.Rows = append(table.Rows, append(row[:3:3], strconv.Itoa(i+1), strconv.FormatBool(k.Core), strconv.FormatBool(k.Met), strconv.Itoa(k.Seeds), strconv.Itoa(k.SeedsMet)))
		}
	}
	m := d.Meta.clean()
	if m.Alt == "" {
		m.Alt = fmt.Sprintf("Table of %d claims with a mark for each condition: %d hold, %d hold in part, %d do not hold.",
			len(v.claims), count["holds"], count["holds in part"], count["does not hold"])
	}
	return &Figure{
		meta: m, table: table,
		height: func(st style, _ vg.Length) (vg.Length, error) {
			return st.pt(rowHeight)*vg.Length(len(v.claims)) + st.pt(keyHeight), nil
		},
		draw: v.draw,
	}, nil
}

// Heights in points: of a row, and of the key under all of them.
const (
	rowHeight = 13
	keyHeight = 17
)

type verdicts struct {
	claims []JudgedClaim
	most   int // conditions in a row
}

// verdictColor gives each verdict a colour that is told apart by the colour-blind; the word itself stands beside it.
func verdictColor(verdict string) color.NRGBA {
	switch verdict {
	case "holds":
		return okabeBlue
	case "holds in part":
		return okabeSky
	case "does not hold":
		return okabeVermillion
	}
	return color.NRGBA{0xc8, 0xc8, 0xc8, 0xff}
}

func (v verdicts) draw(c vg.Canvas, st style, w, h, reserve vg.Length) error {
	name, text, small := face(bold, st.textSize()), face(regular, st.tickSize()), face(regular, st.smallSize())
	step := st.pt(10.5)
	nameWidth, wordWidth := vg.Length(0), vg.Length(0)
	for _, k := range v.claims {
		nameWidth, wordWidth = max(nameWidth, textWidth(name, k.Name)), max(wordWidth, textWidth(text, k.Verdict))
	}
	marks := st.pt(8) + nameWidth + st.pt(7) // left edge of the marks
	word := marks + vg.Length(v.most)*step + st.pt(5)
	claim := word + wordWidth + st.pt(8)
	row := (h - reserve - st.pt(keyHeight)) / vg.Length(len(v.claims))
	if word+wordWidth > w || row < st.pt(8) {
		return fmt.Errorf("figure of %.3g by %.3g in is too small for %d claims: use a larger size", float64(w)/72, float64(h)/72, len(v.claims))
	}
	for i, k := range v.claims {
		y := h - (vg.Length(i)+0.5)*row
		if i%2 == 0 {
			box(c, paperTint, vg.Rectangle{Min: vg.Point{Y: y - row/2}, Max: vg.Point{X: w, Y: y + row/2}})
		}
		col := verdictColor(k.Verdict)
		box(c, col, vg.Rectangle{Min: vg.Point{Y: y - row*0.4}, Max: vg.Point{X: st.pt(3), Y: y + row*0.4}})
		drawText(c, name, ink, vg.Point{X: st.pt(8), Y: y}, anchor{0, 0.5}, 0, k.Name)
		for j, condition := range k.Conditions {
			drawCondition(c, st, vg.Point{X: marks + (vg.Length(j)+0.5)*step, Y: y}, condition)
		}
		drawText(c, text, ink, vg.Point{X: word, Y: y}, anchor{0, 0.5}, 0, k.Verdict)
		if room := w - claim - st.pt(2); room > st.pt(60) {
			drawText(c, text, faintInk, vg.Point{X: claim, Y: y}, anchor{0, 0.5}, 0, fit(text, k.Text, room))
		}
	}
	v.key(c, st, small, reserve+st.pt(6), w)
	return nil
}

// key says what the marks mean, in as many words as there is room for.
func (v verdicts) key(c vg.Canvas, st style, fc font.Face, y, w vg.Length) {
	x := st.pt(8)
	for _, k := range []struct {
		condition Condition
		text      string
	}{
		{Condition{Core: true, Met: true}, "core condition"}, {Condition{Met: true}, "other"}, {Condition{Core: true}, "not met"},
		{Condition{Met: true, Seeds: 3, SeedsMet: 2}, "by the median, but by 2 of the seeds alone"},
	} {
		if x+st.pt(6)+textWidth(fc, k.text) > w {
			return
		}
		drawCondition(c, st, vg.Point{X: x, Y: y}, k.condition)
		drawText(c, fc, faintInk, vg.Point{X: x + st.pt(6), Y: y}, anchor{0, 0.5}, 0, k.text)
		x += st.pt(6+11) + textWidth(fc, k.text)
	}
}

func drawCondition(c vg.Canvas, st style, at vg.Point, k Condition) {
	col, r := okabeBlue, st.pt(3.4)
	if !k.Met {
		col = okabeVermillion
	}
	outline := func(r vg.Length, col color.Color) {
		if k.Core {
			box(c, col, vg.Rectangle{Min: vg.Point{X: at.X - r, Y: at.Y - r}, Max: vg.Point{X: at.X + r, Y: at.Y + r}})
			return
		}
		dot(c, col, at, r*1.1)
	}
	outline(r, col)
	if !k.Met { // hollow and crossed out: told from the filled ones in grey, too
		outline(r-st.pt(0.8), color.White)
		d := r * 0.62
		line(c, col, st.pt(0.9), nil, vg.Point{X: at.X - d, Y: at.Y - d}, vg.Point{X: at.X + d, Y: at.Y + d})
		line(c, col, st.pt(0.9), nil, vg.Point{X: at.X - d, Y: at.Y + d}, vg.Point{X: at.X + d, Y: at.Y - d})
	}
	if agree := k.SeedsMet == k.Seeds && k.Met || k.SeedsMet == 0 && !k.Met; !agree && k.Met {
		drawText(c, face(bold, st.smallSize()), color.White, at, anchor{0.5, 0.5}, 0, strconv.Itoa(k.SeedsMet))
	} else if !agree {
		outline(r-st.pt(0.8), color.White)
		drawText(c, face(bold, st.smallSize()), darker(col), at, anchor{0.5, 0.5}, 0, strconv.Itoa(k.SeedsMet))
	}
}
