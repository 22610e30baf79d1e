// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package pip runs pip for this project: where packages come from is as the user has set it, in files and variables,
// and where they go is as the caller says.
//
// A user's settings are read once, by the pip that is to run. Those that lead to an index are kept (index, proxy,
// certificates, time limits, see [Keeps]); all others, target and require-virtualenv for two, would put the packages
// elsewhere or refuse them, and pip is started without them. A failure is one line: the cause that pip names, with a
// remedy where one is known.
package pip
