// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"crypto/sha256"
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"coherentgradients/cgkit/backend/pip"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/internal/pyenv"
	"coherentgradients/notebooks/internal/status"
)

//go:embed peers/*.py peers/*.lock
var peerFiles embed.FS

const (
	// scriptsName is the folder of the workers' Python files below the scratch folder.
	scriptsName = "peers"
	// readyName is the file whose presence says that an environment is complete; written last.
	readyName = "coherentgradients-peer"
)

// imports prove that an environment works.
var imports = map[string]string{"jax": "import jax.numpy", "torch": "import torch, opacus", "numpy": "import numpy"}

// sizes are said before anything is fetched.
var sizes = map[string]string{"jax": "about 150 MB", "torch": "about 600 MB, 1.5 GB unpacked", "numpy": "about 20 MB"}

// EnsurePeers makes the environments of the libraries that are missing, each of its own, below the project's cache
// folder: exact versions and hashes from the locks beside this file. A library that can't be had is told in missing,
// and the others go on; the error is an ended context.
func EnsurePeers(ctx context.Context, cache string, out *status.Printer, libraries ...string) (peers []Peer, missing map[string]error, err error) {
	missing = map[string]error{}
	for _, library := range libraries {
		p, err := ensurePeer(ctx, cache, library, out)
		if ctx.Err() != nil {
			return nil, nil, context.Cause(ctx)
		}
		if err != nil {
			missing[library] = err
			out.Note("going on without %s: %v", library, err)
			continue
		}
		peers = append(peers, p)
	}
	return peers, missing, nil
}

func ensurePeer(ctx context.Context, cache, library string, out *status.Printer) (Peer, error) {
	lock, err := peerFiles.ReadFile("peers/" + library + ".lock")
	if err != nil {
		return Peer{}, fmt.Errorf("there is no peer %q: use one of %s", library, strings.Join(Libraries, ", "))
	}
	dir := filepath.Join(cache, fmt.Sprintf("bench-%s-%x", library, sha256.Sum256(lock))[:len("bench--")+len(library)+12])
	dir = filepath.Clean(dir)
	p := Peer{Library: library, Python: filepath.Join(dir, "bin", "python")}
	if needsStandIns(library) {
		p.LibraryPath = filepath.Join(dir, standInsName)
	}
	if complete(dir, p) {
		return p, nil
	}
	base, err := pyenv.FindPython(ctx)
	if err != nil {
		return Peer{}, err
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return Peer{}, fmt.Errorf("the cache folder can't be made: %w", err)
	}
	step := out.Start("Python environment with %s (%s)", library, sizes[library])
	defer step.Fail()
	unlock, err := place.Lock(ctx, dir+".lock", func() { step.Detail("waiting for another process that makes it") })
	if err != nil {
		return Peer{}, err
	}
	defer unlock()
	if !complete(dir, p) { // it may have been made while we waited
		if err := buildPeer(ctx, dir, p, base, lock, step); err != nil {
			return Peer{}, err
		}
	}
	step.Done()
	return p, nil
}

func complete(dir string, p Peer) bool {
	if _, err := os.Stat(filepath.Join(dir, readyName)); err != nil {
		return false
	}
	_, err := os.Stat(p.Python) // follows the link to the base Python
	return err == nil
}

// buildPeer makes an environment from nothing; the caller holds the lock.
func buildPeer(ctx context.Context, dir string, p Peer, base pyenv.Python, lock []byte, step *status.Step) error {
	i, err := pyenv.NewInstaller(ctx, dir, filepath.Join(filepath.Dir(dir), "logs", "pip-"+p.Library+".log"), step)
	if err != nil {
		return err
	}
	defer i.Close()
	// The locks are whole, so nothing is looked for beyond them; for PyTorch that also leaves NVIDIA's libraries out.
	if err := i.Install(base, lock, "--no-deps"); err != nil {
		return err
	}
	if p.LibraryPath != "" {
		step.Detail("stand-ins for NVIDIA's libraries")
		if err := standIns(i, dir, p.LibraryPath); err != nil {
			return err
		}
		i.Variables = append(i.Variables, libraryPathVariable+"="+p.LibraryPath)
	}
	step.Detail("checking")
	if err := i.Run("importing "+p.Library, p.Python, "-I", "-c", imports[p.Library]); err != nil {
		return err
	}
	return place.WriteFile(filepath.Join(dir, readyName), []byte(base.Version+"\n"), 0o644)
}

// peerEnv is the environment of a peer's worker: the same XLA flags as this project has, and no limits on NumPy's BLAS
// that were set for older ones.
func (o Options) peerEnv(p Peer) []string {
	var env []string
	for _, entry := range pip.Environ(os.Environ()) {
		switch name, _, _ := strings.Cut(entry, "="); name {
		case "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "XLA_FLAGS", "JAX_PLATFORMS":
		default:
			env = append(env, entry)
		}
	}
	env = append(env, "JAX_PLATFORMS=cpu", "XLA_FLAGS="+o.xlaFlags)
	if p.LibraryPath != "" {
		env = append(env, libraryPathVariable+"="+p.LibraryPath)
	}
	return env
}

const libraryPathVariable = "LD_LIBRARY_PATH"

// needsStandIns: on Linux on x86-64 the ordinary wheel of PyTorch is one for NVIDIA's GPUs.
func needsStandIns(library string) bool {
	return library == "torch" && runtime.GOOS == "linux" && runtime.GOARCH == "amd64"
}

// writeScripts lays out the workers' Python files.
func writeScripts(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	entries, err := peerFiles.ReadDir("peers")
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".py") {
			text, err := peerFiles.ReadFile("peers/" + e.Name())
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(dir, e.Name()), text, 0o600); err != nil {
				return err
			}
		}
	}
	return nil
}
