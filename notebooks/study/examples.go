// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"os"

	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/internal/place"
)

// ExampleSets are the data sets of the runs about easy, hard and wrong examples; in quick mode the notebook's alone, cut.
func ExampleSets() []string {
	if Mode() == place.Quick {
		return []string{AtMost(Spec(0, 0), 1).Dataset}
	}
	return record.ExampleSets()
}

// quickExampleSteps is how long nets are trained that score examples in quick mode.
const quickExampleSteps = 300

// WrongRuns are the runs with wrong labels of a kind, see record.WrongLabels; in quick mode one short one.
func WrongRuns(set, kind string) []record.Spec {
	s, seeds := record.WrongLabels(set, kind), record.WrongSeeds()
	if Mode() == place.Quick {
		s.Steps, seeds = quickExampleSteps, seeds[:1]
	}
	return withSeedsOf(s, seeds)
}

// CleanRuns are the runs without noise that tell easy from hard examples, see record.CleanLabels; in quick mode two
// short ones.
func CleanRuns(set string) []record.Spec {
	s, seeds := record.CleanLabels(set), record.ExampleSeeds
	if Mode() == place.Quick {
		s.Steps, seeds = quickExampleSteps, seeds[:2]
	}
	return withSeedsOf(s, seeds)
}

// Scored are the finished records of runs that score examples. Only in the modes quick and full what is missing is
// trained; else it says in one line how many there are.
func Scored(specs ...record.Spec) []*record.Record {
	if mode := Mode(); mode == place.Quick || mode == place.Full {
		return trainAll(record.MeasureExamples, specs)
	}
	store, err := place.OpenStore("")
	must(err)
	records := findIn(store, os.Stdout, "", specs)
	sayFound(os.Stdout, len(records), len(specs), "sweep --paper examples")
	return records
}

// Scores are the scores of the examples in some records, as far as they have them: those committed of runs with wrong
// labels hold what they found, and not the scores.
func Scores(records []*record.Record) []*record.Examples {
	var list []*record.Examples
	for _, r := range records {
		if r == nil || !r.HasExamples() {
			continue
		}
		e, err := r.LoadExamples()
		must(err)
		list = append(list, e)
	}
	return list
}
