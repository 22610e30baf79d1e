// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package numbers

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

const (
	open  = "<!--="
	end   = "-->"
	close = "<!--/-->"
)

// Fill returns Markdown with what lookup gives for each marked place written there. Its errors, one for each place
// that can't be filled, are joined; such a place stays as it is.
func Fill(markdown string, lookup func(what string) (string, error)) (string, error) {
	var b strings.Builder
	var errs []error
	rest := markdown
	for {
		before, after, found := strings.Cut(rest, open)
		b.WriteString(before)
		if !found {
			return b.String(), errors.Join(errs...)
		}
		// A comment that begins a line would make the line a block of HTML: the Markdown in it would be shown as it is.
		if line := b.String()[strings.LastIndex(b.String(), "\n")+1:]; strings.Trim(line, " -*>0123456789.") == "" {
			errs = append(errs, fmt.Errorf("a marked number begins a line, %q: put a word before it", FirstWords(after)))
		}
		what, after, closed := strings.Cut(after, end)
		old, tail, ended := strings.Cut(after, close)
		if !closed || !ended || strings.Contains(old, open) {
			return b.String(), errors.Join(append(errs, fmt.Errorf("the mark %q has no end %s", FirstWords(what), close))...)
		}
		number, err := lookup(strings.TrimSpace(what))
		if err != nil {
			errs, number = append(errs, fmt.Errorf("%q: %w", strings.TrimSpace(what), err)), old
		}
		b.WriteString(open + what + end + number + close)
		rest = tail
	}
}

// FirstWords is the beginning of a text, for messages.
func FirstWords(s string) string {
	const most = 60
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

var (
	marked  = regexp.MustCompile(`(?s)<!--=.*?<!--/-->`)
	comment = regexp.MustCompile(`(?s)<!--.*?-->`)
	// What holds settings, definitions and addresses: code, formulas, links' targets.
	aside  = regexp.MustCompile("(?s)```.*?```|`[^`]*`|\\$\\$.*?\\$\\$|\\$[^$]*\\$|\\]\\([^)]*\\)|<[a-z/][^>]*>")
	number = regexp.MustCompile(`[−-]?\d[\d,.]*(?:[–·]\d[\d,.]*)*`)
	// Names with digits in them, and numbers that count the text's own parts.
	name = regexp.MustCompile(`(?:CG )?§ ?[\d.–]+|[Ss]ections? [\d.]+(?: to [\d.]+)?|\b(?:C\d+[a-z]?|[Ff]igures? \d(?: (?:to|and) \d)?|mnist-\d+|[Ss]eeds? \d(?:(?: to |–)\d+)?|0\d\.\d|0\d)\b`)
	item = regexp.MustCompile(`(?m)^\s*\d+\. `)
)

// Unmarked lists the numbers in the prose of Markdown that are not marked, in their order, each once. Left out are
// those in code, in formulas and in links' targets, numbers of list items, names such as C7 and Figure 2, and
// those that are allowed: settings of runs, and what a text defines.
func Unmarked(markdown string, allowed []string) []string {
	text := marked.ReplaceAllString(markdown, " ")
	for _, what := range []*regexp.Regexp{comment, aside, item, name} {
		text = what.ReplaceAllString(text, " ")
	}
	var found []string
	for _, n := range number.FindAllString(text, -1) {
		n = strings.Trim(n, "-.,–")
		if !slices.Contains(allowed, n) && !slices.Contains(found, n) {
			found = append(found, n)
		}
	}
	return found
}
