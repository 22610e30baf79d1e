// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"slices"

	"coherentgradients/cgkit/record"
)

// Claim is one claim, of the paper or of [Further], and the test that it must pass, fixed beforehand.
type Claim struct {
	ID         string      // C1 … C15; with a letter behind for one of [Later]; W1 … for one of [Further]
	Text       string      // the claim in our own words
	Where      string      // section and figure of the paper
	Figure     string      // our figure that shows it
	Runs       string      // which runs are looked at
	Quantity   string      // what is measured
	Steps      string      // at which steps
	Words      string      // numbers for words such as "memorises", and why these numbers
	Falsified  string      // what would falsify it
	Conditions []Condition // what is asked of the quantities

	// judge measures and decides every condition, in any order; what is missing it leaves to the evidence.
	judge func(e *evidence)
}

// Condition is one thing asked. Core says that the claim does not hold without it; see the package comment.
type Condition struct {
	Text string
	Core bool
}

// Basis says on which runs the claims are judged, where the paper and its code leave a choice.
type Basis struct {
	Dataset    string
	Init       string
	Percentile string
}

// Paper is the basis of the verdicts reported: the paper's data, and what the authors' code does.
var Paper = Basis{Dataset: "mnist", Init: record.InitAuthors, Percentile: record.PercentileNearest}

// All returns the claims C1 to C15 in this order. The caller may change what it gets.
func All() []Claim {
	return []Claim{
		claim1(), claim2(), claim3(), claim4(), claim5(), claim6(), // CG §2.1–2.3, figure 1
		claim7(), claim8(), claim9(), claim10(), // CG §2.4, figures 2 and 3
		claim11(), claim12(), claim13(), claim14(), // CG §3, figure 4
		claim15(), // the paper's discussion
	}
}

// Judge gives the verdict on every claim, in the order of [All] and then of [Later], on the basis of [Paper]. Records that no claim asks
// for, nil ones and copies are ignored.
func Judge(records []*record.Record) []Verdict { return JudgeOn(Paper, records) }

// JudgeOn is [Judge] on another basis, such as the initialisation that the paper's text names.
func JudgeOn(basis Basis, records []*record.Record) []Verdict {
	return judge(append(All(), Later()...), basis, records)
}

// Further returns the claims that are not the paper's: those of papers after it, and this project's own. The caller may
// change what it gets.
func Further() []Claim {
	return slices.Concat(
		[]Claim{claimW1(), claimW2()}, // the collapse, notebook 03
		[]Claim{claim19(), claim19g(), claim20(), claim20g(), claim21(), claimE1()}, // how far gradients agree, 07
		[]Claim{claim16(), claim17(), claimR1(), claimR2()},                         // rules that forget, 08
		[]Claim{claimS1()},                       // when to stop, 09
		[]Claim{claim18(), claimL1(), claimL2()}, // easy, hard and wrong examples, 10
		openObservations(),                       // what the paper left open, 11
		carryOver(),                              // other images, another net, 12
	)
}

// JudgeFurther gives the verdict on every claim of [Further], in that order, on the basis of [Paper].
func JudgeFurther(records []*record.Record) []Verdict { return judge(Further(), Paper, records) }

func judge(list []Claim, basis Basis, records []*record.Record) []Verdict {
	pool := newPool(basis, records)
	var verdicts []Verdict
	for _, c := range list {
		e := &evidence{claim: c, pool: pool}
		c.judge(e)
		verdicts = append(verdicts, e.verdict())
	}
	return verdicts
}

// core and also are the two kinds of condition.
func core(text string) Condition { return Condition{Text: text, Core: true} }
func also(text string) Condition { return Condition{Text: text} }
