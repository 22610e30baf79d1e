// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package sweep trains a grid of runs, several at a time.
//
// # What is trained
//
// A [Grid] is a list of blocks; a [Block] gives fields of a spec one or several values each and stands for all their
// combinations. It comes from flags, from a file ([ParseGrid]) or is one of the paper's ([Paper]). The same run asked
// for twice is one run. For a job array, [Shard] deals the runs out evenly by what they are expected to cost.
//
// # How
//
// Runs are trained in processes of their own, the same program started as "train", as many as run at a time. Each trains
// one run after the other, so that runs of one shape are compiled once in each; a crash, or the system's killing one for
// want of memory, ends the run that it is at and no other. The child tells its progress as lines of JSON ([Reporter]); it saves and
// stops when asked to, and when the sweep is gone ([UntilParentGone]).
//
// Two sweeps on one folder, on one machine or on several that share it, are safe because runs are: a run holds a lock
// while it is trained. A run that another process holds is put off and looked at again at the end.
package sweep
