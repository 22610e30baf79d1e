// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package order

import (
	"math"
	"path/filepath"
	"strings"

	"coherentgradients/cgkit/internal/xlaflags"

	"github.com/gomlx/compute"
)

// machine is what XLA makes good code of.
type machine struct {
	operations int // of the largest network, a coordinate
	reads      int // the most examples that a loop reads
	// Where networks of more than NetworkLimit operations are no better than one side after the other: above so many
	// examples.
	sidesAbove int
	shares     bool // parameters are to share networks of more than NetworkLimit operations
}

// readLimit is how many examples a loop may read for LLVM to still use vectors, unless tuned: it counts up to 250
// memory locations that might overlap and then gives up.
const readLimit = 240

// machineOf knows CPUs, as LLVM is tuned, from GPUs. On a GPU there are no vectors for LLVM to give up, and its options
// mean nothing, so the number of examples is no limit; that a network of more than NetworkLimit operations is refused there
// is a guess on the safe side, and none of it was measured on one.
func machineOf(b compute.Backend) machine {
	switch {
	case onGPU(b):
		return machine{operations: NetworkLimit, reads: math.MaxInt, sidesAbove: math.MaxInt}
	case xlaflags.Tuned():
		return machine{operations: TunedLimit, reads: math.MaxInt, sidesAbove: readLimit, shares: true}
	}
	return machine{operations: NetworkLimit, reads: readLimit}
}

// onGPU goes by the name of the plugin, as go-xla does: "cuda", or the path of xla_cuda_plugin.so.
func onGPU(b compute.Backend) bool {
	named, ok := b.(interface{ PluginName() string })
	if !ok {
		return false
	}
	name := strings.ToLower(filepath.Base(named.PluginName()))
	for _, word := range []string{"cuda", "nvidia", "rocm", "gpu"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}
