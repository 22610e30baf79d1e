// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package claims

import (
	"fmt"
	"strings"
)

// Change is a change made to a test after its first full run, or after the tests were first written down.
type Change struct{ Date, Claim, What, Reason string }

// changes are listed in README.md, oldest first. A test is never changed without a line here.
var changes = []Change{
	{"2026-11-25", "C10a", "new; C10 stays as it is", "C10 asks whether the ratio is above 1.1, and null worlds can have that by chance. In the seven runs there were, " +
		"the real ratio was the largest of seven each time: found by looking, so the test takes seeds 4 to 10, which were trained after it was written; all seven of them, " +
		"which the code asks for since the first four runs were there"},
	{"2026-11-25", "C11a", "new; C11 stays as it is", "C11 is met where a net memorises below the line: at 75 % noise and c = 2, seed 1 ended below it with 12 % of the corrupt examples learned, " +
		"after 1.7 %. Found by looking at seed 1, so the test takes later seeds, which had not been looked at"},
	{"2026-11-26", "C15", "minibatches for fewer than 10,000 steps do not count", "The claims after the first paper have shorter runs on the same 6,000 examples, other seeds of which were reported beside C15's " +
		"own. No condition and no number that decides has changed"},
	{"2026-11-26", "C19 to C21, E1", "seeds 11 to 13 in place of 11 and later", "L2 has runs of the same spec with seed 14, in which no coherence is measured, and a claim with a run that lacks a value is not tested. " +
		"No condition has changed"},
	{"2026-11-26", "C16, C17, R1, F1 to F4, O1 to O3", "seeds 11 to 13 in place of any", "Plain SGD at 25 % noise has a run of the same spec with seed 14, of L2, so one side of a comparison had a seed more. " +
		"No condition and no verdict has changed"},
	{"2026-11-26", "O1", "seeds 12 and 13 of the width 4,096 too", "The runs were made after those of the other widths, when their verdict was known: it does not hold, and has not changed"},
	{"2026-11-26", "F1a", "seeds 12 and 13 too", "The claim was written with one seed, 11, for the time its runs take; the others were made when its verdict was known"},
	{"2026-11-26", "O1a", "new; O1 stays as it is", "O1 compares widths at equal steps, from epoch 1 on, when most is learned and wide nets are further on. Where as much is learned α̂ rose with the width: found by looking " +
		"at O1's three seeds, so the test takes seeds 21 to 23, which were trained after it was written"},
}

const preamble = `# The claims and their tests

Generated from the table that the verdicts are computed with: don't edit. After a change of the table run
` + "`CG_REGEN=1 go test ./cgkit/claims/`" + ` and add the change, with its reason, to the list at the end.

The tests of C1 to C15 were written before any full run was made. Nobody had seen an outcome, except that a run made elsewhere
was said to fail at least one of C11 and C14 in part at 100 % noise. The paper gives curves and no table of numbers, so
the numbers below are ours: they say what we take words such as "memorises" to mean. Claims with a letter, such as C10a,
were added once records had been looked at, and are judged by runs that had not; see the list at the end.

## How a verdict comes about

| conditions | verdict |
|---|---|
| all met | holds |
| all **core** ones met, another is not | holds in part |
| a **core** one is not met | does not hold |
| a run or a value is missing | not tested, and the reason names it |

- **Seeds.** A quantity is computed for each run by itself. Conditions are about its median over the seeds; the smallest
  and largest value are reported as its spread. Each condition is also tried for each seed alone, and the reason
  says where seeds disagree. An undefined value counts as not met; the median is undefined when half of the values are.
- **Runs.** Only complete ones. A run that diverged is left out and named. Unless it says otherwise: MNIST, the
  initialisation of the authors' code, nearest percentile.
- **Steps.** Those the authors evaluate at: 0–9, 10, 20 … 90, 100 … 900, 1,000 … 9,000, every 10,000, and the last.
- **Noise** ε is the share of labels chosen and permuted among themselves; *pristine* labels are unchanged, *corrupt* ones
  changed.

`

const furtherPreamble = `# Further claims

Not the paper's: of papers after it, or this project's own. Each was written before its runs, which have seeds that no run had before. W1 and W2
are about what was seen in the runs of the claims above. MC is *Making Coherence Out of Nothing At All* (arXiv 2008.01217), GM
*On the Generalization Mystery in Deep Learning* (arXiv 2203.10036).

`

// Markdown returns the tests of all claims as text: what README.md in this folder must be.
func Markdown() string {
	var b strings.Builder
	b.WriteString(preamble)
	for _, c := range append(All(), Later()...) {
		c.describe(&b)
	}
	b.WriteString(furtherPreamble)
	for _, c := range Further() {
		c.describe(&b)
	}
	b.WriteString("## Changes\n\n")
	if len(changes) == 0 {
		b.WriteString("None.\n")
		return b.String()
	}
	b.WriteString("| date | claim | what | reason |\n|---|---|---|---|\n")
	for _, c := range changes {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", c.Date, c.Claim, c.What, c.Reason)
	}
	return b.String()
}

// describe writes a claim's section.
func (c Claim) describe(b *strings.Builder) {
	fmt.Fprintf(b, "## %s\n\n%s\n\n", c.ID, c.Text)
	for _, line := range []struct{ name, text string }{
		{"In the paper", c.Where}, {"Shown in", c.Figure}, {"Runs", c.Runs}, {"Quantity", c.Quantity},
		{"Steps", c.Steps}, {"Numbers for words", c.Words}, {"Falsified by", c.Falsified},
	} {
		fmt.Fprintf(b, "- **%s:** %s.\n", line.name, strings.TrimSuffix(line.text, "."))
	}
	b.WriteString("- **Conditions:**\n")
	for i, condition := range c.Conditions {
		kind := ""
		if condition.Core {
			kind = "**core:** "
		}
		fmt.Fprintf(b, "  %d. %s%s\n", i+1, kind, condition.Text)
	}
	b.WriteString("\n")
}
