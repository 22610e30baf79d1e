// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package run

// Progress shows how far a run is. Calls come from one goroutine: Begin once, Title and Step in between, End once at
// the end of what was begun; Note at any time, also outside.
type Progress interface {
	// Begin starts showing: done of total steps are made already. total may be 0.
	Begin(title string, done, total int)
	// Title changes what is being done, as the run of several that is trained now.
	Title(title string)
	// Step says that done steps are made, and the loss over the last of them, NaN where none is known.
	Step(done int, loss float64)
	// Note shows a line that stays: a warning, or that a run goes on from a checkpoint.
	Note(line string)
	// End stops showing. line says what came out and stays, "" for nothing; detail is what differs from run to run, as
	// the time taken, and is left out of what notebooks keep. End also comes without Begin, for what was only loaded.
	End(line, detail string)
}

// Silent shows nothing.
var Silent Progress = silent{}

type silent struct{}

func (silent) Begin(string, int, int) {}
func (silent) Title(string)           {}
func (silent) Step(int, float64)      {}
func (silent) Note(string)            {}
func (silent) End(string, string)     {}

// Waiter is a [Progress] that also shows what takes time besides steps, with a clock that runs meanwhile.
type Waiter interface {
	// Wait says what is waited for from now on, as "compiling"; "" for nothing any more. It is called between Begin
	// and End.
	Wait(what string)
}

// Wait tells a progress, if it wants to know.
func Wait(p Progress, what string) {
	if w, ok := p.(Waiter); ok {
		w.Wait(what)
	}
}
