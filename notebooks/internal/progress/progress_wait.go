// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package progress

import (
	"sync"
	"time"
)

// clockEvery is the time between two looks at the clock while something is waited for.
const clockEvery = time.Second

// ticker calls a function now and then while its owner is busy elsewhere. Its mutex is held during the call; the owner
// holds it for whatever the function uses as well.
type ticker struct {
	sync.Mutex
	every time.Duration // 0: clockEvery
	stop  chan struct{}
	over  chan struct{}
}

// run starts the calls, or ends them if on is false, and returns when none goes on. The owner doesn't hold the mutex.
func (t *ticker) run(on bool, draw func()) {
	if t.stop != nil {
		close(t.stop)
		<-t.over
		t.stop = nil
	}
	if !on {
		return
	}
	every := t.every
	if every == 0 {
		every = clockEvery
	}
	t.stop, t.over = make(chan struct{}), make(chan struct{})
	go func(stop, over chan struct{}) {
		defer close(over)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				t.Lock()
				draw()
				t.Unlock()
			}
		}
	}(t.stop, t.over)
}
