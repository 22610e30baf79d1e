// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package remedy

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// count ends the name of the first examples of a data set, as mnist-6000.
var count = regexp.MustCompile(`-[0-9]+$`)

// Meant is "did you mean NAME? " where one of the names is nearly what was typed, with a count of examples or without,
// else "". before stands before each name.
func Meant(typed string, names []string, before string) string {
	end := count.FindString(typed)
	near := matches(typed, names)
	if len(near) > 0 {
		end = ""
	} else if end != "" {
		near = matches(strings.TrimSuffix(typed, end), names)
	}
	if len(near) == 0 {
		return ""
	}
	return "did you mean " + before + strings.Join(near, end+" or "+before) + end + "? "
}

func matches(typed string, names []string) []string {
	matcher := &cobra.Command{SuggestionsMinimumDistance: 2}
	for _, name := range names {
		matcher.AddCommand(&cobra.Command{Use: name, Run: func(*cobra.Command, []string) {}})
	}
	return matcher.SuggestionsFor(typed)
}

// Suggested is an error of the library that refuses an unknown name, with the name that was meant in front of its long
// list of remedies.
func Suggested(err error, typed string, names []string) error {
	near := Meant(typed, names, "")
	if err == nil || near == "" || slices.Contains(names, typed) {
		return err
	}
	quoted := strconv.Quote(typed)
	before, after, found := strings.Cut(err.Error(), quoted)
	if !found {
		return err
	}
	after = strings.TrimPrefix(strings.TrimPrefix(after, ": unknown rule;"), ": unknown;")
	return fmt.Errorf("%s%s: %s%s", before, quoted, near, strings.TrimLeft(after, ": "))
}
