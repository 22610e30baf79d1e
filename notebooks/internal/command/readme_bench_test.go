// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"

	"coherentgradients/notebooks/internal/bench"
)

// benchRun is what `bench --json --details` printed.
type benchRun struct {
	machine   bench.Machine
	agreement *bench.Agreement
	rows      []bench.Row
}

// readBench reads it, line by line; a line may say where the numbers are from.
func readBench(text []byte) (benchRun, error) {
	var run benchRun
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := struct {
			bench.Row
			Machine   *bench.Machine   `json:"machine"`
			Agreement *bench.Agreement `json:"agreement"`
			Fit       *bench.Fit       `json:"fit"`
			Ratio     *bench.Ratio     `json:"ratio"`
			Source    *string          `json:"source"`
		}{}
		decoder := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&line); err != nil {
			return run, fmt.Errorf("line %d: %w", n, err)
		}
		switch {
		case line.Machine != nil:
			run.machine = *line.Machine
		case line.Agreement != nil:
			run.agreement = line.Agreement
		case line.Section != "":
			run.rows = append(run.rows, line.Row)
		case line.Fit == nil && line.Ratio == nil && line.Source == nil:
			return run, fmt.Errorf("line %d is nothing that bench prints", n)
		}
	}
	if err := lines.Err(); err != nil {
		return run, err
	}
	if run.agreement == nil || len(run.rows) == 0 {
		return run, errors.New("no rows, or no agreement: print with --json --details")
	}
	if !run.agreement.OK() {
		return run, errors.New(run.agreement.String())
	}
	return run, nil
}

// ms is a time in the table, as it is shown; NaN if it was not measured.
func (r benchRun) ms(peer, routine, aggregator string, c float64) float64 {
	for _, row := range r.rows {
		if row.Section == "step" && row.Peer == peer && row.Routine == routine && row.Aggregator == aggregator && row.C == c && row.StepMS != nil {
			return digits(*row.StepMS)
		}
	}
	return math.NaN()
}

// digits rounds to three digits, but thousands to ones.
func digits(v float64) float64 {
	if v >= 1000 {
		return math.Round(v)
	}
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 3, 64), 64)
	return v
}

