// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package runs

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// WriteText prints rows as a table for people. By seeds, runs that differ in their seed alone are one line.
func WriteText(w io.Writer, rows []Row, names []string, bySeeds bool) error {
	lines := [][]string{names}
	numeric := make([]bool, len(names))
	add := func(cell func(name string) string, first Row) {
		line := make([]string, len(names))
		for i, name := range names {
			line[i] = strings.Join(strings.Fields(cell(name)), " ")
			numeric[i] = numeric[i] || Column(first, name).IsNumber
		}
		lines = append(lines, line)
	}
	if bySeeds {
		for _, g := range Compare(rows) {
			add(g.Text, g[0])
		}
	} else {
		for _, r := range rows {
			add(func(name string) string { return Column(r, name).Text }, r)
		}
	}
	width := make([]int, len(names))
	for _, line := range lines {
		for i, cell := range line {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, line := range lines {
		var text strings.Builder
		for i, cell := range line {
			space := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			if numeric[i] {
				cell, space = space+cell, ""
			}
			text.WriteString(cell + space + "  ")
		}
		b.WriteString(strings.TrimRight(text.String(), " ") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteCSV writes rows with a line of names; numbers are in the record's units, a share as 0.867, and what isn't there
// is empty. By seeds, each number that can differ has three columns: NAME_mean, NAME_min and NAME_max.
func WriteCSV(w io.Writer, rows []Row, names []string, bySeeds bool) error {
	out := csv.NewWriter(w)
	objects, keys := table(rows, names, bySeeds)
	lines := [][]string{keys}
	for _, o := range objects {
		line := make([]string, len(keys))
		for i, key := range keys {
			switch v := o[key].(type) {
			case float64:
				line[i] = strconv.FormatFloat(v, 'g', -1, 64)
			case string:
				line[i] = v
			case int:
				line[i] = strconv.Itoa(v)
			}
		}
		lines = append(lines, line)
	}
	return out.WriteAll(lines)
}

// WriteJSON writes an array with an object a row, with the keys that [WriteCSV] has; what isn't there is null.
func WriteJSON(w io.Writer, rows []Row, names []string, bySeeds bool) error {
	objects, keys := table(rows, names, bySeeds)
	var b strings.Builder
	b.WriteString("[")
	for i, o := range objects {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n  {")
		for k, key := range keys { // in the columns' order, which a map has not
			value, err := json.Marshal(o[key])
			if err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
			name, _ := json.Marshal(key)
			if k > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "%s: %s", name, value)
		}
		b.WriteByte('}')
	}
	b.WriteString("\n]\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// table is the rows as objects, and their keys in order.
func table(rows []Row, names []string, bySeeds bool) (objects []map[string]any, keys []string) {
	if !bySeeds {
		for _, r := range rows {
			o := map[string]any{}
			for _, name := range names {
				o[name] = plain(Column(r, name))
			}
			objects = append(objects, o)
		}
		return objects, names
	}
	keys = []string{"runs"}
	spreads := map[string]bool{}
	groups := Compare(rows)
	for _, name := range names {
		switch {
		case name == "seed" || name == "id" || name == "dir":
		case measured(rows, name):
			spreads[name] = true
			keys = append(keys, name+"_mean", name+"_min", name+"_max")
		default:
			keys = append(keys, name)
		}
	}
	for _, g := range groups {
		o := map[string]any{"runs": len(g)}
		for _, name := range names {
			s, ok := g.Over(name)
			switch {
			case spreads[name] && ok:
				o[name+"_mean"], o[name+"_min"], o[name+"_max"] = s.Mean, s.Min, s.Max
			case !spreads[name] && ok:
				o[name] = s.Mean
			case !spreads[name]:
				o[name] = g.Text(name)
			}
		}
		objects = append(objects, o)
	}
	return objects, keys
}

// measured tells the columns of numbers that runs have for themselves, beside those of a spec, which a group shares.
func measured(rows []Row, name string) bool {
	if long, ok := aliases[name]; ok {
		name = long
	}
	if _, fixed := columns[name]; fixed && name != "step" {
		return false
	}
	for _, r := range rows {
		if Column(r, name).IsNumber {
			return true
		}
	}
	return false
}

func plain(v Value) any {
	switch {
	case v.IsNumber:
		return v.Number
	case v.Text != "":
		return v.Text
	}
	return nil
}
