// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package selection builds comparator networks that bring out the k smallest and the k largest of m values, or any
// order statistic of them.
//
// A [Network] is data: a straight line of min and max operations on value numbers, in single assignment. It knows no
// tensors, so its correctness can be proved in plain Go by the 0–1 principle (a network of comparators orders every
// input if it orders every input of zeros and ones), and the same network can then be emitted into any graph. The
// operations have no data-dependent branches, which is what lets a compiler keep a whole network in vector registers,
// one lane a coordinate.
//
// How a network is put together: the m values are cut into groups, each group is sorted by Batcher's odd–even merge
// sort, and the groups are merged pairwise as a tree that keeps only the k smallest (and, mirrored, only the k largest).
// Two ways to merge are tried, and the last merge need not sort; common operations are shared, and what nothing uses is
// removed. [Extremes] tries several group sizes and keeps the network with the fewest operations.
//
// Ties need no rule, as only values are returned. NaN is not ordered: a network of IEEE minimum and maximum passes NaN
// on to each output it can reach.
package selection
