// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package numbers

import (
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
