// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package place

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gofrs/flock"
)

// Lock takes a lock file, calling waiting once if another process holds it. Such a
// lock dies with its process, so a killed one never blocks; the file itself stays.
func Lock(ctx context.Context, path string, waiting func()) (unlock func(), err error) {
	l := flock.New(path)
	got, err := l.TryLock()
	if err == nil && !got {
		waiting()
		got, err = l.TryLockContext(ctx, 200*time.Millisecond)
	}
	switch {
	case ctx.Err() != nil:
		_ = l.Unlock()
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, fmt.Errorf("the lock %s can't be taken: %w", path, err)
	case !got:
		return nil, errors.New("the lock " + path + " can't be taken")
	}
	return func() { _ = l.Unlock() }, nil
}
