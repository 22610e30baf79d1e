// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/datasets/random"
)

// augmenter changes the images of a batch, see [record.Spec].Augment. Its draws follow from the seed and the step, so
// that a run that goes on sees what an undisturbed one does.
type augmenter struct {
	seed                    int64
	batchSize               int
	height, width, channels int
	most                    int  // pixels of a shift
	flip                    bool // every second image, by chance
	old                     []uint8
}

// newAugmenter is nil where the spec asks for none.
func newAugmenter(p run.Problem) (*augmenter, error) {
	a := &augmenter{seed: p.Spec.Seed, batchSize: p.Spec.Batch, height: p.Set.Height, width: p.Set.Width, channels: p.Set.Channels}
	switch p.Spec.Augment {
	case "":
		return nil, nil
	case record.AugmentShift:
		a.most = 1
	case record.AugmentFlipShift:
		a.most, a.flip = 4, true
	}
	if p.Set.Train.Values != nil || a.height < 1 || a.width < 1 || a.channels < 1 {
		return nil, fmt.Errorf("augment = %q with data set %q, which has no images: leave augment out", p.Spec.Augment, p.Set.Name)
	}
	return a, nil
}

// batch changes the images of the update that leads from a step to the next, the first batchSize rows of pixels, each
// [channels, height, width].
func (a *augmenter) batch(pixels []uint8, step int) {
	source := random.Stream(a.seed, "augment", step)
	size := a.channels * a.height * a.width
	for i := range a.batchSize {
		a.image(pixels[i*size:(i+1)*size], source)
	}
}

// image shifts and flips one image by the next draws.
func (a *augmenter) image(pixels []uint8, source rand.Source) {
	span := uint64(2*a.most + 1)
	down, right := int(random.Below(source, span))-a.most, int(random.Below(source, span))-a.most
	flip := a.flip && random.Below(source, 2) == 1
	if down == 0 && right == 0 && !flip {
		return
	}
	a.old = append(a.old[:0], pixels...)
	clear(pixels)
	for channel := range a.channels {
		for y := max(0, down); y < min(a.height, a.height+down); y++ {
			to := pixels[(channel*a.height+y)*a.width:][:a.width]
			from := a.old[(channel*a.height+y-down)*a.width:][:a.width]
			copy(to[max(0, right):], from[max(0, -right):a.width-max(0, right)])
			if flip {
				slices.Reverse(to)
			}
		}
	}
}
