// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package backend chooses what GoMLX computes on.
//
// The order is: what the user asked for ($GOMLX_BACKEND, or the plugins in $PJRT_PLUGIN_LIBRARY_PATH); XLA on an
// NVIDIA GPU where there is one and its plugin is installed, or was fetched by package plugin, unless $CG_GPU is off;
// an XLA CPU plugin in one of go-xla's usual folders; the pinned XLA CPU plugin that package plugin fetches for who
// asks; go-xla's own download, only if $CG_XLA_AUTO_INSTALL is set; and last GoMLX's pure-Go backend, which computes
// the same, more slowly. Of several plugins of a kind the first folder's is taken, in a folder the one named cpu (or
// cuda), else the first by name. [Describe] says which it would be and why, [Open] opens it. Nothing is downloaded
// here otherwise.
package backend
