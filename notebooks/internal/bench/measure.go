// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"coherentgradients/notebooks/internal/status"
)

// Options say what to measure. The zero value of what is optional leaves it out.
type Options struct {
	Backend string // GoMLX configuration; empty: the one that package backend chooses
	Steps   int    // rounds, each of one timed step or more
	Rules   []Rule // beside those of the default table
	Curves  bool
	Memory  bool
	Peers   []Peer
	Missing map[string]error // peers that were asked for and can't be had, with the reason

	Model   *Model  // measured in place of a net of dense layers; nil: none
	Net     []int   // empty: [PaperNet]
	Batch   int     // 0: [PaperBatch]
	Worker  Command // starts this project's worker
	Printer *status.Printer
	Machine Machine

	scratch  string
	xlaFlags string
}

// Limits and turns.
const (
	startLimit = 3 * time.Minute
	runLimit   = 2 * time.Minute
	// curveLimit is shorter: the curves go to sizes that may never compile, and a point that is missing says so.
	curveLimit = 100 * time.Second
	// patience is the time for all timed steps of one contender; slower ones get fewer, but fewest.
	patience = 60 * time.Second
	fewest   = 5
	// A step faster than fastMS is timed in threes, after two that bring the caches and threads back; one faster
	// than warmMS after one.
	fastMS, warmMS = 40, 250
)

// Run measures. The error is what kept it from measuring at all; a contender that failed is reported.
func Run(ctx context.Context, o Options) (*Report, error) {
	if len(o.Net) == 0 {
		o.Net = PaperNet
	}
	o.Batch = cmp.Or(o.Batch, PaperBatch)
	o.Machine = thisMachine()
	var err error
	if o.scratch, err = os.MkdirTemp("", "cg-bench-"); err != nil {
		return nil, fmt.Errorf("no folder for the batch and the weights: %w", err)
	}
	defer func() { _ = os.RemoveAll(o.scratch) }()
	if err := o.prepare(ctx); err != nil {
		return nil, err
	}
	report := &Report{Machine: o.Machine, Net: o.Net, Model: o.Model, Batch: o.Batch, missing: o.Missing}
	r := &race{options: o, rng: rand.New(rand.NewPCG(1, 1))}
	defer r.closeAll()
	if len(o.Peers) > 0 {
		if err := writeScripts(filepath.Join(o.scratch, scriptsName)); err != nil {
			return nil, err
		}
	}
	heats := append([]heat{o.mainHeat()}, o.peerHeats()...)
	if o.Model != nil {
		heats = []heat{o.modelHeat()}
	}
	sideAt := len(heats)
	if o.Curves {
		heats = append(heats, o.curveHeats()...)
	}
	if o.Memory {
		heats = append(heats, o.memoryHeats()...)
	}
	for i, h := range heats {
		if i == sideAt {
			r.closeAll()
		}
		if err := r.heat(ctx, h, i+1 < sideAt); err != nil {
			return nil, err
		}
		report.contenders = append(report.contenders, h.contenders...)
		for _, c := range h.contenders {
			for name, version := range c.ready.Versions {
				report.Machine.Versions[name] = version
			}
		}
	}
	if c := report.contenders[0]; c.err != nil && !o.anyOurs(report.contenders) {
		return nil, fmt.Errorf("nothing could be measured: %s: %w", c.name(), c.err)
	}
	report.finish(o.scratch)
	return report, nil
}

// anyOurs reports whether anything of this project was measured.
func (o Options) anyOurs(list []*contender) bool {
	for _, c := range list {
		if c.peer == "" && len(c.samples) > 0 {
			return true
		}
	}
	return false
}

// prepare makes the batch and the weights, and learns the flags that the backend sets.
func (o *Options) prepare(ctx context.Context) error {
	step := o.Printer.Start("bench: batch and weights")
	defer step.Fail()
	w, err := dial(ctx, o.Worker)
	if err != nil {
		return err
	}
	a, err := w.ask(ctx, Request{Op: opStart, Setup: &Setup{
		Backend: o.Backend, Way: wayPrepare, Net: o.Net, Model: o.Model, Batch: o.Batch, LearningRate: o.rate(), Dir: o.scratch}}, startLimit)
	if err != nil {
		w.kill()
		return err
	}
	w.close()
	if o.Model != nil {
		known := *o.Model
		known.Variables = a.Variables
		o.Model = &known
	}
	o.Machine.XLAFlags = withoutFolders(a.XLAFlags)
	o.Machine.Versions = a.Versions
	o.xlaFlags = a.XLAFlags
	step.Done()
	return nil
}

