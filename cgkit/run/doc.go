// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package run makes records: [Run] trains what a [record.Spec] says, or loads its record, if it was trained before.
//
// What trains is behind [Engine]; package train has one for any GoMLX model. This package is plain Go and knows no
// backend, no command line and no environment.
//
// # Guarantees
//
//   - A finished spec is loaded, never trained again.
//   - A run that is stopped in whatever way (Ctrl-C, a notebook's stop button, SIGKILL, a power cut) goes on from its
//     last checkpoint when it is asked for again, and ends with the evaluations that an undisturbed run has: none lost,
//     none doubled, and equal bit for bit where the engine itself is reproducible. Only Evaluation.Seconds differs.
//   - A record that is not as its run left it is a [*record.DamagedError], never trained over. A finished record that is trained
//     again, to measure more, stays as it is until the new one takes its place.
//   - One process at a time trains a spec in a folder; the second one fails at once. The lock belongs to the kernel, so
//     a killed run never blocks the next. A file system without locks is refused.
//   - Only regular files are read and written, no link is followed for writing, and what is read is of bounded length.
//   - A spec that can't be run leaves nothing on disk.
//   - A record never holds NaN: a share of an empty group is null, and a run whose loss is no longer finite stops with
//     the step and the reason ([record.DivergedError]).
//
// # Order of writing
//
// A line of evaluations.jsonl is synced before a checkpoint of any later step replaces the last one. So the evaluations
// before the checkpoint's step are always there; those after it are dropped when the run goes on, and computed again
// from the very state that follows.
//
// At the end of a run there is a checkpoint, and it stays until all is done: the counts and the weights, the last line,
// the checksums, each synced before the next is begun. So a record without a checkpoint that has counts or weights,
// and not its last line, is damaged. What a killed process left of that order is done by the next [Run], or by [Tidy].
package run
