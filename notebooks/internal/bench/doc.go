// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package bench measures what a training step costs, in time and memory, and compares it with what other libraries take
// for the same step.
//
// Every contender (a rule on this project's code, or a routine of another library) runs in a process of its own, so that
// its peak memory is its own and no library disturbs another. The processes are driven over pipes, one JSON object a
// line ([Request], [Answer]): only one of them works at any time, and they take turns, round after round, in an order
// drawn anew for each round. Noise of the machine hits all alike then, and a ratio is taken over the rounds in which both
// sides took part.
//
// A step is what a user gets, not a kernel: forward, backward, rule and update, ended by reading the loss. This
// project's steps come in two ways: one call of a compiled graph with donated weights ("call", as GoMLX's Trainer does
// it), and the loop of package experiment, several steps in one call ("loop").
//
// All start from the same weights, after some training, and see the same batch. Each hands over its weights after one
// update, and no ratio is given between contenders that do not agree on them ([Tolerance]).
package bench
