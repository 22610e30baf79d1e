// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
)

func TestSubset(t *testing.T) {
	whole, err := Open(context.Background(), "glyphs", Options{})
	if err != nil {
		t.Fatal(err)
	}
	part, err := Open(context.Background(), "glyphs-600", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if part.Train.Len() != 600 || part.Test.Len() != whole.Test.Len() || part.Name != "glyphs-600" || !strings.Contains(part.Title, "first 600") {
		t.Errorf("%s, %q: %d + %d", part.Name, part.Title, part.Train.Len(), part.Test.Len())
	}
	if !bytes.Equal(part.Train.Pixels, whole.Train.Pixels[:600*784]) {
		t.Error("not the first examples")
	}
	if s, err := Check("glyphs-600", Options{}); err != nil || !s.Ready || s.Name != "glyphs-600" {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := Open(context.Background(), "glyphs-6001", Options{}); err == nil || !strings.Contains(err.Error(), "1 to 6000") {
		t.Errorf("more than there are: %v", err)
	}
	for name, want := range map[string]bool{"mnist": true, "mnist-6000": true, "cifar-10": true, "cifar-10-100": true, "cifar": false, "mnist-0": false, "mnist-": false, "nothing-5": false, "mnist-06": false} {
		if Known(name) != want {
			t.Errorf("Known(%q) = %v", name, !want)
		}
		if _, err := Check(name, Options{Offline: true}); errors.Is(err, ErrUnknown) == want {
			t.Errorf("Check(%q): %v", name, err)
		}
	}
}
