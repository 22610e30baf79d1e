// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package backend

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"coherentgradients/cgkit/backend/plugin"
	"coherentgradients/cgkit/internal/xlaflags"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend" // registers "go"
	"github.com/gomlx/go-xla/compute/xla"  // registers "xla"
	"github.com/gomlx/gomlx/support/exceptions"
	"github.com/klauspost/cpuid/v2"
)

var (
	once   sync.Once
	opened compute.Backend
	choice Choice
	failed error
)

// instead is the choice that was opened where a GPU did not open.
var instead atomic.Pointer[Choice]

// Open opens the chosen backend, once a process: later calls return the same. An XLA plugin that does not load is an
// error that says so, not another backend in silence. One exception: a GPU that was taken because it was there, and does
// not open, leaves the work to what there is without it, and the choice says why.
func Open() (compute.Backend, Choice, error) {
	once.Do(func() {
		choice = Describe()
		opened, choice, failed = openOr(choice, WithoutGPU, openConfig)
		if failed == nil && choice != Describe() {
			instead.Store(&choice)
		}
	})
	return opened, choice, failed
}

// openOr opens a choice, or where that is a GPU nobody asked for and does not open, another.
func openOr(c Choice, other func() Choice, open func(Choice) (compute.Backend, error)) (compute.Backend, Choice, error) {
	b, err := open(c)
	if err == nil || !c.automatic {
		return b, c, err
	}
	without := other()
	b, again := open(without)
	if again != nil {
		return nil, c, err
	}
	without.Why += "; " + err.Error()
	without.Hint = ""
	return b, without, nil
}

// OpenConfig opens a backend by GoMLX's configuration string ("go", "xla:cpu", "xla:/path/of/plugin.so").
func OpenConfig(config string) (compute.Backend, error) {
	return openConfig(Choice{Config: config, Name: named(config), Why: "asked for as " + config})
}

func openConfig(c Choice) (compute.Backend, error) {
	config, release, err := safeConfig(c.Config)
	if err != nil {
		return nil, &OpenError{c, err}
	}
	defer release()
	setXLAFlags(c.Plugin)
	xla.EnableAutoInstall(os.Getenv(EnvAutoInstall) != "")
	var b compute.Backend
	// GoMLX panics for a name it does not know.
	if panicked := exceptions.TryCatch[error](func() { b, err = compute.NewWithConfig(config) }); panicked != nil {
		err = panicked
	}
	if err != nil {
		return nil, &OpenError{c, err}
	}
	return b, nil
}

// safeConfig is a configuration in which a plugin's path is taken for nothing else. go-xla cuts it at commas, and
// takes the device's kind from words anywhere in it: below a folder named cuda a CPU plugin would be opened as a
// GPU's. On Linux such a path is named by its folder's open file instead, which release closes once the plugin is
// loaded.
func safeConfig(config string) (safe string, release func(), err error) {
	path, isPath := strings.CutPrefix(config, "xla:")
	if !isPath || !filepath.IsAbs(path) {
		return config, func() {}, nil
	}
	options := ""
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() { // options follow, unless it is not there at all
		if at := strings.LastIndexByte(path, filepath.Separator); at >= 0 {
			name, rest, found := strings.Cut(path[at:], ",")
			if found {
				path, options = path[:at]+name, ","+rest
			}
		}
	}
	dir, name := filepath.Split(path)
	misleading := strings.Contains(dir, ",") || isCUDA(dir) && !isCUDA(name) || isCPU(dir) && !isCPU(name)
	if !misleading {
		return config, func() {}, nil
	}
	if isCUDA(name) { // it finds NVIDIA's libraries by where it lies, so it can't be called otherwise
		return "", nil, fmt.Errorf("go-xla can't open a CUDA plugin at %s, as its path has a comma or \"cpu\" in it: move it to another folder, "+
			"or if it is in the cache set XDG_CACHE_HOME to another", path)
	}
	if runtime.GOOS != "linux" || strings.Contains(name, ",") {
		return "", nil, fmt.Errorf("go-xla can't open a plugin at %s, as its path has a comma, \"cuda\", \"nvidia\" or \"cpu\" in it: move it to another folder", path)
	}
	folder, err := os.Open(dir)
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("xla:/proc/self/fd/%d/%s%s", folder.Fd(), name, options), func() { _ = folder.Close() }, nil
}

// FileHash is the sha256 of a file in hexadecimal, "" if it cannot be read. Each file is read once a process.
func FileHash(path string) string {
	if known, ok := hashes.Load(path); ok {
		return known.(string)
	}
	sum := ""
	if file, err := os.Open(path); err == nil {
		h := sha256.New()
		if _, err := io.Copy(h, file); err == nil {
			sum = hex.EncodeToString(h.Sum(nil))
		}
		_ = file.Close()
	}
	hashes.Store(path, sum)
	return sum
}

var hashes sync.Map // path → sha256

const vectorFlag = "--xla_cpu_prefer_vector_width"

// setXLAFlags must come before the plugin is loaded.
func setXLAFlags(library string) {
	pinned, ok := plugin.Path()
	flags := xlaFlags(os.Getenv(xlaflags.Env), cpuid.CPU.Supports(cpuid.AVX512F, cpuid.AVX512VL), ok && library == pinned)
	if flags != "" {
		_ = os.Setenv(xlaflags.Env, flags)
	}
}

// xlaFlags adds to the user's flags what large selection networks need; what the user has set stays. XLA is asked for
// 512-bit vectors where the processor has them: by default it stays at 256 bits, and networks are bound by min and max
// operations. Limits of LLVM are raised for the pinned plugin alone, as another's LLVM might not know the options.
func xlaFlags(user string, wide, pinned bool) string {
	flags := user
	if wide && !strings.Contains(flags, vectorFlag) {
		flags = strings.TrimSpace(flags + " " + vectorFlag + "=512")
	}
	if pinned {
		flags = xlaflags.Add(flags)
	}
	return flags
}
