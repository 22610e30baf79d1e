// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"
)

// part is one comparison that a condition is made of: a number against a limit. It is not met where the number is NaN.
type part struct {
	what   string // what the number is, in words that a sentence begins with
	number func(v value) float64
	sign   string // ≥, ≤, > or <
	limit  float64
	unit   unit
	say    func(v value) string // a plain sentence for when it is not met; nil: one made of the fields above
}

// unit is how numbers of a part are written.
type unit int

const (
	inNumber  unit = iota
	inPercent      // 0.845 is 84.5 %
	inPoints       // 0.02 is 2 points
	inSteps
	inTimes
	inCount // of parts met
)

// format writes a number in its unit.
func (u unit) format(x float64) string { return u.formatTo(x, 0) }

// formatUnlike is format, with as many digits more as it takes to look unlike another number, up to three.
func (u unit) formatUnlike(x, other float64) string {
	text := u.format(x)
	for more := 1; more <= 3 && x != other && u.formatTo(x, more-1) == u.formatTo(other, more-1); more++ {
		text = u.formatTo(x, more)
	}
	return text
}

// formatTo is format with some digits more.
func (u unit) formatTo(x float64, more int) string {
	switch {
	case math.IsNaN(x):
		return "undefined"
	case math.IsInf(x, 1) && u == inSteps:
		return "never"
	case math.IsInf(x, 1):
		return "∞"
	}
	digits := func(x float64, n int) string {
		return strings.ReplaceAll(strconv.FormatFloat(math.Round(x*1e12)/1e12+0, 'f', n, 64), "-", "−")
	}
	switch u {
	case inPercent:
		return digits(100*x, 1+more) + " %"
	case inPoints:
		return digits(100*x, 1+more) + " points"
	case inSteps:
		return strings.ReplaceAll(humanize.Comma(int64(math.Round(x))), "-", "−")
	case inTimes:
		return digits(x, 2+more) + " times"
	case inCount:
		return strings.TrimSuffix(digits(x, 1), ".0")
	}
	return strings.ReplaceAll(strconv.FormatFloat(x+0, 'g', 3+more, 64), "-", "−")
}

// met says whether the part is met, looking at quantities by v.
func (p part) met(v value) bool { return p.margin(v) >= 0 }

// margin is how far the number is on the right side of the limit, in units of the limit: below 0 where it is not.
func (p part) margin(v value) float64 {
	x := p.number(v)
	var d float64
	switch p.sign {
	case "≥":
		d = x - p.limit
	case ">":
		if d = x - p.limit; d == 0 {
			return math.Inf(-1)
		}
	case "≤":
		d = p.limit - x
	case "<":
		if d = p.limit - x; d == 0 {
			return math.Inf(-1)
		}
	}
	if math.IsNaN(d) {
		return math.Inf(-1)
	}
	if scale := math.Abs(p.limit); scale > 0 {
		return d / scale
	}
	if d > 0 {
		return math.Inf(1) // 0 is no measure of how far
	}
	return d
}

// sentence says in plain words that the part is not met.
func (p part) sentence() string {
	if p.say != nil {
		return p.say(medians)
	}
	asked := p.sign + " " + p.unit.format(p.limit)
	if p.limit == 0 {
		asked = p.sign + " 0"
	}
	return fmt.Sprintf("%s is %s, where %s is asked", p.what, p.unit.formatUnlike(p.number(medians), p.limit), asked)
}

// trial is how a condition is decided: at least need of its parts must be met, all where need is 0.
type trial struct {
	need  int
	parts []part
}

func (t trial) met(v value) bool {
	need := t.need
	if need == 0 {
		need = len(t.parts)
	}
	return len(t.parts) > 0 && t.count(v) >= need
}

// count is how many parts are met.
func (t trial) count(v value) (n int) {
	for _, p := range t.parts {
		if p.met(v) {
			n++
		}
	}
	return n
}

// deciding is the part that the outcome hangs on: where all must be met, the one with the least margin; else how many
// are met, against how many must be.
func (t trial) deciding() part {
	if t.need > 0 {
		return part{what: fmt.Sprintf("comparisons met, of %d", len(t.parts)), sign: "≥", limit: float64(t.need), unit: inCount,
			number: func(v value) float64 { return float64(t.count(v)) }}
	}
	worst := t.parts[0]
	for _, p := range t.parts[1:] {
		if p.margin(medians) < worst.margin(medians) {
			worst = p
		}
	}
	return worst
}

// missed are the sentences of the parts that are not met. What is undefined is so because of another part, such as the
// time after a crossing that never came, and is said only where there is nothing else.
func (t trial) missed() []string {
	var list, undefined []string
	for _, p := range t.parts {
		switch {
		case p.met(medians):
		case math.IsNaN(p.number(medians)):
			undefined = append(undefined, p.sentence())
		default:
			list = append(list, p.sentence())
		}
	}
	if len(list) == 0 {
		return undefined
	}
	return list
}

// sole says whether one limit, to one side, decides the condition.
func (t trial) sole() bool {
	if t.need > 0 {
		return true
	}
	for _, p := range t.parts {
		if p.sign != t.parts[0].sign || p.limit != t.parts[0].limit {
			return false
		}
	}
	return true
}

// unitNames are the units' names in the file of verdicts.
var unitNames = []string{"", "share", "points", "steps", "times", "count"}

// String is the unit's name in the file of verdicts.
func (u unit) String() string { return unitNames[u] }

// unitOf is the unit of a name; one that is unknown is written as a plain number.
func unitOf(name string) unit { return unit(max(0, slices.Index(unitNames, name))) }
