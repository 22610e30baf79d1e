// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"context"
	"fmt"
	"regexp"
	"strconv"

	"github.com/dustin/go-humanize"
)

// subsetName is the name of a set followed by a number of training examples: mnist-6000.
var subsetName = regexp.MustCompile(`^(.+)-([1-9][0-9]{0,8})$`)

// subset takes a name such as "mnist-6000" apart: the first 6,000 training examples of mnist, and all test examples. A
// name that is known as it is, "cifar-10" say, is none.
func subset(name string) (whole string, train int, ok bool) {
	parts := subsetName.FindStringSubmatch(name)
	if parts == nil || exact(name) || !exact(parts[1]) {
		return "", 0, false
	}
	train, err := strconv.Atoi(parts[2])
	return parts[1], train, err == nil
}

// exact says whether a whole set has this name.
func exact(name string) bool {
	_, own := registered(name)
	_, file := collections[name]
	return own || file || name == "glyphs"
}

// Known says whether Open knows a name: one of Names, or one of them followed by a number of training examples, as in
// "mnist-6000". Whether there are as many shows when it is opened.
func Known(name string) bool {
	_, _, part := subset(name)
	return part || exact(name)
}

// openSubset opens the first examples of a set.
func openSubset(ctx context.Context, name, whole string, train int, opt Options) (*Set, error) {
	var set *Set
	var err error
	if c, files := collections[whole]; files {
		set, err = c.open(ctx, opt, train) // which asks for no file that the first examples are not in
	} else {
		set, err = Open(ctx, whole, opt)
	}
	if err != nil {
		return nil, err
	}
	if train > set.Train.Len() {
		return nil, fmt.Errorf("data set %q: %s has %d training examples: ask for 1 to %d", name, set.Title, set.Train.Len(), set.Train.Len())
	}
	part, err := set.Take(train, set.Test.Len())
	if err != nil {
		return nil, err
	}
	part.Name = name
	part.Title = subsetTitle(set.Title, train)
	return part, nil
}

func subsetTitle(title string, train int) string {
	return fmt.Sprintf("%s, its first %s training examples", title, humanize.Comma(int64(train)))
}
