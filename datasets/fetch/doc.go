// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package fetch downloads one file so that what lies at its path afterwards is either the whole verified file or what
// was there before. [File] gets it from an address, [Local] from a file of this machine, such as one of a Go module
// that [Module] has brought.
//
// The contract of [File]:
//
//   - The bytes are checked against a SHA-256 sum, which is not optional, before they get their final name. The
//     unfinished bytes live beside the target as PATH.part; the finished file is synced and then renamed.
//   - Addresses are tried in the order given. A broken connection is resumed where it broke (HTTP Range), also in a
//     later process; a mirror that doesn't have the file, lies about it or is out of reach gives way to the next one.
//   - No more than MaxBytes are ever written, whatever the server announces.
//   - Cancelling the context stops it; a .part may stay, from which the next call goes on.
//   - A path that already holds the right bytes is left alone, and no connection is made.
//
// File takes no lock: callers that may run twice at once with one Path hold a lock of their own around it.
package fetch
