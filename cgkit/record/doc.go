// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package record says what a run was and what it left: a [Spec] says what to train, a [Record] holds its evaluations,
// and a [Store] finds records in folders. It is plain Go: who draws or judges records needs no GoMLX.
//
// The numbers follow section 3 of Coherent Gradients (arXiv 2002.10657) and its authors' code; the paper's own grids
// are [Figure1], [Figure4], [FullBatch] and [MiniBatch].
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
package record
