// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package experiment runs one training experiment and keeps its record: a [Spec] says what to train, [Run] trains it
// (or loads it, if it was trained before), and a [Record] holds the evaluations.
//
// # Guarantees
//
//   - A finished spec is loaded, never trained again.
//   - A run that is stopped in whatever way (Ctrl-C, a notebook's stop button, SIGKILL, a power cut) goes on from its
//     last checkpoint when it is asked for again, and ends with the evaluations that an undisturbed run has: none lost,
//     none doubled, and equal bit for bit where the engine itself is reproducible. Only Evaluation.Seconds differs.
//   - A record that is not as its run left it is a [*DamagedError], never trained over. A finished record that is trained
//     again, to measure more, stays as it is until the new one takes its place.
//   - One process at a time trains a spec in a folder; the second one fails at once. The lock belongs to the kernel, so
//     a killed run never blocks the next. A file system without locks is refused.
//   - Only regular files are read and written, no link is followed for writing, and what is read is of bounded length.
//   - A spec that can't be run leaves nothing on disk.
//   - A record never holds NaN: a share of an empty group is null, and a run whose loss is no longer finite stops with
//     the step and the reason ([DivergedError]).
//
// # A record on disk
//
//	DIR/<id>/spec.json           what was asked for, and nothing else; the id hashes it
//	DIR/<id>/evaluations.jsonl   one evaluation a line, appended and synced as it is made
//	DIR/<id>/provenance.json     with what it was computed: backend, threads, CPU, versions; one entry a session
//	DIR/<id>/checkpoint.bin      only while unfinished: weights and rule state, with a checksum
//	DIR/<id>/weights.npz         only if asked for: the final weights, for NumPy
//	DIR/<id>/learned.json        when the training examples were learned, written at the end of a run
//	DIR/<id>/diverged.json       only if the run diverged: the step and the reason
//	DIR/<id>/SHA256SUMS          the checksum of each file, written when the run is finished; sha256sum -c reads it
//	DIR/<id>.lock                only while a process trains it (or was killed doing so, which is harmless)
//	DIR/.<id>.again              a finished record that is trained again, until it takes the other's place
//
// Records from before there were checksums have none. They are judged by what they hold: the steps of their schedule,
// each once and in order, up to the last.
//
// # Order of writing
//
// A line of evaluations.jsonl is synced before a checkpoint of any later step replaces the last one. So the evaluations
// before the checkpoint's step are always there; those after it are dropped when the run goes on, and computed again from
// the very state that follows.
//
// At the end of a run there is a checkpoint, and it stays until all is done: the counts and the weights, the last line,
// the checksums, each synced before the next is begun. So a record without a checkpoint that has counts or weights, and not
// its last line, is damaged. What a killed process left of that order is done by the next [Run], or by [Store.Tidy].
//
// The numbers follow section 3 of Coherent Gradients (arXiv 2002.10657) and its authors' code. What trains is behind
// [Engine]; this package itself knows no backend.
package experiment
