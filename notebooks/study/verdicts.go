// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"coherentgradients/cgkit/claims"
	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/plots"
)

// ClaimRuns are the specs of the runs planned for judging the claims on a data set, at full scale whatever the mode:
// Figure 4's, Figure 1's, and those of [FullBatch].
func ClaimRuns(dataset string) []record.Spec { return claimRuns(nil, dataset) }

// claimRuns is ClaimRuns with the further seeds that a store has finished records of.
func claimRuns(store *record.Store, dataset string) []record.Spec {
	base := record.DefaultSpec()
	base.Dataset = dataset
	var specs []record.Spec
	for _, noise := range []float64{0, 0.25, 0.5, 0.75, 1} {
		s := base
		s.Noise = noise
		for _, c := range []float64{0, 1, 2, 4, 8} {
			if s.C, s.Aggregator = c, "mean"; c > 0 {
				s.Aggregator = "winsorize"
			}
			specs = append(specs, withSeedsIn(store, s, gridSeeds(noise, c))...)
		}
		s.C, s.Aggregator, s.Hidden, s.Steps = 0, "mean", slices.Clone(wide), wideSteps
		specs = append(specs, withSeedsIn(store, s, noiseSeeds(noise))...)
	}
	return append(specs, FullBatch(dataset)...)
}

// LaterRuns are the specs of the runs that the claims which are not the paper's are judged by, on a data set: the short
// ones of C10a, those of W1 and W2, of F1 to F4, of O1 to O3, those that compare rules, and those of S1.
func LaterRuns(dataset string) []record.Spec {
	specs := claims.FirstSteps(basisOf(dataset))
	for _, arm := range CollapseArms(dataset) {
		specs = append(specs, arm.Specs...)
	}
	return slices.Concat(specs, record.ExampleRuns(), CarryRuns(), OpenRuns(), record.RuleRuns(dataset), record.StoppingRuns(),
		record.CoherenceRuns(), record.CoherenceWholeRuns())
}

// FullBatch are the four runs of the paper's discussion on a fixed part of a data set, its first 6,000 training
// examples: without noise and at 50 %, all of them a step for 10,000 steps and minibatches of 100 beside it.
func FullBatch(dataset string) []record.Spec {
	var specs []record.Spec
	for _, noise := range []float64{0, 0.5} {
		for _, batch := range []int{quickExamples, 100} {
			s := record.DefaultSpec()
			s.Dataset, s.Noise, s.Batch, s.Steps = fmt.Sprintf("%s-%d", dataset, quickExamples), noise, batch, 10_000
			specs = append(specs, s)
		}
	}
	return specs
}

// Judged gives the verdict on each claim, from the finished records of [ClaimRuns] on the notebook's data set; in the
// mode full it trains the missing ones first.
func Judged() []claims.Verdict {
	store, err := place.OpenStore("")
	must(err)
	if Mode() == place.Full {
		var plain, measured []record.Spec
		for _, spec := range append(claimRuns(store, Dataset()), claims.FirstSteps(basisOf(Dataset()))...) {
			if slices.Equal(spec.Hidden, wide) {
				measured = append(measured, spec)
			} else {
				plain = append(plain, spec)
			}
		}
		easyHard, _ := EasyHardRuns(store)
		collapsed, _, unreadable := Finished(store, append(LaterRuns(Dataset()), easyHard...))
		tell(os.Stdout, unreadable)
		return judgeAll(Dataset(), slices.Concat(Train(plain...), TrainMeasured(measured...), collapsed))
	}
	verdicts, found, asked, unreadable := Judge(store, Dataset())
	fmt.Printf("%d of %d records found\n", found, asked)
	tell(os.Stdout, unreadable)
	return verdicts
}

// basisOf is the paper's basis on a data set.
func basisOf(dataset string) claims.Basis {
	b := claims.Paper
	b.Dataset = dataset
	return b
}

// Judge is [Judged] on the records of a store, for use without a notebook: it trains nothing and ends no program. It
// says also how many of the records it found, and which it could not read.
func Judge(store *record.Store, dataset string) (verdicts []claims.Verdict, found, asked int, unreadable []Unreadable) {
	easyHard, absent := EasyHardRuns(store)
	specs := slices.Concat(claimRuns(store, dataset), LaterRuns(dataset), easyHard)
	records, _, unreadable := Finished(store, specs)
	return judgeAll(dataset, records), count(records), len(specs) + absent, unreadable
}

// judgeAll judges the paper's claims, those added to them, and the project's own.
func judgeAll(dataset string, records []*record.Record) []claims.Verdict {
	return append(claims.JudgeOn(basisOf(dataset), records), claims.JudgeFurther(records)...)
}

