// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"coherentgradients/notebooks/internal/place"
)

// envPeers lets the test below install and run the real libraries.
const envPeers = "CG_BENCH_PEERS"

// Every routine of every library makes the same update as this project, on a small net.
func TestRealPeers(t *testing.T) {
	if os.Getenv(envPeers) == "" {
		t.Skipf("set $%s=1 to install JAX, PyTorch and NumPy (about 800 MB) and run them", envPeers)
	}
	cache, err := place.MakeCache()
	if err != nil {
		t.Fatal(err)
	}
	peers, missing, err := EnsurePeers(t.Context(), cache, nil, Libraries...)
	if err != nil || len(missing) != 0 {
		t.Fatal(missing, err)
	}
	report, err := Run(t.Context(), Options{Backend: "go", Steps: 1, Net: []int{features, 12, 8, classes}, Batch: 50, Peers: peers, Worker: worker(t, roleReal)})
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	if err := report.Table(&table); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + table.String())
	if err := report.Err(); err != nil {
		t.Error(err)
	}
	for _, row := range report.Rows {
		if row.Error != "" || row.StepMS == nil {
			t.Errorf("%s %s: %s", row.Peer, row.Routine, row.Error)
		}
	}
	for _, name := range []string{"jax", "jaxlib", "torch", "opacus", "numpy", "python"} {
		if report.Machine.Versions[name] == "" {
			t.Errorf("no version of %s", name)
		}
	}
}

// The locks hold exact versions with hashes, name no index, and PyTorch's brings nothing of NVIDIA's.
func TestLocks(t *testing.T) {
	for _, library := range Libraries {
		data, err := peerFiles.ReadFile("peers/" + library + ".lock")
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		if m := regexp.MustCompile(`(?m)^--|https?://|nvidia|cuda|triton`).FindString(text); m != "" {
			t.Errorf("%s.lock has %q", library, m)
		}
		for block := range strings.SplitSeq(strings.ReplaceAll(strings.TrimSpace(text), "\\\n", " "), "\n") {
			if !regexp.MustCompile(`^[a-z0-9-]+==\S+`).MatchString(block) || !strings.Contains(block, "--hash=sha256:") {
				t.Errorf("%s.lock: not an exact, hashed requirement: %.60s", library, block)
			}
		}
		if !strings.Contains(text, "numpy==2.4.6 ") {
			t.Errorf("%s.lock has another NumPy than the others", library)
		}
	}
}

func TestMissingPeer(t *testing.T) {
	t.Setenv("CG_PYTHON", "/no/such/python")
	peers, missing, err := EnsurePeers(t.Context(), t.TempDir(), nil, "numpy", "abacus")
	if err != nil || len(peers) != 0 || len(missing) != 2 {
		t.Fatalf("%v, %v, %v", peers, missing, err)
	}
	if text := missing["numpy"].Error(); !strings.Contains(text, "CG_PYTHON=/no/such/python") {
		t.Errorf("numpy: %s", text)
	}
	if text := missing["abacus"].Error(); !strings.Contains(text, "use one of jax, torch, numpy") {
		t.Errorf("abacus: %s", text)
	}
}

func TestPeerEnv(t *testing.T) {
	t.Setenv("OPENBLAS_CORETYPE", "Haswell")
	t.Setenv("XLA_FLAGS", "--mine")
	env := Options{xlaFlags: "--mine --ours"}.peerEnv(Peer{Library: "torch", LibraryPath: "/env/standins"})
	for _, want := range []string{"XLA_FLAGS=--mine --ours", "LD_LIBRARY_PATH=/env/standins", "JAX_PLATFORMS=cpu"} {
		if !slices.Contains(env, want) {
			t.Errorf("no %s", want)
		}
	}
	for _, entry := range env {
		if strings.HasPrefix(entry, "OPENBLAS_") || entry == "XLA_FLAGS=--mine" {
			t.Errorf("kept %s", entry)
		}
	}
}

func TestStandInSource(t *testing.T) {
	w := imported{"libcudart.so.13": {"cudaFree": true, "cudaMalloc": true}, "": {"cudaFree": true}}
	text, versions := w.source()
	if text != "int cudaFree(void) { return 100; }\nint cudaMalloc(void) { return 100; }\n" {
		t.Errorf("C text %q", text)
	}
	if versions != "libcudart.so.13 { global: cudaFree; cudaMalloc; };\n" {
		t.Errorf("versions %q", versions)
	}
}
