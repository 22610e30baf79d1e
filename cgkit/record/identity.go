// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"fmt"
	"strings"

	"coherentgradients/datasets"
)

// OtherDataError is a finished record that was trained on other data than what its spec's name stands for now. It is
// never loaded, as the name is all that the spec, and so the id, says of the data.
type OtherDataError struct {
	ID, Dir, Dataset string
	Recorded, Now    string // sums of the data, see [DataHash]
}

func (e *OtherDataError) Error() string {
	return fmt.Sprintf("the record %s was trained on other data than %s is (sha256 %.8s…, now %.8s…): move %s away to train it again, or name another folder for records",
		e.ID, e.Dataset, e.Recorded, e.Now, e.Dir)
}

// DataHash is that of the data which the record was trained on, "" where the record doesn't say. A run never goes on
// with other data, so the last session speaks for those it went on from.
func (r *Record) DataHash() string {
	if r.Provenance == nil || len(r.Provenance.Sessions) == 0 {
		return ""
	}
	return r.Provenance.Sessions[len(r.Provenance.Sessions)-1].DataHash
}

// HoldTo compares a finished record's data with a sum.
func (r *Record) HoldTo(sum string) error {
	if recorded := r.DataHash(); recorded != "" && recorded != sum {
		return &OtherDataError{ID: r.Spec.ID(), Dir: r.Dir, Dataset: r.Spec.Dataset, Recorded: recorded, Now: sum}
	}
	return nil
}

// checkPublished holds a finished record to what its data set's name stands for on every machine, without the data.
func (r *Record) checkPublished() error {
	if sum, ok := datasets.Published(r.Spec.Dataset); ok {
		return r.HoldTo(sum)
	}
	return nil
}

// Data describes the data set that the record was trained on, without its examples: from what the record says, or,
// for older records, from what its name says. Sizes and classes are 0 where neither does.
func (r *Record) Data() datasets.Set {
	about, known := datasets.About(r.Spec.Dataset)
	if known {
		return about
	}
	about = datasets.Set{Name: r.Spec.Dataset, Title: r.Spec.Dataset}
	if r.Provenance == nil || len(r.Provenance.Sessions) == 0 {
		return about
	}
	s := r.Provenance.Sessions[len(r.Provenance.Sessions)-1]
	if i := strings.LastIndex(s.Data, ", "); i > 0 { // as "MNIST, 60000 + 10000"
		about.Title = s.Data[:i]
	}
	if len(s.Input) == 3 {
		about.Height, about.Width, about.Channels = s.Input[0], s.Input[1], s.Input[2]
	}
	about.Classes, about.Synthetic = s.Classes, s.Made
	return about
}
