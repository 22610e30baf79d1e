// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"os"
	"strconv"
	"strings"
)

// peakRSSMB is this process's largest resident size so far in MB, 0 where it is not known. Not getrusage: what that
// says begins with the size of the process that started this one.
func peakRSSMB() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for entry := range strings.Lines(string(status)) {
		if rest, found := strings.CutPrefix(entry, "VmHWM:"); found {
			kb, _ := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
			return kb * 1024 / 1e6
		}
	}
	return 0
}
