// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"runtime"
	"strings"

	"coherentgradients/cgkit/backend"
)

// MaxJobs bounds the runs at a time.
const MaxJobs = 256

// runMemory is what a run may need at its peak, which is while it is compiled: 0.5 GB plain and 1.4 GB winsorized were
// seen, with the paper's net.
const runMemory = 2 << 30

// DefaultJobs is how many runs at a time are fastest here, as far as was measured: one on an accelerator, which one run
// fills; on a CPU one for each two cores, but two on two cores, and no more than fit into the memory that is free.
//
// On two cores a run keeps 1.5 of them busy (the paper's net is small, and compiling uses one), and two at a time got
// through the same work in 0.77 (plain) and 0.80 (c = 2) of the time. A larger net keeps more cores busy: then fewer are
// better, so there is a flag.
func DefaultJobs() int {
	return defaultJobs(backend.Describe().Name, runtime.NumCPU(), freeMemory())
}

func defaultJobs(backendName string, cores int, free float64) int {
	if backendName != "XLA on CPU" && backendName != "pure Go" {
		return 1
	}
	byCores := max(cores/2, min(cores, 2))
	byMemory := int(min(free/runMemory, MaxJobs))
	return min(max(min(byCores, byMemory), 1), MaxJobs)
}

// freeMemory is what programs may still take, in bytes; infinite where the system doesn't say.
func freeMemory() float64 {
	file, err := os.Open("/proc/meminfo")
	if err != nil {
		return math.Inf(1)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "MemAvailable:"); ok {
			var kilobytes float64
			if _, err := fmt.Sscan(rest, &kilobytes); err == nil {
				return kilobytes * 1024
			}
		}
	}
	return math.Inf(1)
}

// CheckJobs refuses what can't be meant.
func CheckJobs(n int) error {
	if n < 1 || n > MaxJobs {
		return fmt.Errorf("jobs = %d: must be from 1 to %d", n, MaxJobs)
	}
	return nil
}
