// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"slices"
	"strings"
)

// keptFlags are the flags of a user's GOFLAGS that stay: how the machine builds. Those that choose other modules (-mod,
// -modfile, -overlay), print instead of building (-n, -json) or build something else (-buildmode, -race, -C) go: a
// workspace refuses the former, and nobody has tried the notebooks with the latter.
var keptFlags = []string{"buildvcs", "ldflags", "modcacherw", "p", "tags", "trimpath"}

// linkFlags leave a debugger's tables out of a cell's program, unless the user links otherwise: nobody debugs it, a panic
// names its lines without them, and linking, which each cell waits for, takes about half the time.
const linkFlags = "-ldflags=-w"

// cleanFlags keeps the [keptFlags] of a GOFLAGS value, with [linkFlags]. So it is never empty: the go command takes an
// empty variable for one that is not set, and then the flags that "go env -w" has written to its file.
func cleanFlags(flags string) string {
	var kept []string
	links := false
	for _, word := range splitFlags(flags) {
		name, _, _ := strings.Cut(strings.TrimLeft(strings.Trim(word, `'"`), "-"), "=")
		if slices.Contains(keptFlags, name) {
			kept = append(kept, word)
			links = links || name == "ldflags"
		}
	}
	if !links {
		kept = append(kept, linkFlags)
	}
	return strings.Join(kept, " ")
}

// splitFlags cuts a value at spaces, as the go command does: a word may begin with a quote, and ends at the next one
// then.
func splitFlags(flags string) (words []string) {
	for {
		if flags = strings.TrimLeft(flags, " \t\r\n"); flags == "" {
			return words
		}
		end := strings.IndexAny(flags, " \t\r\n")
		if quote := flags[0]; quote == '\'' || quote == '"' {
			if end = strings.IndexByte(flags[1:], quote); end >= 0 {
				end += 2
			}
		}
		if end < 0 {
			end = len(flags)
		}
		words, flags = append(words, flags[:end]), flags[end:]
	}
}
