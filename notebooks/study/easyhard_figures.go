// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/datasets"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/plots"
)

// EasyHardRecords are the finished records on easy and on hard examples; in the mode full what is missing is trained.
func EasyHardRecords() []*record.Record {
	if Mode() == place.Full {
		return Train(record.EasyHardRuns()...)
	}
	store, err := place.OpenStore("")
	must(err)
	specs, missing := EasyHardRuns(store)
	found := findIn(store, os.Stdout, "", specs)
	fmt.Printf("%d of %d records found", len(found), len(specs)+missing)
	if missing > 0 {
		fmt.Print("; train the rest with: go run ./notebooks sweep --paper easy-hard, after sweep --paper examples")
	}
	fmt.Println()
	return found
}

// EasyHardFigure draws the test accuracy of nets trained on easy and on hard examples, tested on other examples of either
// kind, a panel for each data set: the median over seeds, with their range.
func EasyHardFigure(records []*record.Record) *plots.Figure { return figure(easyHardBars(records)) }

func easyHardBars(records []*record.Record) (*plots.Figure, error) {
	kinds := []string{record.Easy, record.Hard}
	var panels []*plots.Panel
	var shown []*record.Record
	for _, set := range record.ExampleSets() {
		bars := &plots.Bars{}
		for i, tested := range kinds {
			s := plots.BarSeries{Name: "tested on " + tested + " examples", Role: plots.Series(i)}
			for _, trained := range kinds {
				values, of := easyHardEnds(records, set, trained, tested)
				shown = append(shown, of...)
				low, high := least(values), largest(values)
				if len(values) == 0 {
					low, high = math.NaN(), math.NaN()
				}
				s.Y, s.Lo, s.Hi = append(s.Y, Median(values)), append(s.Lo, low), append(s.Hi, high)
			}
			bars.Series = append(bars.Series, s)
		}
		bars.Categories = []string{"trained on easy", "trained on hard"}
		p := &plots.Panel{Title: titleOf(set), Percent: true, Bars: bars}
		if !slices.ContainsFunc(bars.Series, func(s plots.BarSeries) bool { return !math.IsNaN(s.Y[0]) || !math.IsNaN(s.Y[1]) }) {
			p = nil
		}
		panels = append(panels, p)
	}
	what := "Test accuracy (%) of nets trained on 1,250 easy or hard examples, 125 of each class, and tested on as many others of either kind, mean of the last three evaluations"
	m := metaWith(what, fmt.Sprintf("bars are medians over the seeds %s, with their range", seedList(shown)), shown...)
	if len(shown) > 0 {
		m.Caption = fmt.Sprintf("%s. %s, net %s, %s steps of batch %d, rate %v; bars are medians over the seeds %s, with their range.", what,
			"The first 6,000 examples of MNIST and of Fashion-MNIST", net(shown[0]), Steps.One(float64(shown[0].Spec.Steps)), shown[0].Spec.Batch, shown[0].Spec.LearningRate, seedList(shown))
	}
	return plots.NewGrid(m, plots.Grid{Panels: [][]*plots.Panel{panels}, YLabel: "test accuracy (%)", ShareY: true, Aspect: 0.7, Reflow: true})
}

// easyHardEnds are the mean test accuracies of the last three evaluations, by seed.
func easyHardEnds(records []*record.Record, set, trained, tested string) (values []float64, of []*record.Record) {
	for _, r := range records {
		if r == nil || r.Spec.Dataset != record.EasyHardSet(set, trained, tested, r.Spec.Seed) {
			continue
		}
		sum, n := 0.0, min(3, len(r.Evaluations))
		for _, e := range r.Evaluations[len(r.Evaluations)-n:] {
			sum += e.TestAccuracy / float64(n)
		}
		values, of = append(values, sum), append(of, r)
	}
	return values, of
}

func seedList(records []*record.Record) string {
	var seeds []int64
	for _, r := range records {
		seeds = append(seeds, r.Spec.Seed)
	}
	slices.Sort(seeds)
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(slices.Compact(seeds)), " ", ", "), "[]")
}

// Overlap is the share of the easier half of each class by one run that is in the easier half by another: for every pair
// of runs. Two orders that have nothing to do with one another give a half.
func Overlap(runs []*record.Examples, schedule []int) []float64 {
	var halves []map[int32]bool
	for _, e := range runs {
		order, err := record.ByHardness([]*record.Examples{e}, schedule)
		must(err)
		halves = append(halves, easierHalf(order, e.Original))
	}
	var shares []float64
	for i, a := range halves {
		for _, b := range halves[i+1:] {
			both := 0
			for k := range a {
				if b[k] {
					both++
				}
			}
			shares = append(shares, float64(both)/float64(len(a)))
		}
	}
	return shares
}

// easierHalf is the first half of each class in an order.
func easierHalf(order []int32, labels []uint8) map[int32]bool {
	var counts, taken [256]int
	for _, k := range labels {
		counts[k]++
	}
	half := map[int32]bool{}
	for _, i := range order {
		if k := labels[i]; taken[k] < counts[k]/2 {
			taken[k]++
			half[i] = true
		}
	}
	return half
}

// OpenIfHere opens a data set for pictures; nil where it is not to be had, which it says in one line unless the notebook is
// to be kept as it comes out.
func OpenIfHere(name string) *datasets.Set {
	ctx, stop := run.Interruptible(context.Background())
	defer stop()
	set, err := datasets.Open(ctx, name, data())
	if errors.Is(err, datasets.ErrMissing) && drawsOnly() {
		line, _, _ := strings.Cut(err.Error(), "\n")
		fmt.Println("left out: " + line)
		return nil
	}
	must(err)
	return set
}
