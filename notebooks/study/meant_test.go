// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"strings"
	"testing"

	"coherentgradients/datasets"
)

// A misspelt data set is answered with the one that was meant.
func TestMeantSet(t *testing.T) {
	_, err := datasets.Open(t.Context(), "fashion-minst-4000", datasets.Options{})
	if err == nil || !strings.Contains(meant(err).Error(), "did you mean fashion-mnist-4000?") {
		t.Errorf("%v", err)
	}
	if _, err := datasets.Open(t.Context(), "letters", datasets.Options{}); err == nil || meant(err) != err {
		t.Errorf("%v", err)
	}
}
