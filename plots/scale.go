// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// StepScale is a [plot.Normalizer] for training steps: logarithmic from step 1
// on, with step 0 at a fixed place to the left of step 1. Steps between 0 and
// 1 lie linearly between the two. It can be used for the X axis of a bare
// gonum plot too.
type StepScale struct {
	// Gap is the distance from step 0 to step 1, in decades; zero means 0.5.
	Gap float64
}

var _ plot.Normalizer = StepScale{}

// Normalize maps x in [min, max] to [0, 1]. Negative steps count as step 0.
func (s StepScale) Normalize(min, max, x float64) float64 {
	lo, hi := s.decades(min), s.decades(max)
	if !(hi > lo) {
		return 0
	}
	return (s.decades(x) - lo) / (hi - lo)
}

// decades is the position of a step in decades, step 1 being at 0.
func (s StepScale) decades(x float64) float64 {
	gap := s.Gap
	if gap <= 0 {
		gap = 0.5
	}
	if x < 1 {
		return (math.Max(x, 0) - 1) * gap
	}
	return math.Log10(x)
}

// StepTicks is a [plot.Ticker] for StepScale: labels at 0, 1, 10, 100, 1k, …,
// minor ticks at 2, 3, … 9 times those. A range of about one decade gets
// labels at 1, 2 and 5 times a power of ten.
type StepTicks struct {
	// Every labels only each Every-th decade; zero means 1.
	Every int
}

var _ plot.Ticker = StepTicks{}

// Ticks returns the ticks in [min, max]; minor ones have no label.
func (t StepTicks) Ticks(min, max float64) []plot.Tick {
	every := t.Every
	if every < 1 {
		every = 1
	}
	var out []plot.Tick
	if math.IsNaN(min) {
		return nil
	}
	if min <= 0 {
		out = append(out, plot.Tick{Value: 0, Label: "0"})
	}
	if max < 1 || !finite(max) {
		return out
	}
	short := max/math.Max(min, 1) < 25
	first := int(math.Floor(math.Log10(math.Max(min, 1))))
	for e := first; e <= 300; e++ {
		base := math.Pow(10, float64(e))
		if base > max {
			break
		}
		for m := 1; m <= 9; m++ {
			v := base * float64(m)
			if v > max*(1+1e-12) {
				break
			}
			if v < min {
				continue
			}
			label := ""
			if m == 1 && e%every == 0 || every == 1 && short && (m == 2 || m == 5) {
				label = stepLabel(v)
			}
			out = append(out, plot.Tick{Value: v, Label: label})
		}
	}
	return out
}

// stepLabel writes 1000 as 1k and 1000000 as 1M.
func stepLabel(v float64) string {
	switch {
	case v >= 1e12:
		return compact(v)
	case v >= 1e9:
		return compact(v/1e9) + "G"
	case v >= 1e6:
		return compact(v/1e6) + "M"
	case v >= 1e3:
		return compact(v/1e3) + "k"
	}
	return compact(v)
}

// linearTicks returns about n round ticks that lie in [min, max].
func linearTicks(min, max float64, n int) []plot.Tick {
	if !(max > min) || n < 1 {
		return nil
	}
	raw := (max - min) / float64(n)
	if !finite(raw) || raw == 0 {
		return nil
	}
	mag := math.Pow(10, math.Floor(math.Log10(raw)))
	step := 10 * mag
	for _, m := range []float64{1, 2, 2.5, 5} {
		if raw <= m*mag*1.0001 {
			step = m * mag
			break
		}
	}
	if step == 0 || !finite(step) {
		return nil
	}
	var out []plot.Tick
	for i := math.Ceil(min/step - 1e-9); i*step <= max+1e-9*step && len(out) < 50; i++ {
		v := i * step
		if i == 0 {
			v = 0
		}
		out = append(out, plot.Tick{Value: v, Label: compact(v)})
	}
	return out
}

// logTicks returns some n ticks of a logarithmic axis in [min, max]: at powers
// of ten, with 2 and 5, or 3, times them where there is room, and round numbers
// where the range is too short for that.
func logTicks(min, max float64, n int) []plot.Tick {
	if !(min > 0) || !(max > min) || !finite(max) {
		return nil
	}
	first, last := int(math.Floor(math.Log10(min))), int(math.Ceil(math.Log10(max)))
	for _, times := range [][]float64{{1, 2, 5}, {1, 3}, {1}} {
		for every := 1; every <= 400 && (len(times) == 1 || every == 1); every++ {
			var out []plot.Tick
			for e := first; e <= last; e++ {
				for _, m := range times {
					v := m * math.Pow(10, float64(e))
					if e%every == 0 && v >= min*(1-1e-12) && v <= max*(1+1e-12) {
						out = append(out, plot.Tick{Value: v, Label: logLabel(v)})
					}
				}
			}
			switch {
			case len(out) < 2 && len(times) == 3:
				if between := withinDecade(min, max); len(between) >= 2 && len(between) <= n+1 {
					return between
				}
				return linearTicks(min, max, n-1)
			case len(out) >= 2 && len(out) <= n+1:
				return out
			}
		}
	}
	return linearTicks(min, max, n-1)
}

// withinDecade are ticks for a range of less than a power of ten, at ratios that are about alike.
func withinDecade(min, max float64) (out []plot.Tick) {
	for e := math.Floor(math.Log10(min)); e <= math.Ceil(math.Log10(max)); e++ {
		for _, m := range []float64{1, 1.5, 2, 3, 5, 7} {
			if v := m * math.Pow(10, e); v >= min && v <= max {
				out = append(out, plot.Tick{Value: v, Label: logLabel(v)})
			}
		}
	}
	return out
}

// logLabel writes a value of a logarithmic axis in few characters.
func logLabel(v float64) string {
	if v >= 1e3 {
		return stepLabel(v)
	}
	return compact(v)
}

// compact writes a number in few characters, with a true minus sign.
func compact(v float64) string {
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 6, 64), 64)
	s := strconv.FormatFloat(v, 'f', -1, 64)
	if a := math.Abs(v); a != 0 && (a >= 1e5 || a < 1e-4) {
		s = strconv.FormatFloat(v, 'g', 3, 64)
		m, e, ok := strings.Cut(s, "e")
		if ok {
			s = m + "e" + strings.TrimLeft(strings.TrimPrefix(e, "+"), "0")
			if rest, neg := strings.CutPrefix(e, "-"); neg {
				s = m + "e−" + strings.TrimLeft(rest, "0")
			}
		}
	}
	return strings.ReplaceAll(s, "-", "−")
}
