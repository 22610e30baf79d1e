// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"errors"
	"fmt"

	"coherentgradients/cgkit/record"
	"coherentgradients/datasets"
)

// checkData holds a finished record to the data at hand. Data that are nowhere keep no record from being loaded, and
// nothing is downloaded for it; data that would be refused for training are refused here too. Redrawing needs no data
// at all, so there only a difference counts.
func checkData(ctx context.Context, r *record.Record, opt Options) error {
	if _, ok := datasets.Published(r.Spec.Dataset); ok && opt.Redraw {
		return nil // checked already, by the store
	}
	sum, err := opt.identify(ctx, r.Spec.Dataset)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err == nil:
		return r.HoldTo(sum)
	case opt.Redraw, nowhere(err):
		return nil
	}
	return err
}

// nowhere says of an error that the data are in none of the places, rather than that something is wrong in one of them.
func nowhere(err error) bool {
	var missing *datasets.MissingError
	return errors.As(err, &missing)
}

// identify is the sum of the data set called name, as the options open it.
func (o Options) identify(ctx context.Context, name string) (string, error) {
	if o.identity != nil {
		return o.identity(ctx, name)
	}
	if o.ownOpen {
		set, err := o.OpenSet(ctx, name, o.Datasets)
		if err != nil {
			return "", err
		}
		return record.DataHash(set), nil
	}
	return datasets.Identity(ctx, name, o.Datasets)
}

// identifyOnce keeps the sum found last: the records of one figure share their data set.
func identifyOnce(opt Options) func(ctx context.Context, name string) (string, error) {
	var last, lastName string
	return func(ctx context.Context, name string) (string, error) {
		if lastName == name && last != "" {
			return last, nil
		}
		sum, err := opt.identify(ctx, name)
		if err == nil {
			last, lastName = sum, name
		}
		return sum, err
	}
}

// CompleteSpecs returns the specs in the form that their records have, with the identity of data that their names
// don't tell: what [Run] and [RunAll] do by themselves, for who names records before. A data set is looked at once.
func CompleteSpecs(ctx context.Context, specs []record.Spec, data datasets.Options) ([]record.Spec, error) {
	opt := Options{Datasets: data}
	opt.identity = identifyOnce(opt)
	return completeSpecs(ctx, specs, opt)
}

// withData fills in the identity of data that are not known by their name: of a published or built-in set nothing, of
// all else what its content is. Where the data are nowhere and the spec doesn't say what they were, it stays as it is.
func withData(ctx context.Context, spec record.Spec, opt Options) (record.Spec, error) {
	if datasets.KnownByName(spec.Dataset) {
		if spec.Data != "" {
			return spec, fmt.Errorf("data = %q for %s, whose name says what it is: leave it out", record.Clip(spec.Data), spec.Dataset)
		}
		return spec, nil
	}
	sum, err := opt.identify(ctx, spec.Dataset)
	switch {
	case ctx.Err() != nil:
		return spec, ctx.Err()
	case err != nil && nowhere(err) && spec.Data != "":
		return spec, nil
	case err != nil:
		return spec, err
	case spec.Data != "" && spec.Data != sum[:16]:
		return spec, fmt.Errorf("data = %q, but %s is %s now: leave data out, or put the files back", spec.Data, spec.Dataset, sum[:16])
	}
	spec.Data = sum[:16]
	return spec, nil
}
