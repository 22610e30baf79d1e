// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package layout

import (
	"coherentgradients/cgkit/aggregate/internal/order"
	"coherentgradients/cgkit/aggregate/internal/sample"

	"github.com/gomlx/compute/dtypes"
)

// stackLimit is from how many operations on dense layers of one shape go together: below it that makes a step slower.
const stackLimit = 6000

// group is parameters that go together, and their places among all.
type group struct {
	kind
	members []sample.Sample
	places  []int
}

// kind is what parameters that go together have in common.
type kind struct {
	dtype         dtypes.DType
	small         bool
	rows, columns int // of a dense layer, else 0
	number        int // of a parameter that goes alone, counted from 1
}

// groupsOf puts parameters of a kind together, in the order of the first of each.
func groupsOf[P sample.Sample](params []P, d order.Demand) []*group {
	var groups []*group
	byKind := make(map[kind]*group)
	for i, p := range params {
		k := kindOf(p, d, i)
		if byKind[k] == nil {
			byKind[k] = &group{kind: k}
			groups = append(groups, byKind[k])
		}
		byKind[k].members, byKind[k].places = append(byKind[k].members, p), append(byKind[k].places, i)
	}
	return groups
}

func kindOf(p sample.Sample, d order.Demand, i int) kind {
	mean := p.Mean()
	shape := mean.Shape()
	k := kind{dtype: shape.DType, small: shape.Size() <= sample.Small}
	if k.small {
		return k
	}
	left, right, dense := outer(p)
	if dense {
		k.rows, k.columns = left.Shape().Dimensions[1], right.Shape().Dimensions[1]
	}
	if !dense || d.Size(mean.Graph().Backend()) <= stackLimit {
		k.number = i + 1
	}
	return k
}
