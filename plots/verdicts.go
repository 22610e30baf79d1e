// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"image/color"
	"strconv"
	"strings"

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
	Text    string // a short form of the claim
	Verdict string // "holds", "holds in part", "does not hold", or anything else for a claim that was not tested
	// Deciding is the number that the verdict hangs on, with its range and limit.
	Deciding string
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
	MaxClaims     = 60
	MaxConditions = 12
)

// Verdicts draws what became of a list of claims: a row for each, with its
// verdict, the number that it hangs on, and a mark for each of its conditions, a
// square for a core one and a circle for another, filled if it is met and
// crossed out if not. Where seeds disagree, the mark says how many of them meet
// it. Texts are wrapped to the columns; in a narrow figure they stand below one
// another. From 1 to [MaxClaims] claims.
func Verdicts(d VerdictsData) (*Figure, error) {
	if len(d.Claims) == 0 || len(d.Claims) > MaxClaims {
		return nil, fmt.Errorf("verdicts on %d claims: use 1 to %d", len(d.Claims), MaxClaims)
	}
	v := verdicts{}
	table := Table{Columns: []string{"claim", "text", "verdict", "deciding", "condition", "core", "met", "seeds", "seeds met"}}
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
		c.Deciding = oneLine(c.Deciding, 200)
		c.Conditions = append([]Condition(nil), c.Conditions...)
		v.most = max(v.most, len(c.Conditions))
		v.claims = append(v.claims, c)
		count[c.Verdict]++
		row := []string{c.Name, plainText(c.Text), c.Verdict, plainText(c.Deciding)}
		if len(c.Conditions) == 0 {
			table.Rows = append(table.Rows, append(row, "", "", "", "", ""))
		}
		for i, k := range c.Conditions {
			table.Rows = append(table.Rows, append(row[:4:4], strconv.Itoa(i+1), strconv.FormatBool(k.Core), strconv.FormatBool(k.Met), strconv.Itoa(k.Seeds), strconv.Itoa(k.SeedsMet)))
		}
	}
	m := d.Meta.clean()
	if m.Alt == "" {
		m.Alt = oneLine(v.tell(), 3000)
	}
	return &Figure{
		meta: m, table: table,
		height: v.height,
		draw:   v.draw,
	}, nil
}

type verdicts struct {
	claims []JudgedClaim
	most   int // conditions in a row
}

// tell says each verdict, and counts the conditions that are met.
func (v verdicts) tell() string {
	var names []string
	by := map[string][]string{}
	for _, c := range v.claims {
		if by[c.Verdict] == nil {
			names = append(names, c.Verdict)
		}
		word := c.Name
		if n := len(c.Conditions); n > 0 {
			met := 0
			for _, k := range c.Conditions {
				if k.Met {
					met++
				}
			}
			word += fmt.Sprintf(" (%d of %d conditions met)", met, n)
		}
		by[c.Verdict] = append(by[c.Verdict], word)
	}
	text := fmt.Sprintf("Table of %d claims with a mark for each condition.", len(v.claims))
	for _, name := range names {
		text += fmt.Sprintf(" %s: %s.", capitalised(name), strings.Join(by[name], ", "))
	}
	return text
}

// verdictColor gives each verdict a colour that is told apart by the colour-blind; the word itself stands beside it.
func verdictColor(verdict string) color.NRGBA {
	switch verdict {
	case "holds":
		return okabeBlue
	case "holds in part":
		return okabeSky
	case "does not hold":
		return testRed
	}
	return color.NRGBA{0xc8, 0xc8, 0xc8, 0xff}
}

func drawCondition(c vg.Canvas, st style, at vg.Point, k Condition) {
	col, r := okabeBlue, st.pt(3.4)
	if !k.Met {
		col = testRed
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
