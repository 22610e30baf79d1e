// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"fmt"
	"slices"
	"strings"

	"coherentgradients/cgkit/claims"

	"github.com/janpfeifer/gonb/gonbui"
)

// ShowClaims shows [ClaimsTable] below the cell, and ShowLimits [LimitsTable].
func ShowClaims(verdicts []claims.Verdict) { gonbui.DisplayMarkdown(ClaimsTable(verdicts)) }

// ShowLimits shows [LimitsTable] below the cell.
func ShowLimits(verdicts []claims.Verdict) { gonbui.DisplayMarkdown(LimitsTable(verdicts)) }

// ClaimsTable is the verdicts as a table of Markdown: each claim with its verdict, the number that decides it with its
// range over seeds, that number's limit, the seeds, and a plain sentence for each comparison that is not met. Where the
// claims are of several papers, each paper's come under its title.
func ClaimsTable(verdicts []claims.Verdict) string {
	var b strings.Builder
	b.WriteString("| | claim | verdict | what decides | number (range over seeds) | limit | seeds | what is not met |\n|---|---|---|---|---|---|---|---|\n")
	paper := -1
	for _, v := range bySource(verdicts) {
		if of := claims.SourceOf(v.ID); of != paper {
			paper = of
			writeRow(&b, []string{"", "**" + claims.Sources()[of].Title + "**", "", "", "", "", "", ""})
		}
		row := []string{v.ID, v.Claim, "**" + v.Verdict + "**", "", "", "", seedsOf(v), notMet(v)}
		if c, ok := v.Deciding(); ok {
			row[3], row[4], row[5] = strings.TrimSuffix(c.What, ","), c.Spread(), limitOf(c)
		}
		writeRow(&b, row)
	}
	return b.String()
}

// bySource puts verdicts in the order of the papers that their claims are of.
func bySource(verdicts []claims.Verdict) []claims.Verdict {
	list := slices.Clone(verdicts)
	slices.SortStableFunc(list, func(a, b claims.Verdict) int { return claims.SourceOf(a.ID) - claims.SourceOf(b.ID) })
	return list
}

// Summary is the verdicts as Markdown, shorter than [ClaimsTable]: for each paper how many of its claims hold, and a
// line for each with the number that decides.
func Summary(verdicts []claims.Verdict) string {
	var b strings.Builder
	for i, p := range claims.Sources() {
		list := slices.DeleteFunc(slices.Clone(verdicts), func(v claims.Verdict) bool { return claims.SourceOf(v.ID) != i })
		if len(list) == 0 {
			continue
		}
		fmt.Fprintf(&b, "### %s\n\n%s\n\n| | claim | verdict | what decides |\n|---|---|---|---|\n", p.Title, counted(list))
		for _, v := range list {
			decides := ""
			if c, ok := v.Deciding(); ok {
				decides = strings.TrimRight(c.What, ", ") + ": " + together(c.Spread()) + ", asked " + together(limitOf(c))
			}
			writeRow(&b, []string{v.ID, v.Claim, "**" + v.Verdict + "**", decides})
		}
		b.WriteString("\n")
	}
	return b.String()
}

// counted says how many claims have which verdict.
func counted(verdicts []claims.Verdict) string {
	var parts []string
	for _, verdict := range []string{claims.Holds, claims.HoldsInPart, claims.DoesNotHold, claims.NotTested} {
		n := 0
		for _, v := range verdicts {
			if v.Verdict == verdict {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%s: %d", verdict, n))
		}
	}
	return fmt.Sprintf("Of %d claims: %s.", len(verdicts), strings.Join(parts, ", "))
}

// LimitsTable says how each verdict hangs on the limits that were fixed before the runs: with which limit a condition
// that is not met would be, and with which one the closest of those that are met would not be any more.
func LimitsTable(verdicts []claims.Verdict) string {
	var b strings.Builder
	b.WriteString("| | verdict | condition | number | limit | what another limit would change |\n|---|---|---|---|---|---|\n")
	for _, v := range verdicts {
		for _, c := range v.Checks {
			if c.Met {
				continue
			}
			then := "still not met, as parts of it have limits of their own"
			if len(c.Missed) == 1 || c.Sole {
				then = "met with the limit at " + c.Format(c.Number.Median)
			}
			if strings.Trim(c.Format(c.Number.Median), "∞") == "" || c.Format(c.Number.Median) == "never" || c.Format(c.Number.Median) == "undefined" {
				then = "not met with any limit"
			}
			writeRow(&b, []string{v.ID, v.Verdict, c.Text, c.Spread(), limitOf(c), then})
		}
		if c, ok := v.Closest(); ok {
			then := "holds in part"
			if c.Core {
				then = "does not hold"
			}
			writeRow(&b, []string{v.ID, v.Verdict, c.Text, c.Spread(), limitOf(c), "**" + then + "** once the limit passes " + c.Format(c.Number.Median)})
		}
	}
	return b.String()
}

func limitOf(c claims.Check) string { return c.Sign + " " + c.Format(c.Limit) }

// seedsOf is over how many seeds a claim's quantities are: 3, or 1–3 where settings differ.
func seedsOf(v claims.Verdict) string {
	var counts []int
	for _, q := range v.Measured {
		counts = append(counts, q.Seeds)
	}
	if len(counts) == 0 {
		return ""
	}
	low, high := slices.Min(counts), slices.Max(counts)
	if low == high {
		return fmt.Sprint(low)
	}
	return fmt.Sprintf("%d–%d", low, high)
}

// notMet are the sentences of a verdict's conditions that are not met, or why it was not tested. A condition that is
// about everything again ("in all cells") repeats sentences: each is said once.
func notMet(v claims.Verdict) string {
	if v.Verdict == claims.NotTested {
		first, _, several := strings.Cut(v.Reason, "; ")
		if several {
			first += "; and more, see " + CommittedClaims
		}
		return first
	}
	var said []string
	for _, c := range v.Checks {
		for _, sentence := range c.Missed {
			if !slices.Contains(said, sentence) {
				said = append(said, sentence)
			}
		}
	}
	const most = 6
	if n := len(said); n > most {
		said = append(said[:most:most], fmt.Sprintf("and %d more", n-most))
	}
	return strings.Join(said, "; ")
}

func writeRow(b *strings.Builder, cells []string) {
	for _, cell := range cells {
		b.WriteString("| " + strings.ReplaceAll(cell, "|", "\\|") + " ")
	}
	b.WriteString("|\n")
}
