// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package explore

import (
	"cmp"
	_ "embed"
	"fmt"
	"html"
	"html/template"
	"maps"
	"slices"
	"strings"

	"coherentgradients/cgkit/models"
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/train"
	"coherentgradients/notebooks/internal/picture"
	"coherentgradients/plots"
)

// pageText is the controls with their script.
//
//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// choice is one line of a menu.
type choice struct {
	Value, Text string
	Chosen      bool
}

// slider is one slider over a list; Labels say what its places mean.
type slider struct {
	At     int
	Labels []string
}

// page is the HTML of the controls. id is unique to this run of the cell and names the address of its messages.
func page(id string, c choices, at Controls) (string, error) {
	menu := func(list []string, chosen string, text func(string) string) []choice {
		var lines []choice
		for _, v := range list {
			lines = append(lines, choice{v, text(v), v == chosen})
		}
		return lines
	}
	same := func(v string) string { return v }
	var lengths, batches, rates []string
	for _, steps := range c.lengths {
		lengths = append(lengths, fmt.Sprint(steps))
	}
	for _, batch := range c.batches {
		batches = append(batches, fmt.Sprint(batch))
	}
	for _, rate := range c.rates {
		rates = append(rates, fmt.Sprint(rate))
	}
	settings := map[string]string{}
	for _, name := range c.models {
		if m, err := models.Named(name); err == nil {
			settings[name] = defaults(m)
		}
	}
	of := map[string]string{}
	for _, rule := range c.rules {
		of[rule] = strings.Join(train.RuleSettings(rule), ", ")
	}
	named := func(names map[string]string) func(string) string {
		return func(v string) string { return cmp.Or(names[v], v) }
	}
	data := struct {
		ID                                   string
		Datasets, Models, Rules, Percentiles []choice
		Nets, Lengths, Batches, Rates        []string // proposals
		At                                   Controls
		Noise, C, Place                      slider
		UsesC, UsesPercentile                []string
		Settings                             map[string]string // the defaults of each model
		RuleSettings                         map[string]string // the names of each rule's settings
		Optimizers, NoiseKinds, Augments     []choice
	}{
		ID:             id,
		Datasets:       menu(c.datasets, at.Dataset, same),
		Models:         menu(c.models, at.Model, same),
		Rules:          menu(c.rules, at.Rule, same),
		Percentiles:    menu([]string{record.PercentileNearest, record.PercentileLinear}, at.Percentile, same),
		Nets:           c.nets,
		Lengths:        lengths,
		Batches:        batches,
		Rates:          rates,
		At:             at,
		Noise:          slider{At: slices.Index(c.noises, at.Noise)},
		C:              slider{At: slices.Index(c.cs, at.C)},
		Place:          slider{At: at.At},
		UsesC:          slices.DeleteFunc(slices.Clone(c.rules), func(rule string) bool { return !usesC(rule) }),
		UsesPercentile: slices.DeleteFunc(slices.Clone(c.rules), func(rule string) bool { return !record.TakesPercentile(rule) }),
		Settings:       settings,
		RuleSettings:   of,
		Optimizers:     menu(append([]string{""}, record.Optimizers()...), at.Optimizer, named(map[string]string{"": "plain steps"})),
		NoiseKinds: menu([]string{"", record.NoisePairFlip}, at.NoiseKind,
			named(map[string]string{"": "permuted", record.NoisePairFlip: "the next class (pair flip)"})),
		Augments: menu([]string{"", record.AugmentShift, record.AugmentFlipShift}, at.Augment,
			named(map[string]string{"": "as they are", record.AugmentShift: "shifted by a pixel", record.AugmentFlipShift: "flipped and shifted"})),
	}
	for _, v := range c.noises {
		data.Noise.Labels = append(data.Noise.Labels, number(100*v)+" %")
	}
	for _, v := range c.cs {
		data.C.Labels = append(data.C.Labels, number(v)+" %")
	}
	var b strings.Builder
	err := pageTemplate.Execute(&b, data)
	return b.String(), err
}

// defaults are a model's settings as its field shows them while it is empty.
func defaults(m models.Model) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(m.Settings)) {
		list = append(list, fmt.Sprintf("%s=%v", name, m.Settings[name]))
	}
	return strings.Join(list, ", ")
}

// drawn is the HTML of a figure, to be replaced by the next one. seq is that of the message it was drawn for.
func drawn(id string, f *plots.Figure, seq int) (string, error) {
	image, err := picture.Image(f)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(`<figure style="margin:0" data-cg-picture="%s" data-seq="%d">%s<figcaption><em>%s</em></figcaption></figure>`,
		id, seq, image, html.EscapeString(f.Caption())), nil
}

// status is what stands between controls and picture, and tells the page's script which buttons to offer.
type status struct {
	Readout, Records string
	News             string  // how the last training ended, or what can't be done
	Progress         string  // of the run in the making, "" where there is none
	Share            float64 // of it that is done
	Train            string  // the label of the Train button; "" where there is nothing to train
	Stopping         bool
	Heard            bool // the page has answered
}

// html is the status with its facts as data attributes.
func (s status) html(id string) string {
	var b strings.Builder
	training := ""
	if s.Progress != "" {
		training = "yes"
	}
	if s.Stopping {
		training = "stopping"
	}
	fmt.Fprintf(&b, `<div data-cg-status="%s" data-training="%s" data-train="%s" data-heard="%v" style="min-height:4.2em">`,
		id, training, html.EscapeString(s.Train), s.Heard)
	if !s.Heard {
		b.WriteString("<div>Connecting the controls: a moment, or some seconds on a busy machine.</div>")
	}
	if s.Progress != "" {
		fmt.Fprintf(&b, `<div><progress value="%.4f" max="1" style="width:16em"></progress> %s</div>`, s.Share, html.EscapeString(s.Progress))
	}
	for _, line := range []string{s.News, s.Readout} {
		if line != "" {
			fmt.Fprintf(&b, "<div>%s</div>", html.EscapeString(line))
		}
	}
	if s.Records != "" {
		fmt.Fprintf(&b, `<div style="opacity:0.75">Records like this one: %s.</div>`, html.EscapeString(s.Records))
	}
	b.WriteString("</div>")
	return b.String()
}
