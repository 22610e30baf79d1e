// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package runs

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Filter picks rows: a row passes if it passes each of the terms.
type Filter []Term

// Term is one condition.
type Term struct {
	Column string // "" looks for the text in the row's id
	Op     string // = != < <= > >= ~ (contains)
	Values []string
}

// operators, longer ones first, as a shorter one is the beginning of some.
var operators = []string{"!=", "<=", ">=", "=", "<", ">", "~"}

// ParseFilter reads conditions separated by spaces: "noise=0.5 c>=2 rule=winsorize", where a list means any of its
// values, as c=1,2, and "test>80%" is test>0.8. A word alone is looked for in the id, ~ in a column's text, both whatever
// the case. The error names the term.
func ParseFilter(text string) (Filter, error) {
	var f Filter
	for word := range strings.FieldsSeq(text) {
		at, op := len(word), ""
		for _, o := range operators {
			if i := strings.Index(word, o); i >= 0 && i < at {
				at, op = i, o
			}
		}
		if op == "" {
			f = append(f, Term{Op: "~", Values: []string{word}})
			continue
		}
		t := Term{Column: word[:at], Op: op, Values: strings.Split(word[at+len(op):], ",")}
		ordered := op != "=" && op != "!=" && op != "~"
		switch {
		case t.Column == "":
			return nil, fmt.Errorf("filter %q: no column before %s; write noise%s0.5", word, op, op)
		case slices.Contains(t.Values, ""):
			return nil, fmt.Errorf("filter %q: no value after %s; write %s%s0.5", word, op, t.Column, op)
		case ordered && len(t.Values) > 1:
			return nil, fmt.Errorf("filter %q: one value after %s, not %d", word, op, len(t.Values))
		case ordered && !isNumber(t.Values[0]):
			return nil, fmt.Errorf("filter %q: a number after %s, such as 0.5 or 80%%", word, op)
		}
		f = append(f, t)
	}
	return f, nil
}

// Columns are those that the filter looks at.
func (f Filter) Columns() (names []string) {
	for _, t := range f {
		if t.Column != "" {
			names = append(names, t.Column)
		}
	}
	return names
}

// Passes tells whether a row passes all terms. A row without a value in a term's column passes only !=.
func (f Filter) Passes(r Row) bool {
	for _, t := range f {
		v := text(r.ID)
		if t.Column != "" {
			v = Column(r, t.Column)
		}
		if !t.passes(v) {
			return false
		}
	}
	return true
}

// Rows are those that pass.
func (f Filter) Rows(rows []Row) (passed []Row) {
	for _, r := range rows {
		if f.Passes(r) {
			passed = append(passed, r)
		}
	}
	return passed
}

func (t Term) passes(v Value) bool {
	switch t.Op {
	case "!=":
		return !t.equals(v)
	case "=":
		return t.equals(v)
	case "~":
		return slices.ContainsFunc(t.Values, func(s string) bool {
			return strings.Contains(strings.ToLower(v.Text), strings.ToLower(s))
		})
	}
	limit, _ := parseNumber(t.Values[0])
	switch {
	case !v.IsNumber:
		return false
	case t.Op == "<":
		return v.Number < limit
	case t.Op == "<=":
		return v.Number <= limit
	case t.Op == ">":
		return v.Number > limit
	}
	return v.Number >= limit
}

func (t Term) equals(v Value) bool {
	return slices.ContainsFunc(t.Values, func(s string) bool {
		if n, err := parseNumber(s); err == nil && v.IsNumber {
			return v.Number == n
		}
		return v.There() && strings.EqualFold(v.Text, s)
	})
}

func isNumber(s string) bool { _, err := parseNumber(s); return err == nil }

// parseNumber reads 0.8, or 80% as the same.
func parseNumber(s string) (float64, error) {
	if share, ok := strings.CutSuffix(s, "%"); ok {
		v, err := strconv.ParseFloat(share, 64)
		return v / 100, err
	}
	return strconv.ParseFloat(s, 64)
}
