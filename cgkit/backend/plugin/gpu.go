// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// What the pinned CUDA plugin needs: CUDA 13's driver, a GPU that CUDA 13 still knows, and memory for XLA's own needs
// and a small net.
const (
	leastDriver     = 580
	leastCapability = 7.5
	leastMemoryMiB  = 2000
)

// ErrNoGPU says that this machine can't use the pinned CUDA plugin.
var ErrNoGPU = errors.New("the NVIDIA GPU is left alone")

// CUDASupported returns nil if the pinned CUDA plugin can be used here, else an error of one line that wraps [ErrNoGPU],
// names what was found and says what to do. It asks the driver, by its file below /proc and by nvidia-smi, where they are
// there; what they don't say is left to the plugin to find.
func CUDASupported(ctx context.Context) error {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		return fmt.Errorf("%w: its plugin is for Linux on x86-64, this is %s/%s", ErrNoGPU, runtime.GOOS, runtime.GOARCH)
	}
	if err := Supported(ctx); err != nil {
		return fmt.Errorf("%w: its plugin needs glibc 2.27 or newer, as the CPU's does", ErrNoGPU)
	}
	driver, _ := os.ReadFile("/proc/driver/nvidia/version")
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	said, err := exec.CommandContext(ctx, "nvidia-smi", "--query-gpu=driver_version,memory.total,compute_cap",
		"--format=csv,noheader,nounits").CombinedOutput()
	var exit *exec.ExitError
	if err != nil && errors.As(err, &exit) && exit.ExitCode() > 0 {
		return fmt.Errorf("%w: nvidia-smi says: %s: mend NVIDIA's driver", ErrNoGPU, firstLine(string(said)))
	}
	if err != nil { // it isn't there, or doesn't answer
		said = nil
	}
	return gpuFits(string(driver), string(said))
}

var driverVersion = regexp.MustCompile(`(?m)^NVRM version:.*?\s(\d+)\.\d+`)

// gpuFits judges what the driver's file and nvidia-smi say: a line for each GPU of version, MiB of memory and compute
// capability. One GPU that fits is enough.
func gpuFits(file, smi string) error {
	if found := driverVersion.FindStringSubmatch(file); found != nil {
		if err := driverFits(found[1]); err != nil {
			return err
		}
	}
	reader := csv.NewReader(strings.NewReader(smi))
	reader.TrimLeadingSpace = true
	reader.FieldsPerRecord = -1
	rows, err := reader.ReadAll()
	if err != nil {
		return nil //nolint:nilerr // an answer that can't be read is left to the plugin
	}
	var problem error
	for _, row := range rows {
		if len(row) != 3 {
			continue
		}
		if err := rowFits(row); err == nil {
			return nil
		} else if problem == nil {
			problem = err
		}
	}
	return problem
}

func rowFits(row []string) error {
	major, _, _ := strings.Cut(row[0], ".")
	if err := driverFits(major); err != nil {
		return err
	}
	if capability, err := strconv.ParseFloat(row[2], 64); err == nil && capability < leastCapability {
		return fmt.Errorf("%w: it is of compute capability %s, and CUDA 13 needs %.1f (GeForce 16 and 20 series, T4) or more: "+
			"install a CUDA plugin of your own for it, or take another GPU", ErrNoGPU, row[2], leastCapability)
	}
	if memory, err := strconv.ParseFloat(row[1], 64); err == nil && memory < leastMemoryMiB {
		return fmt.Errorf("%w: it has %s MiB of memory, and XLA needs about %d: take a larger GPU", ErrNoGPU, row[1], leastMemoryMiB)
	}
	return nil
}

func driverFits(major string) error {
	if n, err := strconv.Atoi(major); err == nil && n < leastDriver {
		return fmt.Errorf("%w: NVIDIA's driver is version %d, and CUDA 13 needs %d or newer: update the driver", ErrNoGPU, n, leastDriver)
	}
	return nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(line)
}
