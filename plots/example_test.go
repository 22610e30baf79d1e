// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plots

import "fmt"

// The curves in these examples are made up by formulas; see madeup_test.go.

func show(fig *Figure, err error) {
	if err == nil {
		err = fig.Show() // in a notebook, the picture
	}
	if err != nil {
		fmt.Println(err)
	}
}

func ExampleRun() {
	show(Run(RunData{
		Meta: Meta{Caption: "One run at 50 % label noise.", Marks: []Mark{madeUp}},
		Evaluations: Evaluations{
			Steps:         []float64{0, 1, 10, 100, 1000},
			TrainAccuracy: []float64{0.10, 0.11, 0.20, 0.45, 0.54},
			TestAccuracy:  []float64{0.10, 0.12, 0.31, 0.80, 0.93},
			Proper:        0.55,
		},
	}))
	// Output: [figure] One run at 50 % label noise. (Made-up data.)
}

func ExampleWinsorizedGrid() {
	run := madeUpRun(0.5, 2, 60000)
	show(WinsorizedGrid(GridData{
		Meta:   Meta{Caption: "Two cells, one without a record.", Marks: []Mark{QuickRun, SyntheticData}},
		Noises: []float64{0, 0.5},
		Cs:     []float64{2},
		Cells:  [][]*Evaluations{{nil, &run}},
	}))
	// Output: [figure] Two cells, one without a record. (Quick run, synthetic data.)
}

func ExampleCompare() {
	show(Compare(CompareData{
		Meta: madeUpMeta("SGD beside winsorized SGD at 50 % label noise."),
		Runs: []NamedRun{{"c = 0", Winsorization(0), madeUpRun(0.5, 0, 60000)}, {"c = 2", Winsorization(2), madeUpRun(0.5, 2, 60000)}},
	}))
	// Output: [figure] SGD beside winsorized SGD at 50 % label noise. (Made-up data.)
}

func ExampleVerdicts() {
	show(Verdicts(VerdictsData{
		Meta: madeUpMeta("Two claims."),
		Claims: []JudgedClaim{
			{Name: "A1", Text: "water flows downhill", Verdict: "holds", Conditions: []Condition{{Core: true, Met: true, Seeds: 1, SeedsMet: 1}}},
			{Name: "A2", Text: "swans are white", Verdict: "does not hold", Conditions: []Condition{{Core: true, Seeds: 1}}},
		},
	}))
	// Output: [figure] Two claims. (Made-up data.)
}

func ExampleTwoExamples() {
	show(TwoExamples(TwoExamplesData{
		Meta:       Meta{Caption: "The sum is twice as strong along the shared direction."},
		Directions: []string{"only a", "shared", "only b"},
		A:          []float64{1, 1, 0},
		B:          []float64{0, 1, 1},
	}))
	// Output: [figure] The sum is twice as strong along the shared direction.
}

func ExampleDigits() {
	show(Digits(madeUpDigits(10)))
	// Output: [figure] Seven-segment numerals in the place of examples. (Made-up data.)
}

func ExampleNewGrid() {
	loss := &Panel{Title: "Loss", XSteps: true, Curves: []Curve{{Name: "train", X: []float64{0, 1, 10}, Y: []float64{2.3, 2.2, 1.7}, Role: Train}}}
	show(NewGrid(Meta{}, Grid{Panels: [][]*Panel{{loss}}, XLabel: "step"}))
	// Output: [figure] Line chart of Loss over step: train falls from 2.3 to 1.7.
}
