// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
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
		{"cifar-10", [10]int{}, even(1000), ""}, // the number of training batches is the user's choice
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := os.Stat(filepath.Join(data, c.name)); err != nil {
				t.Skip(err)
			}
			set, err := Open(t.Context(), c.name, Options{Offline: true})
			if err != nil {
				t.Fatal(err)
			}
			if err := set.validate(); err != nil {
				t.Error(err)
			}
			t.Logf("%s from %s: %d and %d examples", set.Title, set.Source, set.Train.Len(), set.Test.Len())
			if got := classCounts(set.Test); got != c.test {
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
