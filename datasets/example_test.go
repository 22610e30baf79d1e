// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets_test

import (
	"context"
	"fmt"

	"coherentgradients/datasets"
)

// A digit of the synthetic set, which needs no file.
func ExampleOpen() {
	set, err := datasets.Open(context.Background(), "glyphs", datasets.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: %d + %d examples, label %d\n", set.Title, set.Train.Len(), set.Test.Len(), set.Train.Labels[0])
	for y := 3; y < 26; y++ {
		line := []byte{'|'}
		for x := range set.Width {
			line = append(line, "  .:+*#@"[set.Train.Pixels[y*set.Width+x]/32])
		}
		fmt.Println(string(line) + "|")
	}
	// Output:
	// glyphs (synthetic): 6000 + 1000 examples, label 4
	// |              .+:++:        |
	// |              .*##*+.       |
	// |              :*@#*:        |
	// |             .*####:        |
	// |            .:##*@#*        |
	// |            .+#**##*        |
	// |           .:#*::##+.       |
	// |           .+@*..*#*:       |
	// |           .#*+ .#@*:       |
	// |          .:#+. .*@*.       |
	// |          :*#:  .:@*:       |
	// |         .+#*.  .##**:.     |
	// |        .:*#**+++*@##*+.    |
	// |         :*##*##*#####+     |
	// |         .+#**@#*##@#+:     |
	// |         .:.:+..++*@*..     |
	// |                 :#*+.      |
	// |                 .*@*       |
	// |                  :*:..     |
	// |                            |
	// |                            |
	// |                            |
	// |                            |
}

// A quarter of the labels permuted among themselves.
func ExampleNewLabelNoise() {
	set, err := datasets.Open(context.Background(), "glyphs", datasets.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	noise, err := datasets.NewLabelNoise(set.Train.Labels, 0.25, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	corrupt := 0
	for i := range noise.Given {
		if noise.Corrupt(i) {
			corrupt++
		}
	}
	fmt.Println(corrupt, "corrupt,", noise.PristineCount(), "pristine, of", len(noise.Given))
	fmt.Printf("proper accuracy %.3f\n", noise.ProperAccuracy())
	// Output:
	// 1339 corrupt, 4661 pristine, of 6000
	// proper accuracy 0.777
}
