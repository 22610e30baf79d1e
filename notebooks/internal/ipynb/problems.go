// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package ipynb

import (
	"fmt"
	"regexp"
	"strings"
)

// machinePath is a path that only exists on some machine.
var machinePath = regexp.MustCompile(`(?:^|[\s"'=(\[>:])((?:/home|/root|/Users|/tmp|/var/folders|/private|/mnt|/work)/[^\s"'<>)]*)`)

// Problems says what is wrong with a notebook that is to be committed: an error among
// its outputs, a code cell that wasn't executed, counts that aren't 1..n, a path of
// some machine, output on standard error. Each is one line that names the cell,
// counted from 1 over all cells.
func (nb *Notebook) Problems() []string {
	var problems []string
	next := 1
	for i, cell := range nb.cells() {
		report := func(format string, args ...any) {
			problems = append(problems, fmt.Sprintf("cell %d: ", i+1)+fmt.Sprintf(format, args...))
		}
		if cell["cell_type"] != "code" || strings.TrimSpace(text(cell["source"])) == "" {
			continue
		}
		if count := fmt.Sprint(cell["execution_count"]); cell["execution_count"] == nil {
			report("not executed")
		} else if count != fmt.Sprint(next) {
			report("execution count %s, not %d", count, next)
		}
		next++
		for _, out := range outputs(cell) {
			if out["output_type"] == "error" {
				report("error: %s", FirstLine(text(out["evalue"])))
			}
			if out["name"] == "stderr" {
				report("output on standard error: %s", FirstLine(text(out["text"])))
			}
			for _, shown := range textsOf(out) {
				if m := machinePath.FindStringSubmatch(shown); m != nil {
					report("a machine's path: %s", m[1])
				}
			}
		}
	}
	return problems
}

// textsOf is all text of an output.
func textsOf(out object) []string {
	texts := []string{text(out["text"]), text(out["evalue"])}
	data, _ := out["data"].(object)
	for mime, value := range data {
		if strings.HasPrefix(mime, "text/") || mime == "image/svg+xml" {
			texts = append(texts, text(value))
		}
	}
	return texts
}

// FirstLine is the first line of text that isn't blank.
func FirstLine(s string) string {
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			return line
		}
	}
	return ""
}