// Finished are the finished records of specs in a store, nil where there is none, the ids of those that are missing,
// and what is there and can't be read.
func Finished(store *record.Store, specs []record.Spec) (records []*record.Record, missing []string, unreadable []Unreadable) {
	for _, spec := range specs {
		r, err := store.Find(spec)
		switch {
		case err != nil:
			r = nil
			unreadable = append(unreadable, Unreadable{spec.ID(), err})
		case r == nil || !r.Finished():
			r = nil
			missing = append(missing, spec.ID())
		}
		records = append(records, r)
	}
	return records, missing, unreadable
}

// Verdicts prints a table of verdicts, with the reason of each.
func Verdicts(verdicts []claims.Verdict) { must(WriteVerdicts(os.Stdout, verdicts)) }

// WriteVerdicts writes what [Verdicts] prints.
func WriteVerdicts(w io.Writer, verdicts []claims.Verdict) error {
	var b strings.Builder
	for _, v := range verdicts {
		fmt.Fprintf(&b, "%-4s %-14s %s\n", v.ID, v.Verdict, v.Claim)
		fmt.Fprintf(&b, "     %-14s %s\n", "", v.Reason)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Details prints what is behind the verdict on one claim: each condition and whether it is met, then each quantity,
// as its median over the seeds with its range.
func Details(verdicts []claims.Verdict, id string) {
	i := slices.IndexFunc(verdicts, func(v claims.Verdict) bool { return v.ID == id })
	if i < 0 {
		var ids []string
		for _, v := range verdicts {
			ids = append(ids, v.ID)
		}
		must(fmt.Errorf("there is no claim %q: use one of %s", id, strings.Join(ids, ", ")))
		return
	}
	v := verdicts[i]
	fmt.Printf("%s %s: %s\n  %s\n\n", v.ID, v.Verdict, v.Claim, v.Reason)
	for _, check := range v.Checks {
		word, kind := "not met", "also"
		if check.Met {
			word = "met"
		}
		if check.Core {
			kind = "core"
		}
		fmt.Printf("  %-7s  %s  %s", word, kind, check.Text)
		if check.Seeds > 1 {
			fmt.Printf(" (alone: %d of %d seeds)", check.SeedsMet, check.Seeds)
		}
		fmt.Println()
	}
	fmt.Println()
	for _, name := range slices.Sorted(maps.Keys(v.Measured)) {
		q := v.Measured[name]
		fmt.Printf("  %-52s %.4g", name, q.Median)
		if q.Seeds > 1 {
			fmt.Printf("  (%.4g to %.4g, %d seeds)", q.Min, q.Max, q.Seeds)
		}
		fmt.Println()
	}
	if v.MayDiffer != "" {
		fmt.Println("\n  " + v.MayDiffer)
	}
}

// VerdictsFigure draws the verdicts, with a mark for each condition.
func VerdictsFigure(verdicts []claims.Verdict) *plots.Figure { return figure(verdictsOf(verdicts)) }

// verdictsOf is [VerdictsFigure] with its error.
func verdictsOf(verdicts []claims.Verdict) (*plots.Figure, error) {
	d := plots.VerdictsData{}
	runs, counts := map[string]bool{}, map[string]int{}
	for _, v := range verdicts {
		row := plots.JudgedClaim{Name: v.ID, Text: raised(short[v.ID]), Verdict: v.Verdict}
		if c, ok := v.Deciding(); ok {
			row.Deciding = raised(strings.TrimRight(c.What, ", ") + ": " + together(c.Spread()) + ", asked " + together(limitOf(c)))
		}
		for _, c := range v.Checks {
			row.Conditions = append(row.Conditions, plots.Condition{Core: c.Core, Met: c.Met, Seeds: c.Seeds, SeedsMet: c.SeedsMet})
		}
		for _, id := range v.Runs {
			runs[id] = true
		}
		counts[v.Verdict]++
		d.Claims = append(d.Claims, row)
	}
	d.Meta = plots.Meta{
		Caption: fmt.Sprintf("The claims of the paper on %s, of later papers and of this project, judged by %d different runs: %d hold, %d hold in part, %d do not hold, %d not tested. "+
			"The test of each was fixed before its runs.",
			title(Dataset()), len(runs), counts[claims.Holds], counts[claims.HoldsInPart], counts[claims.DoesNotHold], counts[claims.NotTested]),
		Provenance: map[string]string{"records": strings.Join(slices.Sorted(maps.Keys(runs)), " ")},
	}
	return plots.Verdicts(d)
}

// together keeps a number on one line with its sign and its unit.
func together(text string) string {
	return strings.NewReplacer(" %", "\u00a0%", "≥ ", "≥\u00a0", "≤ ", "≤\u00a0", "< ", "<\u00a0", "> ", ">\u00a0").Replace(text)
}

// raised sets the p and c of f^p and its like as superscripts, and writes a gradient as figures do, whose font has no ∇.
func raised(text string) string {
	return strings.NewReplacer("f^p", "f^{p}", "f^c", "f^{c}", "i^p", "i^{p}", "i^c", "i^{c}", "g^p", "g^{p}", "g^c", "g^{c}",
		"∇L", "g").Replace(text)
}

// short forms of the claims, for the figure.
var short = map[string]string{
	"C1":  "every noise level reaches ~100 % train accuracy; test differs",
	"C2":  "more noise takes longer to the same train accuracy",
	"C3":  "pristine examples are learned faster than corrupt ones",
	"C4":  "the fewer pristine examples, the more slowly they are learned",
	"C5":  "early loss falls more slowly with noise: weaker gradient",
	"C6":  "test accuracy peaks before corrupt examples are learned",
	"C7":  "25, 50 %: f^p first above f^c, then below, at last on a par",
	"C8":  "75 %: f^c above f^p throughout, f^p falls a little",
	"C9":  "null worlds do not cross at 25, 50 %; only real f^p falls",
	"C10": "i^p noticeably above i^c in the first ten steps",
	"C11": "c > 1: train accuracy never exceeds proper accuracy",
	"C12": "the larger c, the more slowly overfit grows",
	"C13": "much winsorization: accuracies peak, then go down",
	"C14": "all labels random: c = 0 memorises, c ≥ 2 stays near 10 %",
	"C15": "full batch generalises like minibatches",

	"C10a": "i^p / i^c is larger than in every null world",
	"W1":   "25 %, c = 2 collapses: logits grow, large updates, dead layer",
	"W2":   "shorter updates prevent it; float64, init, half the rate do not",
	"C16":  "RM3, M3 memorise at most half of what plain SGD does",
	"C17":  "it is the median: RA3 memorises as plain SGD does",
	"R1":   "no rule's best is > 0.5 points above plain SGD's",
	"R2":   "RM3, not RA3, is unstable with momentum 0.9",
	"C18":  "easy examples generalise better among themselves than hard ones",
	"L1":   "the mean margin finds wrong labels best, alignment no better",
	"L2":   "averaged up to the stop it does, and far better than to the end",
	"C11a": "c > 1: corrupt examples are not learned below that either",
	"S1":   "the trough of α̂ tells when to stop, as well as rival rules",
	"F1":   "winsorizing on Fashion-MNIST: no memorising, less overfit",
	"F1a":  "the same on all of Fashion-MNIST",
	"F2":   "the same on CIFAR-10 with a small convolutional net",
	"F3":   "augmentation alone removes half of the overfit at 25 %",
	"F4":   "figures 1 and 2 carry over to Fashion-MNIST",
	"O1":   "wider nets generalise better, gradients agree more",
	"O1a":  "wider nets agree more where they have learned as much",
	"O2":   "random labels first: worse, by directions, not norms",
	"O3":   "random labels: weights along the images' directions",

	"C19":  "coherence falls from near m, rises, returns; later with noise",
	"C19g": "real labels: coherence starts near 1, climbs to tens, returns",
	"C20":  "random labels reach hundreds, real ones far more",
	"C20g": "an example helps tens with real labels, one or two with random",
	"C21":  "convolutions are more coherent than dense layers",
	"E1":   "E‖g‖² turns up exactly where a quarter or more is noisy",
}

// judged draws the verdicts on the records of [ClaimRuns], nil where one is missing.
func judged(records []*record.Record) (*plots.Figure, error) {
	return verdictsOf(judgeAll(Dataset(), records))
}

// SameAsCommitted prints whether the verdicts are those of notebooks/results/claims.json, which the README shows.
func SameAsCommitted(verdicts []claims.Verdict) {
	store, err := place.OpenStore("")
	must(err)
	committed, err := claims.Read(filepath.Join(store.Folders[0], CommittedClaims))
	if err != nil {
		fmt.Println("there is no committed file of verdicts to compare these with")
		return
	}
	var differ []string
	for i, v := range verdicts {
		if i >= len(committed) || v.ID != committed[i].ID || v.Verdict != committed[i].Verdict || v.Reason != committed[i].Reason {
			differ = append(differ, v.ID)
		}
	}
	if len(differ) == 0 {
		fmt.Println("these are the verdicts of notebooks/results/claims.json")
		return
	}
	fmt.Println("other records than those of notebooks/results/claims.json: it differs in", strings.Join(differ, ", "))
}

// CommittedClaims is the name of the file of verdicts beside the committed records.
const CommittedClaims = "claims.json"
