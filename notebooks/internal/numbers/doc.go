// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package numbers keeps the numbers in prose and the committed records together.
//
// A number that was measured stands in Markdown between two comments, which no viewer shows:
//
//	SGD ends at <!--=final test figure4 n=25 c=0-->84.5 % (84.4–84.7)<!--/--> on test data.
//
// The first comment says what the number is; see [Book.Number]. [Fill] writes what the records give between the two. A
// test fills the text of every notebook and of the README and fails where a number differs, and one that finds a
// number in prose that is neither marked nor a setting fails too: see [Unmarked].
package numbers
