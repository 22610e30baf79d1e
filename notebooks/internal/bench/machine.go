// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"fmt"
	"maps"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/klauspost/cpuid/v2"
)

// Machine says on what and with what was measured.
type Machine struct {
	CPU        string            `json:"cpu"`
	Cores      int               `json:"cores"`       // that this process may use
	VectorBits int               `json:"vector_bits"` // of the widest vectors that the processor has; 0: not known
	Platform   string            `json:"platform"`
	XLAFlags   string            `json:"xla_flags"`
	Versions   map[string]string `json:"versions"`
}

func thisMachine() Machine {
	m := Machine{
		CPU: strings.TrimSpace(cpuid.CPU.BrandName), Cores: runtime.NumCPU(),
		Platform: runtime.GOOS + "/" + runtime.GOARCH, Versions: map[string]string{},
	}
	for _, known := range []struct {
		feature cpuid.FeatureID
		bits    int
	}{{cpuid.AVX512F, 512}, {cpuid.AVX2, 256}, {cpuid.SSE2, 128}, {cpuid.ASIMD, 128}} {
		if cpuid.CPU.Has(known.feature) {
			m.VectorBits = known.bits
			break
		}
	}
	return m
}

// String is the header line of a table.
func (m Machine) String() string {
	parts := []string{fmt.Sprintf("%s, %d cores", m.CPU, m.Cores)}
	if m.VectorBits > 0 {
		parts[0] += fmt.Sprintf(", %d-bit vectors", m.VectorBits)
	}
	parts = append(parts, m.Platform, "XLA_FLAGS="+m.XLAFlags)
	for _, name := range slices.Sorted(maps.Keys(m.Versions)) {
		parts = append(parts, name+" "+m.Versions[name])
	}
	return strings.Join(parts, "; ")
}

// moduleVersions are the versions of Go and of the modules that the numbers depend on.
func moduleVersions() map[string]string {
	versions := map[string]string{"go": strings.TrimPrefix(runtime.Version(), "go")}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if name, found := strings.CutPrefix(module.Path, "github.com/gomlx/"); found {
				versions[name] = module.Version
			}
		}
	}
	return versions
}