// rate is the learning rate of the steps measured.
func (o *Options) rate() float64 {
	if o.Model != nil {
		return modelRate
	}
	return learningRate
}

// withoutFolders replaces paths in a list of flags: they name a user, and no number depends on them.
func withoutFolders(flags string) string {
	fields := strings.Fields(flags)
	for i, field := range fields {
		if name, value, ok := strings.Cut(field, "="); ok && strings.ContainsAny(value, `/\`) {
			fields[i] = name + "=…"
		}
	}
	return strings.Join(fields, " ")
}

// race runs heats.
type race struct {
	options Options
	rng     *rand.Rand
	round   int
	anchors []*contender
	open    []*contender
	checks  int
}

// heat starts the contenders one after the other, lets them and the anchors take turns, and ends them. Only an ended
// context is an error.
func (r *race) heat(ctx context.Context, h heat, keepAnchors bool) error {
	step := r.options.Printer.Start("bench: %s", h.title)
	defer step.Fail()
	for i, c := range h.contenders {
		step.Detail("starting %s (%d of %d)", c.name(), i+1, len(h.contenders))
		if err := r.start(ctx, c); err != nil {
			return err
		}
	}
	taking := append(append([]*contender{}, r.anchors...), h.contenders...)
	plans := make([]plan, len(taking))
	for i, c := range taking {
		plans[i] = planFor(c.ready.StepMS, c.setup.Way, h.rounds, c.ready.Chunk)
	}
	for round := range h.rounds {
		step.Detail("round %d of %d", round+1, h.rounds)
		for _, i := range r.rng.Perm(len(taking)) {
			if c, p := taking[i], plans[i]; c.client != nil && p.takesPart(round, h.rounds) {
				if err := r.turn(ctx, c, p); err != nil {
					return err
				}
			}
		}
		r.round++
	}
	for _, c := range h.contenders {
		if c.anchor && keepAnchors {
			r.anchors = append(r.anchors, c)
		} else if c.client != nil {
			c.client.close()
			c.client = nil
		}
	}
	step.Done()
	return nil
}

// start starts a contender; it has an error or a client then.
func (r *race) start(ctx context.Context, c *contender) error {
	if c.section == sectionStep {
		c.setup.Dir = r.options.scratch
		r.checks++
		c.setup.Check = filepath.Join(r.options.scratch, fmt.Sprintf("check-%d.f32", r.checks))
	}
	limit := startLimit
	if c.section == sectionP || c.section == sectionM {
		limit = curveLimit
	}
	c.client, c.err = dial(ctx, c.command)
	if c.err == nil {
		r.open = append(r.open, c)
		c.ready, c.err = c.client.ask(ctx, Request{Op: opStart, Setup: &c.setup}, limit)
	}
	return r.judge(ctx, c, c.ready)
}

// turn is one contender's share of a round.
func (r *race) turn(ctx context.Context, c *contender, p plan) error {
	a, err := c.client.ask(ctx, Request{Op: opRun, Skip: p.skip, Steps: p.steps}, runLimit)
	c.err = err
	for _, ms := range a.TimesMS {
		c.samples = append(c.samples, sample{r.round, ms})
	}
	return r.judge(ctx, c, a)
}

// judge ends a contender that failed.
func (r *race) judge(ctx context.Context, c *contender, a Answer) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	c.peakMB = max(c.peakMB, a.PeakRSSMB)
	if c.err != nil && c.client != nil {
		c.client.kill()
		c.client = nil
	}
	return nil
}

func (r *race) closeAll() {
	for _, c := range r.open {
		if c.client != nil {
			c.client.close()
			c.client = nil
		}
	}
	r.open, r.anchors = nil, nil
}

// plan is what a contender does in a heat.
type plan struct{ rounds, skip, steps int }

func planFor(stepMS float64, way string, rounds, chunk int) plan {
	p := plan{rounds: rounds, steps: 1}
	switch {
	case way == wayLoop && chunk > 1: // a call is many steps already, and they are averaged
		p.rounds = (2*rounds + 2) / 3
		return p
	case stepMS < fastMS:
		p.skip, p.steps = 2, 3
	case stepMS < warmMS:
		p.skip = 1
	}
	if affordable := int(float64(patience.Milliseconds()) / max(stepMS, 1) / float64(p.skip+p.steps)); affordable < rounds {
		p.rounds = min(rounds, max(affordable, fewest))
	}
	return p
}

// takesPart spreads a plan's rounds evenly over those of the heat.
func (p plan) takesPart(round, rounds int) bool {
	return (round+1)*p.rounds/rounds > round*p.rounds/rounds
}
