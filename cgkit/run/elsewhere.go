// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"fmt"
	"regexp"
	"strconv"

	"coherentgradients/cgkit/record"
	"coherentgradients/datasets"
)

// partName is the name of a data set's first examples: mnist-6000.
var partName = regexp.MustCompile(`^(.+)-([1-9][0-9]{0,8})$`)

// elsewhereOf are the examples of [record.FirstElsewhere]: of "mnist-6000" those of mnist behind the first 6,000, 6,000
// of them. It opens the data set of twice as many. For other specs there are none.
func elsewhereOf(ctx context.Context, s record.Spec, set *datasets.Set, opt Options) (datasets.Split, error) {
	if s.First != record.FirstElsewhere {
		return datasets.Split{}, nil
	}
	n := set.Train.Len()
	parts := partName.FindStringSubmatch(s.Dataset)
	if parts == nil || parts[2] != strconv.Itoa(n) {
		return datasets.Split{}, fmt.Errorf("first = %q with data set %q, which has no other examples behind its own: "+
			"use the first examples of one, such as mnist-6000", s.First, s.Dataset)
	}
	larger, err := opt.OpenSet(ctx, parts[1]+"-"+strconv.Itoa(2*n), opt.Datasets)
	if err != nil {
		return datasets.Split{}, fmt.Errorf("first = %q takes the %d examples behind those of %q: %w", s.First, n, s.Dataset, err)
	}
	return larger.Train.From(n)
}
