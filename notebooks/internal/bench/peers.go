// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import "path/filepath"

// Peer is a library to compare with, installed and ready.
type Peer struct {
	Library string // jax, torch or numpy
	Python  string // interpreter of its environment
	// Library path that the interpreter needs, "" for none.
	LibraryPath string
}

// Libraries are the peers there are, in the order of being measured.
var Libraries = []string{"jax", "torch", "numpy"}

// routine is a way of a peer to make a rule's step.
type routine struct {
	rule Rule
	name string
}

// fastJAX takes as long as this project does, and is measured beside it: plain steps, and this project's own network of
// min and max written in JAX, the lower bound of what JAX could do.
var fastJAX = []routine{
	{Rule{"mean", 0}, "plain"},
	{Rule{"winsorize", 1}, "network"}, {Rule{"winsorize", 2}, "network"}, {Rule{"winsorize", 4}, "network"},
	{Rule{"winsorize", 8}, "network"}, {Rule{"median", 0}, "network"},
}

// libraryRoutines are what a user of the library would write.
var libraryRoutines = map[string][]routine{
	"jax": {
		{Rule{"winsorize", 1}, "sort"}, {Rule{"winsorize", 1}, "percentile"}, {Rule{"winsorize", 1}, "top_k"},
		{Rule{"winsorize", 8}, "sort"}, {Rule{"winsorize", 8}, "top_k"},
	},
	"torch": {
		{Rule{"mean", 0}, "plain"}, {Rule{"mean", 0}, "vmap"},
		{Rule{"winsorize", 1}, "topk"}, {Rule{"winsorize", 1}, "kthvalue"}, {Rule{"winsorize", 1}, "sort"},
		{Rule{"winsorize", 1}, "opacus-topk"},
		{Rule{"winsorize", 8}, "topk"}, {Rule{"winsorize", 8}, "sort"}, {Rule{"winsorize", 8}, "opacus-topk"},
	},
	"numpy": {
		{Rule{"winsorize", 1}, "percentile"}, {Rule{"winsorize", 1}, "row-sort"}, {Rule{"winsorize", 1}, "row-sort-threads"},
		{Rule{"winsorize", 8}, "percentile"}, {Rule{"winsorize", 8}, "row-sort"}, {Rule{"winsorize", 8}, "row-sort-threads"},
	},
}

func (o Options) peerContenders(p Peer, routines []routine) []*contender {
	var list []*contender
	for _, r := range routines {
		low, high := bounds(r.rule.C, o.Batch)
		s := Setup{Way: r.name, Net: o.Net, Batch: o.Batch, Aggregator: r.rule.Name, C: r.rule.C, Low: low, High: high,
			LearningRate: learningRate, Threads: o.Machine.Cores}
		if r.name == "network" {
			s.Network = networkFor(r.rule.Name, r.rule.C, o.Batch)
		}
		list = append(list, &contender{
			setup: s, peer: p.Library, section: sectionStep,
			command: Command{Args: []string{p.Python, "-I", "-c", bootstrap, filepath.Join(o.scratch, scriptsName), p.Library}, Env: o.peerEnv(p)},
		})
	}
	return list
}

// bootstrap runs worker.py from its folder; -I alone would not let it import what lies beside it.
const bootstrap = `import runpy, sys; sys.path.insert(0, sys.argv[1]); sys.argv = sys.argv[1:]; runpy.run_path(sys.path[0] + "/worker.py", run_name="__main__")`

// peerHeats are one heat a library, beside the anchors.
func (o Options) peerHeats() []heat {
	var heats []heat
	for _, p := range o.Peers {
		heats = append(heats, heat{title: "library routines of " + p.Library, rounds: o.Steps,
			contenders: o.peerContenders(p, libraryRoutines[p.Library])})
	}
	return heats
}
