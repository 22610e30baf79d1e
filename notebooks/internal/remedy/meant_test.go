// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package remedy

import "testing"

func TestMeant(t *testing.T) {
	names := []string{"mnist", "fashion-mnist", "cifar-10"}
	for typed, want := range map[string]string{
		"fashion-minst":      "did you mean fashion-mnist? ",
		"fashion-minst-4000": "did you mean fashion-mnist-4000? ",
		"mist":               "did you mean mnist? ",
		"cifar-1":            "did you mean cifar-10? ",
		"letters":            "",
		"letters-4000":       "",
	} {
		if got := Meant(typed, names, ""); got != want {
			t.Errorf("%s: %q, want %q", typed, got, want)
		}
	}
}
