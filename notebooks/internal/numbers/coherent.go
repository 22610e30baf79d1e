// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package numbers

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/study"
)

// coherentSpec is a run over which coherence is followed: coherent on 6,000 examples of MNIST and coherent-fashion on as
// many of Fashion-MNIST, coherent-whole on all of MNIST, convolutions and convolutions-fashion of the convolutional net.
func coherentSpec(kind string, noise float64) record.Spec {
	dataset := "mnist"
	if strings.HasSuffix(kind, "-fashion") {
		dataset = "fashion-mnist"
	}
	switch {
	case kind == "coherent-whole":
		return record.CoherenceWhole(dataset, noise)
	case strings.HasPrefix(kind, "convolutions"):
		return record.CoherenceConvolutions(dataset, noise)
	}
	return record.Coherence(dataset, noise)
}

func init() {
	// group_ratio n=25 cell=coherent-fashion: α̂ of the corrupt examples over that of the pristine ones, of each run the
	// median over the evaluated steps from 10 to 1,000 at which pristine ones agree at all.
	facts["group_ratio"] = func(b *Book, q query) (string, error) {
		q.words = append(q.words, q.values["cell"])
		runs, err := b.runs(q)
		if err != nil {
			return "", err
		}
		var values []float64
		for _, r := range runs {
			steps, corrupt := r.Column("alpha_corrupt")
			_, pristine := r.Column("alpha_pristine")
			if len(corrupt) != len(pristine) || len(corrupt) == 0 {
				return "", fmt.Errorf("%s has no groups to compare", r.Spec.ID())
			}
			var ratios []float64
			for i, at := range steps {
				if at >= 10 && at <= 1000 && pristine[i] > 0 {
					ratios = append(ratios, corrupt[i]/pristine[i])
				}
			}
			values = append(values, study.Median(ratios))
		}
		return q.write(values, "number")
	}
	// alpha_while n=0 c=4096: α̂ of the net of one hidden layer of that width, of each run the median over the evaluations at
	// which from 90 to 97 % of the training examples are right.
	facts["alpha_while"] = func(b *Book, q query) (string, error) {
		q.words = append(q.words, "wide")
		runs, err := b.runs(q)
		if err != nil {
			return "", err
		}
		var values []float64
		for _, r := range runs {
			var here []float64
			for _, e := range r.Evaluations {
				if v, ok := e.Value("alpha"); ok && e.TrainAccuracy >= 0.9 && e.TrainAccuracy <= 0.97 {
					here = append(here, v)
				}
			}
			if len(here) == 0 {
				return "", fmt.Errorf("%s has no evaluation there", r.Spec.ID())
			}
			values = append(values, study.Median(here))
		}
		return q.write(values, "number")
	}
	// start_harm arm=random-labels cell=mnist-6000 reach=0.98: by how much a start makes test accuracy lower, where as many
	// of the training examples are right as after a fresh one; 6,000 steps before, at the rate 0.01.
	facts["start_harm"] = func(b *Book, q query) (string, error) {
		level, err := q.float("reach", math.NaN())
		if err != nil || !(level > 0) {
			return "", fmt.Errorf("say fact start_harm arm=START cell=SET reach=SHARE")
		}
		at := func(first string, steps int) (map[int64]float64, error) {
			runs, err := b.of(record.Started(q.values["cell"], record.Start{First: first, Steps: steps, Rate: 0.01}))
			by := map[int64]float64{}
			for _, r := range runs {
				by[r.Spec.Seed] = study.StopAt("test_accuracy", level)(r)
			}
			return by, err
		}
		fresh, err := at("", 0)
		if err != nil {
			return "", err
		}
		first, err := at(q.values["arm"], 6000)
		if err != nil {
			return "", err
		}
		var values []float64
		for _, seed := range record.OpenSeeds {
			if v := fresh[seed] - first[seed]; !math.IsNaN(v) {
				values = append(values, v)
			}
		}
		if len(values) == 0 {
			return "never", nil
		}
		return q.write(values, "points")
	}
	// turn_whole: the rise of E‖g‖² on all of MNIST at a level of noise, by which E1 is judged; in words where no run is there.
	facts["turn_whole"] = func(b *Book, q query) (string, error) {
		n, err := q.float("n", 0)
		if err != nil {
			return "", err
		}
		runs, _ := b.of(coherentSpec("coherent-whole", n/100))
		if !slices.ContainsFunc(runs, func(r *record.Record) bool { return r.Spec.Seed >= record.CoherenceSeeds[0] }) {
			return "not run yet", nil // those of other seeds are not what E1 is judged by
		}
		return b.Number(fmt.Sprintf("claim E1 rise_n%g_whole", n))
	}
}
