// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/notebooks/internal/place"
)

// The small runs of the notebooks on sections 2.1 to 2.4: a narrower net on the first quickExamples, which learns
// most of them by heart within smallSteps.
const (
	smallWidth = 256
	smallSteps = 1500
)

// The net of section 2 and how long it is trained.
var wide = []int{2048}

const wideSteps = 100_000

// NoiseLevels are the curves of Figure 1; in quick mode there are three.
func NoiseLevels() []float64 {
	if Mode() == place.Quick {
		return []float64{0, 0.5, 1}
	}
	return []float64{0, 0.25, 0.5, 0.75, 1}
}

// MixedLevels are the columns of Figures 2 and 3, where there are pristine and corrupt examples to be told apart.
func MixedLevels() []float64 { return []float64{0.25, 0.5, 0.75} }

// NoiseSpec is the paper's net of section 2 (784–2048–10, batch 100, rate 0.1, 100,000 steps) on the notebook's data
// set with a share of label noise. In quick mode it is [SmallNoise].
func NoiseSpec(noise float64) record.Spec {
	if Mode() == place.Quick {
		return SmallNoise(noise)
	}
	s := record.DefaultSpec()
	s.Dataset, s.Noise, s.Hidden, s.Steps = Dataset(), noise, slices.Clone(wide), wideSteps
	return s
}

// SmallNoise is NoiseSpec made small enough to be trained while one waits: 256 hidden units, 1,500 steps, on the first
// 6,000 training examples.
func SmallNoise(noise float64) record.Spec {
	s := record.DefaultSpec()
	s.Dataset, s.Noise, s.Hidden = Dataset(), noise, []int{smallWidth}
	if slices.Contains([]string{"mnist", "fashion-mnist", "cifar-10"}, s.Dataset) {
		s.Dataset += "-" + strconv.Itoa(quickExamples)
	}
	return AtMost(s, smallSteps)
}

// NoiseRuns are the specs of [NoiseSpec] at the given levels, with the planned seeds (three up to 50 % noise, one
// above) and those further ones, up to [MaxSeeds], that there are finished records of; with one in quick mode.
func NoiseRuns(levels ...float64) []record.Spec {
	var specs []record.Spec
	for _, noise := range levels {
		if Mode() == place.Quick {
			specs = append(specs, NoiseSpec(noise))
			continue
		}
		specs = append(specs, withSeeds(NoiseSpec(noise), noiseSeeds(noise))...)
	}
	return specs
}

// Measured is [Available] for runs whose gradients are measured: it says how many records there are, and which of them
// have no measured gradients, and in the modes quick and full it trains what is missing. Nothing is trained otherwise.
func Measured(specs ...record.Spec) []*record.Record {
	if mode := Mode(); mode == place.Quick || mode == place.Full {
		return TrainMeasured(specs...)
	}
	store, err := place.OpenStore("")
	must(err)
	records, unreadable := loadAll(store, specs, record.MeasureGradients)
	found, measured := count(records), 0
	absent := map[string]bool{}
	for i, r := range records {
		if r == nil {
			absent[specs[i].ID()] = true
		} else if r.Has("gradient_norm2") {
			measured++
		}
	}
	for _, u := range unreadable {
		delete(absent, u.ID)
	}
	fmt.Printf("%d of %d records found", found, len(specs))
	if missing := levels(specs, func(i int) bool { return absent[specs[i].ID()] }); missing != "" {
		fmt.Printf("; missing at %s noise", missing)
	}
	if plain := levels(specs, func(i int) bool { return records[i] != nil && !records[i].Has("gradient_norm2") }); plain != "" {
		fmt.Printf("; without measured gradients at %s noise", plain)
	}
	if measured+len(unreadable) < len(specs) {
		fmt.Print("; train them with: go run ./notebooks run --full")
	}
	fmt.Println()
	tell(os.Stdout, unreadable)
	return records
}

// TrainMeasured is [Train] for runs whose gradients are measured at the evaluated steps. A finished record that lacks
// them is trained again.
func TrainMeasured(specs ...record.Spec) []*record.Record {
	ctx, opt, stop := stoppable(options(record.MeasureGradients))
	defer stop()
	records, err := run.RunAll(ctx, specs, opt)
	must(err)
	return records
}

// levels lists the noise of the specs whose records are as asked, with how many of them there are where it is not one.
func levels(specs []record.Spec, is func(i int) bool) string {
	var order []float64
	count := map[float64]int{}
	for i, spec := range specs {
		if is(i) {
			if count[spec.Noise]++; count[spec.Noise] == 1 {
				order = append(order, spec.Noise)
			}
		}
	}
	var words []string
	for _, noise := range order {
		word := strconv.FormatFloat(100*noise, 'g', 4, 64)
		if n := count[noise]; n > 1 {
			word += fmt.Sprintf(" (%d seeds)", n)
		}
		words = append(words, word)
	}
	if len(words) == 0 {
		return ""
	}
	return strings.Join(words, ", ") + " %"
}
