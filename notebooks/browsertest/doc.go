// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package browsertest opens JupyterLab as `go run ./notebooks lab` does and runs notebooks in a real Chromium, as a user
// would. It is a module of its own, so that nobody who uses the project has to download what drives a browser:
//
//	cd notebooks/browsertest && go test ./...
//
// Screenshots are left in $CG_SCREENSHOTS, if that is set. Without Chromium the tests are skipped; under CI=true that is a
// failure.
package browsertest