// shownNumber is a number of the table, with three digits or more.
func shownNumber(v float64) string {
	switch v = digits(v); {
	case v >= 1000:
		return humanize.Comma(int64(v))
	case v >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// quotient is a ratio as it is said.
func quotient(v float64) string {
	if v >= 10 {
		return humanize.Comma(int64(math.Round(v)))
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// columns of the table.
var columns = []struct {
	title, aggregator string
	c                 float64
}{{"c = 0", "mean", 0}, {"c = 1", "winsorize", 1}, {"c = 2", "winsorize", 2}, {"c = 4", "winsorize", 4}, {"c = 8", "winsorize", 8}, {"median", "median", 0}}

// text is what README shows of the run.
func (r benchRun) text() string {
	var b strings.Builder
	m := r.machine
	fmt.Fprintf(&b, "**Time of one training step**, net 784–256–256–256–10 (%s parameters), m = %d, by `go run ./notebooks bench --peers --memory`\n"+
		"on %d cores (%s%s): medians of one run in which all take turns, after all\nagree on the update to %s.\n\n",
		humanize.Comma(int64(r.rows[0].Parameters)), r.rows[0].Batch, m.Cores, m.CPU, vectors(m), power(r.agreement.Largest))
	b.WriteString("| milliseconds a step |")
	for _, column := range columns {
		b.WriteString(" " + column.title + " |")
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(columns)) + "\n")
	line := func(label string, cell func(aggregator string, c float64) string) {
		cells, filled := "", false
		for _, column := range columns {
			text := cell(column.aggregator, column.c)
			filled = filled || text != ""
			cells += " " + text
			if text != "" {
				cells += " "
			}
			cells += "|"
		}
		if filled {
			b.WriteString("| " + label + " |" + cells + "\n")
		}
	}
	line("**cgkit**, several steps a call, as `train` does", func(aggregator string, c float64) string {
		for _, row := range r.rows {
			if row.Section == "step" && row.Peer == "" && row.Aggregator == aggregator && row.C == c && row.LoopMS != nil {
				return shownNumber(*row.LoopMS)
			}
		}
		return ""
	})
	of := func(peer string, routines ...string) func(string, float64) string {
		return func(aggregator string, c float64) string {
			var cells []string
			measured := false
			for _, routine := range routines {
				v := r.ms(peer, routine, aggregator, c)
				if math.IsNaN(v) {
					cells = append(cells, "–")
					continue
				}
				measured = true
				cells = append(cells, shownNumber(v))
			}
			if !measured {
				return ""
			}
			return strings.Join(cells, " · ")
		}
	}
	line("**cgkit**, one step a call", of("", ""))
	line("the same selection network written in JAX"+r.version("jax"), func(aggregator string, c float64) string {
		if aggregator == "mean" {
			return of("jax", "plain")(aggregator, c)
		}
		return of("jax", "network")(aggregator, c)
	})
	line("JAX, `vmap(grad)` and `sort`, `percentile`, `top_k`", of("jax", "sort", "percentile", "top_k"))
	line("PyTorch"+r.version("torch")+", `vmap(grad)` and `topk`, `kthvalue`, `sort`", func(aggregator string, c float64) string {
		if aggregator != "mean" {
			return of("torch", "topk", "kthvalue", "sort")(aggregator, c)
		}
		plain, vmap := of("torch", "plain")(aggregator, c), of("torch", "vmap")(aggregator, c)
		switch {
		case vmap == "":
			return plain
		case plain == "":
			return vmap + " by `vmap`"
		}
		return plain + " (" + vmap + " by `vmap`)"
	})
	line("Opacus"+r.version("opacus")+" and `topk`", of("torch", "opacus-topk"))
	line("NumPy"+r.version("numpy")+", `percentile` as the paper's authors", of("numpy", "percentile"))
	line("NumPy at its best: sorted rows, one thread · two", of("numpy", "row-sort", "row-sort-threads"))
	b.WriteString("\n" + wrapped(r.ratios()) + "\n")
	return b.String()
}

// ratios is the paragraph below the table, all of it quotients of numbers that the table shows.
func (r benchRun) ratios() string {
	own := func(aggregator string, c float64) float64 { return r.ms("", "", aggregator, c) }
	plain, whose := r.ms("jax", "plain", "mean", 0), "JAX's plain step"
	withJAX := !math.IsNaN(plain)
	if !withJAX {
		plain, whose = own("mean", 0), "a plain one"
	}
	s := fmt.Sprintf("So a winsorized step costs %s (c = 1) to %s (c = 8) times %s, one call a step",
		quotient(own("winsorize", 1)/plain), quotient(own("winsorize", 8)/plain), whose)
	// best is how much longer a library's fastest routine takes at c = 1.
	best := func(peer string) float64 {
		least := math.Inf(1)
		for _, row := range r.rows {
			if row.Peer == peer && row.Section == "step" && row.Routine != "network" && row.Aggregator == "winsorize" && row.C == 1 && row.StepMS != nil {
				least = min(least, digits(*row.StepMS))
			}
		}
		return least / own("winsorize", 1)
	}
	var names, times []string
	for _, library := range []struct{ peer, name string }{{"jax", "JAX"}, {"torch", "PyTorch"}} {
		if v := best(library.peer); !math.IsInf(v, 0) && !math.IsNaN(v) {
			names, times = append(names, library.name), append(times, quotient(v))
		}
	}
	if len(names) > 0 {
		s += "; library routines of " + strings.Join(names, " and ") + " take " + strings.Join(times, " and ") + " times as long at c = 1"
		if v := best("numpy"); !math.IsInf(v, 0) && !math.IsNaN(v) {
			s += ", NumPy at its best " + quotient(v) + " times"
		}
	}
	s += "."
	if withJAX {
		s += fmt.Sprintf(" A plain step, called singly, is %s times JAX's.", quotient(own("mean", 0)/plain))
	}
	return s + r.large()
}

// large is the sentence on the net that is measured for its memory.
func (r benchRun) large() string {
	var times, peaks []string
	size := 0
	for _, row := range r.rows {
		if row.Section != "memory" || row.StepMS == nil || row.PeakRSSMB == nil || row.Aggregator == "winsorize" && row.C != 1 && row.C != 8 {
			continue
		}
		name := "ms plain"
		if row.Aggregator != "mean" {
			name = fmt.Sprintf("at c = %v", row.C)
		}
		size = row.Parameters
		times, peaks = append(times, shownNumber(*row.StepMS)+" "+name), append(peaks, strconv.FormatFloat(*row.PeakRSSMB/1000, 'f', 2, 64))
	}
	if size == 0 {
		return ""
	}
	return fmt.Sprintf(" At %.0f million parameters (784–4096–4096–4096–10, where the %d gradients alone would be %.0f GB) a step takes %s, with a peak of %s GB of memory.",
		float64(size)/1e6, r.rows[0].Batch, float64(size)*4*float64(r.rows[0].Batch)/1e9, series(times), series(peaks))
}

// series is "a, b and c".
func series(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// wrapped breaks a paragraph into lines as the rest of the file has them.
func wrapped(text string) string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if len([]rune(line))+len([]rune(word)) >= 125 {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return strings.Join(append(lines, line), "\n")
}

func vectors(m bench.Machine) string {
	if m.VectorBits == 0 {
		return ""
	}
	return fmt.Sprintf(", %d-bit vectors", m.VectorBits)
}

// version of a library, with a space before; "" if it is not known.
func (r benchRun) version(library string) string {
	version, _, _ := strings.Cut(r.machine.Versions[library], "+")
	return strings.TrimRight(" "+version, " ")
}

// power writes 3e-06 as 3·10⁻⁶.
func power(v float64) string {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', 0, 64), "e")
	n, _ := strconv.Atoi(exponent)
	if v == 0 {
		return "the last digit"
	}
	return mantissa + "·10" + strings.Map(func(r rune) rune {
		if r == '-' {
			return '⁻'
		}
		return []rune("⁰¹²³⁴⁵⁶⁷⁸⁹")[r-'0']
	}, strconv.Itoa(n))
}
