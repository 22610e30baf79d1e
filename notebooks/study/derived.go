// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"maps"
	"math"
	"slices"

	"coherentgradients/cgkit/record"
)

// The paper's sample: how many training examples f^p is estimated on.
const sampleExamples = 400

// Derive returns records with what follows from what they have, as further columns; a column that a record
// has already stays as it is, and a record without measured gradients too. N is the number of training examples, S the
// sum of all their gradients, P and C the sums over pristine and over corrupt ones, Q and Q_p the sums of ‖g_e‖².
//
//	energy_share      Q_p / Q: the pristine share of Σ ‖g_e‖²
//	group_cosine      cos(P, C), the same as cos(g^p, g^c)
//	fp_predicted      what f^p is to be expected on 400 examples drawn at random: their own terms ‖g_e‖² keep their size
//	                  while the products of pairs become fewer by their square
//	alpha             α̂ = (A − 1)/(m − 1) of all examples, and alpha_pristine and alpha_corrupt of a group of m among
//	                  itself: the expected part of ⟨g_e, g_e'⟩ in ‖g_e‖², whatever m is
//	pristine_kept     the share of a group that is predicted as its label here and at every later evaluation, and
//	                  corrupt_kept
func Derive(records []*record.Record) []*record.Record {
	var list []*record.Record
	for _, r := range records {
		if r != nil {
			r = derive(r)
		}
		list = append(list, r)
	}
	return list
}

func derive(r *record.Record) *record.Record {
	l, err := r.LoadLearned()
	if err != nil { // an unfinished record, or one made up
		return r
	}
	c := *r
	c.Evaluations = slices.Clone(r.Evaluations)
	kept := map[string]float64{}
	for i, e := range c.Evaluations {
		e.Extra = maps.Clone(e.Extra)
		if e.Extra == nil {
			e.Extra = map[string]float64{}
		}
		add := func(name string, v float64) {
			if _, there := e.Extra[name]; !there && !math.IsNaN(v) && !math.IsInf(v, 0) {
				e.Extra[name] = v
			}
		}
		if s, ok := sumsOf(e, float64(l.Pristine+l.Corrupt), float64(l.Pristine)); ok {
			for name, of := range derived {
				add(name, of(s))
			}
		}
		if k := slices.Index(l.Steps, e.Step); k >= 0 {
			kept["pristine_kept"] += float64(l.PristineKept[k]) / float64(l.Pristine)
			kept["corrupt_kept"] += float64(l.CorruptKept[k]) / float64(l.Corrupt)
			for name, v := range kept {
				add(name, v)
			}
		}
		c.Evaluations[i] = e
	}
	return &c
}

var derived = map[string]func(s sums) float64{
	"energy_share": func(s sums) float64 { return s.qp / s.q },
	"group_cosine": func(s sums) float64 { return s.pc / math.Sqrt(s.pp*s.cc) },
	"fp_predicted": func(s sums) float64 {
		own := sampleExamples / s.n
		pairs := own * (sampleExamples - 1) / (s.n - 1)
		return (own*s.qp + pairs*(s.pp+s.pc-s.qp)) / (own*s.q + pairs*(s.pp+2*s.pc+s.cc-s.q))
	},
	"alpha":          func(s sums) float64 { return alpha((s.pp+2*s.pc+s.cc)/s.q, s.n) },
	"alpha_pristine": func(s sums) float64 { return alpha(s.pp/s.qp, s.np) },
	"alpha_corrupt":  func(s sums) float64 { return alpha(s.cc/(s.q-s.qp), s.n-s.np) },
}

// alpha is α̂ of m examples whose m-coherence is a.
func alpha(a, m float64) float64 { return (a - 1) / (m - 1) }

// sums are inner products of sums of gradients over all training examples.
type sums struct {
	n, np      float64 // examples, pristine ones
	pp, pc, cc float64 // ⟨P, P⟩, ⟨P, C⟩, ⟨C, C⟩
	q, qp      float64 // Σ ‖g_e‖² over all and over pristine examples
}

// sumsOf solves for the sums from what a record has. ⟨S, P⟩ − ⟨S, C⟩ = ‖P‖² − ‖C‖², and by the groups' m-coherences
// ‖P‖² = A_p Q_p and ‖C‖² = A_c (Q − Q_p): one linear equation for Q_p.
func sumsOf(e record.Evaluation, n, np float64) (sums, bool) {
	var v [5]float64
	for i, name := range []string{"gradient_norm2", "example_norm2", "fp", "coherence_pristine", "coherence_corrupt"} {
		x, ok := e.Value(name)
		if !ok {
			return sums{}, false
		}
		v[i] = x
	}
	if n < 2 || np < 2 || n-np < 2 {
		return sums{}, false
	}
	s := sums{n: n, np: np, q: v[1] * n}
	ss := v[0] * n * n
	s.qp = ((2*v[2]-1)*ss + v[4]*s.q) / (v[3] + v[4])
	s.pp, s.cc = v[3]*s.qp, v[4]*(s.q-s.qp)
	s.pc = (ss - s.pp - s.cc) / 2
	return s, true
}
