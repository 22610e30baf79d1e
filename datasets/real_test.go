// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"testing"
)

// The real sets, where $CG_DATA holds them: sizes, class counts, and the published bytes behind the header.
func TestRealData(t *testing.T) {
	data := os.Getenv(DataDirVariable)
	if data == "" {
		t.Skip("set " + DataDirVariable + " to a folder with the real data sets to run this")
	}
	even := func(n int) (c [10]int) {
		for i := range c {
			c[i] = n
		}
		return c
	}
	for _, c := range []struct {
		name        string
		train, test [10]int
		sum         string // SHA-256 of the training images, unpacked
	}{
		{"mnist", [10]int{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949},
			[10]int{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009},
			"ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"},
		{"fashion-mnist", even(6000), even(1000), "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"},
		{"cifar-10-10000", [10]int{}, even(1000), ""}, // a folder may hold no more
		{"mnist-6000", [10]int{}, [10]int{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}, ""},
		{"fashion-mnist-6000", [10]int{}, even(1000), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			set, err := Open(t.Context(), c.name, Options{Offline: true})
			if errors.Is(err, ErrMissing) {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			if want, ok := Published(c.name); !ok || set.Sum() != want {
				t.Errorf("its sum is %s, said to be %q", set.Sum(), want)
			}
			if sum, err := Identity(t.Context(), c.name, Options{}); err != nil || sum != set.Sum() {
				t.Errorf("identity %s, %v", sum, err)
			}
			if err := set.validate(); err != nil {
				t.Error(err)
			}
			t.Logf("%s from %s: %d and %d examples", set.Title, set.Source, set.Train.Len(), set.Test.Len())
			if got := classCounts(set.Test); got != c.test && c.test != [10]int{} {
				t.Errorf("test class counts %v, want %v", got, c.test)
			}
			if c.sum == "" {
				return
			}
			if got := classCounts(set.Train); got != c.train {
				t.Errorf("training class counts %v, want %v", got, c.train)
			}
			h := sha256.New()
			h.Write(idxBytes(idxImages, []uint32{60_000, 28, 28}, nil))
			h.Write(set.Train.Pixels)
			if got := hex.EncodeToString(h.Sum(nil)); got != c.sum {
				t.Errorf("training images have sum %s, want %s", got, c.sum)
			}
		})
	}
}

func classCounts(s Split) (count [10]int) {
	for _, l := range s.Labels {
		count[l]++
	}
	return count
}
