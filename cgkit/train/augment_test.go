// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"slices"
	"testing"

	"coherentgradients/cgkit/internal/cgtest"
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/run"
	"coherentgradients/datasets"

	"github.com/gomlx/gomlx/core/tensors"
)

// TestAugment shifts an image with one bright pixel in each channel: over many draws it is seen at each of the places
// that the shifts reach, as often as any other, and nowhere else.
func TestAugment(t *testing.T) {
	const height, width, channels = 12, 11, 2
	for _, test := range []struct {
		augment string
		most    int
		flips   bool
	}{{record.AugmentShift, 1, false}, {record.AugmentFlipShift, 4, true}} {
		set := &datasets.Set{Height: height, Width: width, Channels: channels}
		a, err := newAugmenter(run.Problem{Spec: record.Spec{Augment: test.augment, Batch: 10}, Set: set})
		if err != nil {
			t.Fatal(err)
		}
		const y, x = 5, 4
		seen := map[[2]int]int{}
		const steps = 2000
		for step := range steps {
			pixels := make([]uint8, 10*channels*height*width)
			for i := range 10 * channels {
				pixels[i*height*width+y*width+x] = uint8(1 + i)
			}
			a.batch(pixels, step)
			for i := range 10 {
				var at [2]int
				for channel := range channels {
					plane := pixels[(i*channels+channel)*height*width:][:height*width]
					place := slices.Index(plane, uint8(1+i*channels+channel))
					if place < 0 {
						t.Fatalf("%s, step %d: image %d lost its pixel", test.augment, step, i)
					}
					found := [2]int{place / width, place % width}
					if channel == 0 {
						at = found
					} else if at != found {
						t.Fatalf("%s: channels moved apart, %v and %v", test.augment, at, found)
					}
					plane[place] = 0
					if slices.Max(plane) != 0 {
						t.Fatalf("%s: a second pixel", test.augment)
					}
				}
				seen[at]++
			}
		}
		want := map[[2]int]bool{}
		for down := -test.most; down <= test.most; down++ {
			for right := -test.most; right <= test.most; right++ {
				want[[2]int{y + down, x + right}] = true
				if test.flips {
					want[[2]int{y + down, width - 1 - x - right}] = true
				}
			}
		}
		if len(seen) != len(want) {
			t.Errorf("%s: %d places, want %d", test.augment, len(seen), len(want))
		}
		for at, count := range seen {
			if !want[at] {
				t.Errorf("%s: a pixel at %v", test.augment, at)
			}
			if mean := 10 * steps / len(want); count < mean/3 {
				t.Errorf("%s: %d times at %v, of %d on average", test.augment, count, at, mean)
			}
		}
	}
}

// TestAugmentFollowsTheStep: the batch of a step is the same whatever came before it, and another at another step.
func TestAugmentFollowsTheStep(t *testing.T) {
	problem := smallProblem(t, func(s *record.Spec) { s.Augment = record.AugmentFlipShift })
	made := func(step, n int) []uint8 {
		inputs, labels := newSmall(t, cgtest.Go(t), problem).batches(step, n, n)
		defer inputs.MustFinalizeAll()
		defer labels.MustFinalizeAll()
		return tensors.MustCopyFlatData[uint8](inputs)
	}
	two := made(3, 2)
	if got := made(4, 1); !slices.Equal(got, two[len(two)/2:]) {
		t.Error("step 4 alone is not as after step 3")
	}
	problem.Spec.Augment = ""
	if slices.Equal(made(4, 1), two[len(two)/2:]) {
		t.Error("images were fed as they are")
	}
}
