// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
)

// JSON writes the rows, one object a line. With details there is a line {"machine": …} before them, and {"fit": …},
// {"agreement": …} and {"ratio": …} behind.
func (r *Report) JSON(w io.Writer, details bool) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if details {
		if err := enc.Encode(map[string]Machine{"machine": r.Machine}); err != nil {
			return err
		}
	}
	for _, row := range r.Rows {
		if err := enc.Encode(row); err != nil {
			return err
		}
	}
	if !details {
		return nil
	}
	for _, f := range r.Fits {
		if err := enc.Encode(map[string]Fit{"fit": f}); err != nil {
			return err
		}
	}
	if err := enc.Encode(map[string]Agreement{"agreement": r.Agreement}); err != nil {
		return err
	}
	for _, ratio := range r.Ratios {
		if err := enc.Encode(map[string]Ratio{"ratio": ratio}); err != nil {
			return err
		}
	}
	return nil
}

// Table writes the same for people.
func (r *Report) Table(w io.Writer) error {
	p := &printer{w: w}
	p.line("%s", r.Machine)
	widths := make([]string, len(r.Net))
	for i, n := range r.Net {
		widths[i] = strconv.Itoa(n)
	}
	net, steps := "net "+strings.Join(widths, "–"), prepareSteps
	if r.Model != nil {
		net, steps = fmt.Sprintf("model %s on %d×%d×%d", r.Model, pictureSide, pictureSide, pictureChannels), modelPrepareSteps
	}
	p.line("%s, m = %d, weights after %d plain steps; medians, contenders taking turns; peak: of the process that made the calls",
		net, r.Batch, steps)
	titles := []struct{ section, title string }{
		{sectionStep, ""}, {sectionP, "cost against the number of parameters"},
		{sectionM, "cost against the batch"}, {sectionMemory, "memory of a large net, each in a process of its own"},
	}
	for _, t := range titles {
		p.rows(r.Rows, t.section, t.title)
	}
	p.fits(r.Fits)
	p.line("")
	p.line("%s", r.Agreement)
	p.ratios(r.Ratios)
	return p.err
}

// printer keeps the first error of writing.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

// aligned writes lines of cells in columns.
func (p *printer) aligned(lines [][]string) {
	if p.err != nil {
		return
	}
	table := tabwriter.NewWriter(p.w, 0, 8, 2, ' ', tabwriter.AlignRight)
	for _, cells := range lines {
		fmt.Fprintln(table, strings.Join(cells, "\t")+"\t")
	}
	p.err = table.Flush()
}

func (p *printer) rows(rows []Row, section, title string) {
	lines := [][]string{{"rule", "c", "m", "parameters", "by", "step ms", "loop ms", "compile s", "peak MB", "steps"}}
	var notes []string
	for _, row := range rows {
		if row.Section != section {
			continue
		}
		by := cmp.Or(row.Backend, "this project")
		if row.Peer != "" {
			by = strings.TrimSpace(row.Peer + " " + row.Routine)
		}
		if row.Error != "" {
			what := fmt.Sprintf("%s c=%s, m=%d, %s", row.Aggregator, trim(row.C), row.Batch, by)
			if row.Aggregator == "" { // a peer that is not there
				what = row.Peer
			}
			notes = append(notes, what+": "+row.Error)
		}
		if row.Aggregator == "" {
			continue
		}
		lines = append(lines, []string{row.Aggregator, trim(row.C), strconv.Itoa(row.Batch), strconv.Itoa(row.Parameters), by,
			cell(row.StepMS, 2), cell(row.LoopMS, 2), strconv.FormatFloat(row.CompileS, 'f', 1, 64), cell(row.PeakRSSMB, 0), strconv.Itoa(row.Steps)})
	}
	if len(lines) == 1 && len(notes) == 0 {
		return
	}
	p.line("")
	if title != "" {
		p.line("%s", title)
	}
	p.aligned(lines)
	for _, note := range notes {
		p.line("  not measured: %s", note)
	}
}

func (p *printer) fits(list []Fit) {
	if len(list) == 0 {
		return
	}
	p.line("")
	p.line("straight lines through the medians: ms = a + b·x, x in million parameters or in examples")
	lines := [][]string{{"rule", "c", "against", "a", "b", "R²", "points"}}
	for _, f := range list {
		lines = append(lines, []string{f.Aggregator, trim(f.C), f.Against, fmt.Sprintf("%.2f", f.InterceptMS), fmt.Sprintf("%.4g", f.SlopeMS),
			fmt.Sprintf("%.4f", f.R2), strconv.Itoa(f.Points)})
	}
	p.aligned(lines)
}

func (p *printer) ratios(list []Ratio) {
	if len(list) == 0 {
		return
	}
	p.line("ratios of medians over common rounds (* the peer's fastest library routine for the rule)")
	lines := [][]string{{"rule", "c", "step of", "over", "ratio"}}
	for _, r := range list {
		value := fmt.Sprintf("%.2f ", r.Value)
		if r.Value >= 100 {
			value = fmt.Sprintf("%.0f ", r.Value)
		}
		if r.Best {
			value = strings.TrimSpace(value) + "*"
		}
		lines = append(lines, []string{r.Aggregator, trim(r.C), r.Of, r.Over, value})
	}
	p.aligned(lines)
}

// cell is a number, or a dash where there is none.
func cell(v *float64, digits int) string {
	if v == nil {
		return "–"
	}
	return strconv.FormatFloat(*v, 'f', digits, 64)
}

func trim(c float64) string { return strconv.FormatFloat(c, 'g', -1, 64) }
