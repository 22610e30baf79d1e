// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

const (
	glyphsTitle       = "glyphs (synthetic)"
	glyphsAttribution = "synthetic digits, drawn from the Liberation fonts (SIL Open Font License 1.1)"
	glyphsTrain       = 6_000
	glyphsTest        = 1_000
	glyphsSeed        = 1
)

// Streams of the generator: each split has its own, so that its images don't depend on the size of the other.
const (
	streamTrain = 0x676c7970682d7472 // "glyph-tr"
	streamTest  = 0x676c7970682d7465 // "glyph-te"
)

// glyphsBlank is the synthetic set but for its examples.
var glyphsBlank = Set{
	Name:        "glyphs",
	Title:       glyphsTitle,
	Attribution: glyphsAttribution,
	Synthetic:   true,
	Height:      glyphSide, Width: glyphSide, Channels: 1, Classes: 10,
}

var defaultGlyphs struct {
	sync.Mutex
	set *Set
}

// openGlyphs makes the default set once in a process and gives each caller a copy.
func openGlyphs(ctx context.Context) (*Set, error) {
	defaultGlyphs.Lock()
	defer defaultGlyphs.Unlock()
	if defaultGlyphs.set == nil {
		set, err := NewGlyphs(ctx, glyphsTrain, glyphsTest, glyphsSeed)
		if err != nil {
			return nil, err
		}
		defaultGlyphs.set = set
	}
	own := *defaultGlyphs.set
	for _, s := range []*Split{&own.Train, &own.Test} {
		s.Pixels, s.Labels = slices.Clone(s.Pixels), slices.Clone(s.Labels)
	}
	return &own, nil
}

// NewGlyphs makes a synthetic set of train and test digits, 28×28, ten classes of equal size (give or take one
// example), in random order: outlines of digits in twelve fonts under random rotation, shear, scale and shift, drawn
// in white on black as MNIST is, with random contrast, blur and pixel noise.
//
// It is a stand-in for tests and for a look without a network, not a replacement for MNIST: nothing measured on it says
// anything about real data. It is made so that a linear model is clearly worse than a small ReLU net.
//
// Open(ctx, "glyphs", …) is the set of 6,000 and 1,000 with seed 1. An image depends on seed, split and position alone:
// equal on every platform, and unchanged when a split is made longer, but for the labels, which are shuffled as a
// whole. Counts must be 1 to 1,000,000.
func NewGlyphs(ctx context.Context, train, test int, seed uint64) (*Set, error) {
	blank := glyphsBlank
	set := &blank
	set.Source = fmt.Sprintf("generated (seed %d)", seed)
	for _, part := range []struct {
		n      int
		stream uint64
		split  *Split
	}{{train, streamTrain, &set.Train}, {test, streamTest, &set.Test}} {
		if part.n < 1 || part.n > maxExamples {
			return nil, fmt.Errorf("%d glyphs asked for, allowed are 1 to %d: ask for a number in that range", part.n, maxExamples)
		}
		var err error
		if *part.split, err = drawGlyphs(ctx, part.n, seed, part.stream); err != nil {
			return nil, err
		}
	}
	return set, nil
}

func drawGlyphs(ctx context.Context, n int, seed, stream uint64) (Split, error) {
	outlines, err := glyphOutlines()
	if err != nil {
		return Split{}, err
	}
	s := Split{Pixels: make([]uint8, n*glyphSide*glyphSide), Labels: make([]uint8, n)}
	for i := range s.Labels {
		s.Labels[i] = uint8(i % 10)
	}
	newSource(seed, stream).shuffle(s.Labels)

	// Each image has a generator of its own, so the work may be shared out in any way.
	var next atomic.Int64
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			pen := newPen()
			for {
				i := int(next.Add(1)) - 1
				if i >= n || ctx.Err() != nil {
					return
				}
				rng := newSource(seed^stream, uint64(i))
				faces := outlines[s.Labels[i]]
				pen.draw(s.Pixels[i*glyphSide*glyphSide:][:glyphSide*glyphSide], faces[rng.below(uint64(len(faces)))], rng)
			}
		})
	}
	wait.Wait()
	if ctx.Err() != nil {
		return Split{}, fmt.Errorf("drawing glyphs stopped: %w", context.Cause(ctx))
	}
	return s, nil
}
