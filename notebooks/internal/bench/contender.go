// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"fmt"
	"strconv"
	"strings"

	"coherentgradients/cgkit/aggregate"
)

// PaperNet is the net of the paper's section 3, PaperBatch its batch.
var (
	PaperNet   = []int{features, 256, 256, 256, classes}
	PaperBatch = 100
)

const learningRate = 0.1

// contender is one thing to measure: a rule and a way to make its step.
type contender struct {
	setup   Setup
	peer    string // library; empty: this project
	section string
	anchor  bool // stays for the heats after its own, so that every peer has something to be compared with
	command Command

	client  *client
	ready   Answer
	err     error
	peakMB  float64
	samples []sample
}

// name tells contenders apart in progress and errors.
func (c *contender) name() string {
	rule := fmt.Sprintf("%s c=%g", c.setup.Aggregator, c.setup.C)
	if c.peer == "" {
		return fmt.Sprintf("%s (%s)", rule, c.setup.Way)
	}
	return fmt.Sprintf("%s (%s %s)", rule, c.peer, c.setup.Way)
}

// Rule is an aggregation rule with its setting.
type Rule struct {
	Name string
	C    float64
}

// paperRules are plain SGD and the winsorized gradient descents of the default table.
var paperRules = []Rule{{"mean", 0}, {"winsorize", 1}, {"winsorize", 2}, {"winsorize", 4}, {"winsorize", 8}}

// ParseRules reads a list like "median,trimmed-mean:8,winsorize:4": names of package aggregate, with a percentage where
// the rule takes one. Without it such a rule is measured with 1 and with 8.
func ParseRules(list string) ([]Rule, error) {
	var rules []Rule
	if strings.TrimSpace(list) == "" {
		return nil, nil
	}
	for entry := range strings.SplitSeq(list, ",") {
		name, text, hasC := strings.Cut(strings.TrimSpace(entry), ":")
		if _, err := aggregate.Named(name, aggregate.Params{}); err != nil {
			return nil, err
		}
		_, refused := aggregate.Named(name, aggregate.Params{C: -1})
		takesC := refused != nil
		switch {
		case hasC && !takesC:
			return nil, fmt.Errorf("rule %q: %s takes no percentage: leave out :%s", entry, name, text)
		case hasC:
			c, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return nil, fmt.Errorf("rule %q: %q is no percentage: write NAME:C with 0 ≤ C < 50", entry, text)
			}
			if _, err := aggregate.Named(name, aggregate.Params{C: c}); err != nil {
				return nil, err
			}
			rules = append(rules, Rule{name, c})
		case takesC:
			rules = append(rules, Rule{name, 1}, Rule{name, 8})
		default:
			rules = append(rules, Rule{name, 0})
		}
	}
	return rules, nil
}

// ours are this project's contenders for a rule.
func (o Options) ours(section string, net []int, batch int, r Rule, ways ...string) []*contender {
	var list []*contender
	for _, way := range ways {
		list = append(list, &contender{
			setup:   Setup{Backend: o.Backend, Way: way, Net: net, Batch: batch, Aggregator: r.Name, C: r.C, LearningRate: learningRate},
			section: section, command: o.Worker,
		})
	}
	return list
}

// heat is contenders that take turns.
type heat struct {
	title      string
	contenders []*contender
	rounds     int
}

// Sections of the output.
const (
	sectionStep   = "step"
	sectionP      = "parameters" // curves
	sectionM      = "batch"
	sectionMemory = "memory"
)

// mainHeat is the default table. With peers it has the median too, and the fast routines of JAX.
func (o Options) mainHeat() heat {
	h := heat{title: "this project", rounds: o.Steps}
	rules := append([]Rule{}, paperRules...)
	if len(o.Peers) > 0 {
		rules = append(rules, Rule{"median", 0})
	}
	seen := map[Rule]bool{}
	for _, r := range append(rules, o.Rules...) {
		if seen[r] {
			continue
		}
		seen[r] = true
		pair := o.ours(sectionStep, o.Net, o.Batch, r, wayCall, wayLoop)
		pair[0].anchor = r == paperRules[0] || r == paperRules[1] || r == paperRules[4]
		h.contenders = append(h.contenders, pair...)
	}
	for _, p := range o.Peers {
		if p.Library == "jax" {
			h.title += " and the fast routines of JAX"
			h.contenders = append(h.contenders, o.peerContenders(p, fastJAX)...)
		}
	}
	return h
}

// curveHeats are one heat for each size of net, and one for each size of batch.
func (o Options) curveHeats() []heat {
	var heats []heat
	rules := []Rule{paperRules[0], paperRules[1], paperRules[4]}
	add := func(section, title string, net []int, batch int) {
		h := heat{title: title, rounds: o.Steps}
		for _, r := range rules {
			h.contenders = append(h.contenders, o.ours(section, net, batch, r, wayCall)...)
		}
		heats = append(heats, h)
	}
	for _, width := range []int{100, 256, 512, 1024, 2048, 4280} {
		net := []int{features, width, width, width, classes}
		add(sectionP, fmt.Sprintf("%.1f million parameters", float64(parameters(net))/1e6), net, o.Batch)
	}
	for _, batch := range []int{10, 32, 64, 100, 128, 160, 192, 256, 512, 1000} {
		add(sectionM, fmt.Sprintf("m = %d", batch), o.Net, batch)
	}
	return heats
}

// memoryHeats are one process after the other, so that nothing else takes memory.
func (o Options) memoryHeats() []heat {
	net := []int{features, 4096, 4096, 4096, classes}
	var heats []heat
	for _, r := range paperRules {
		heats = append(heats, heat{
			title: fmt.Sprintf("memory of %s c=%g", r.Name, r.C), rounds: min(o.Steps, 5),
			contenders: o.ours(sectionMemory, net, o.Batch, r, wayCall),
		})
	}
	return heats
}
