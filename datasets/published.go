// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"sync"
)

// role is one file of a set: what it is called, and the bytes that it must hold.
type role struct {
	name string // as published, unpacked
	also string // another name that unpackers give it, "" for none
	sum  string // SHA-256 of the unpacked bytes; "" where any bytes will do, as in tests
}

// contents are the sums ([Set.Sum]) of what the names of published sets stand for, so that a record can be held to
// its data set where that set is not at hand. They follow from the sums of the files; real_test.go compares them.
var contents = map[string]string{
	"mnist":              "06b0d1f124c4e5fa796686ade41a9b778edacc8622f2195a352ef479ad44fc16",
	"mnist-6000":         "8eda588f3f9e1b71e67ce902a2b53438e7ee780e99c09b4f3a22712faac7d972",
	"fashion-mnist":      "ca3ab2a37f845e1b8ae23cab1b51749a3011ba3bf1d9016176d75cbaabac376f",
	"fashion-mnist-6000": "0a14d85b4d568b84de54accd20df5130d12a8c7801255cb585e0d82d1b450ed2",
	"cifar-10-10000":     "4e2188cf0ff64b6806a73c80baecd9e82f1b13fea582ce37b0a5d32669f08f73",
}

// glyphsSum is that of the synthetic set, which is the same on every machine too.
const glyphsSum = "e5a6fa3b428f5512040266567827b1cd8fb31d8a9b83f42c7b38fd6ba7a4e500"

// Sum is the SHA-256 of the set's training pixels, training labels, test pixels and test labels, one after the other,
// and for sets of one's own of their sizes, features and targets as well: its identity, whatever it is called and
// wherever it lies.
func (s *Set) Sum() string {
	sum := sha256.New()
	for _, part := range [][]uint8{s.Train.Pixels, s.Train.Labels, s.Test.Pixels, s.Test.Labels} {
		sum.Write(part)
	}
	if s.own || s.Train.Values != nil || s.Classes == 0 {
		// What published bytes say of themselves, and these may not.
		fmt.Fprintln(sum, s.Height, s.Width, s.Channels, s.Classes, s.Train.Len(), s.Test.Len())
		for _, part := range [][]float32{s.Train.Values, s.Train.Targets, s.Test.Values, s.Test.Targets} {
			_ = binary.Write(sum, binary.LittleEndian, part) // a hash takes everything
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Published is the [Set.Sum] of a set called by the name of a published one, where it is known without the set; ok is
// false for other names.
func Published(name string) (sum string, ok bool) {
	if _, own := registered(name); own {
		return "", false
	}
	sum, ok = contents[name]
	return sum, ok
}

// generated keeps the sums of sets that are made on the spot: they never change within a program.
var generated sync.Map

// Identity is the [Set.Sum] of what [Open] would give, found without a download, and where it can be without reading
// more than the files' own sums. Errors are those of Open with Options.Offline.
func Identity(ctx context.Context, name string, opt Options) (string, error) {
	opt.Offline = true
	if sum, ok := Published(name); ok {
		whole, train := name, 0
		if part, n, is := subset(name); is {
			whole, train = part, n
		}
		c, files := collections[whole]
		if !files {
			return sum, nil
		}
		opt = opt.complete()
		at, err := c.find(ctx, opt, c.needed(train))
		if err == nil && !at.complete() {
			err = c.notFound(opt)
		}
		return sum, err
	}
	if name == "glyphs" {
		return glyphsSum, nil
	}
	if sum, ok := generated.Load(name); ok {
		return sum.(string), nil
	}
	set, err := Open(ctx, name, opt)
	if err != nil {
		return "", err
	}
	sum := set.Sum()
	if whole, _, _ := subset(name); whole == "glyphs" {
		generated.Store(name, sum)
	}
	return sum, nil
}

// About describes the set called name without opening it: everything but its examples and Source. ok is false for a
// name that Open doesn't know, and for a registered one, of which only its function knows.
func About(name string) (about Set, ok bool) {
	whole, train := name, 0
	if part, n, is := subset(name); is {
		whole, train = part, n
	}
	if _, own := registered(whole); own {
		return Set{}, false
	}
	switch c, files := collections[whole]; {
	case files:
		about = c.blank
	case whole == "glyphs":
		about = glyphsBlank
	default:
		return Set{}, false
	}
	if about.Name = name; train > 0 {
		about.Title = subsetTitle(about.Title, train)
	}
	return about, true
}
