// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	anyBytes(t)
	opt := offline(t, t.TempDir())
	s, err := Check("mnist", opt)
	if err != nil || s.Ready || len(s.Missing) != 4 || s.Title != "MNIST" || len(s.Looked) != 2 || !strings.Contains(s.Detail, "downloads are off") {
		t.Errorf("nothing there: %+v, %v", s, err)
	}
	opt.Offline = false
	if s, err = Check("cifar-10", opt); err != nil || s.Ready || !strings.Contains(s.Detail, "on first use") || s.Where != filepath.Join(opt.CacheDir, "cifar-10") {
		t.Errorf("downloadable: %+v, %v", s, err)
	}
	write(t, opt.CacheDir, small("mnist"))
	if s, err = Check("mnist", opt); err != nil || !s.Ready || len(s.Files) != 4 || s.Where != filepath.Join(opt.CacheDir, "mnist") || s.Missing != nil {
		t.Errorf("cached: %+v, %v", s, err)
	}
	write(t, opt.DataDir, map[string][]byte{"mnist/t10k-labels-idx1-ubyte": labels(1)})
	s, err = Check("mnist", opt)
	says(t, err, ErrMissing, "only a part")
	if s.Ready || len(s.Missing) != 3 || s.Detail != err.Error() {
		t.Errorf("partial: %+v", s)
	}
	if s, err = Check("glyphs", opt); err != nil || !s.Ready || s.Where != "built in" {
		t.Errorf("glyphs: %+v, %v", s, err)
	}
	_, err = Check("imagenet", opt)
	says(t, err, ErrUnknown, "imagenet")
}
