// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package numbers

import (
	"fmt"
	"slices"
	"strings"

	"coherentgradients/cgkit/record"
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
