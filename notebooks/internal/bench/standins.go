// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"debug/elf"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"coherentgradients/notebooks/internal/pyenv"
	"coherentgradients/notebooks/internal/setup"
)

// standInsName is the folder of the stand-ins below an environment.
const standInsName = "standins"

// nvidia tells NVIDIA's libraries and functions by their names.
var (
	nvidiaLibrary = regexp.MustCompile(`^lib(cu|nccl|nv)`)
	nvidiaName    = regexp.MustCompile(`^(__cuda|cu|nccl|nv)[A-Za-z0-9_]*$`)
)

// standIns makes libraries that let the ordinary wheel of PyTorch load on a machine without NVIDIA's: they have the
// names and functions that the wheel's libraries ask for, and every function answers "no device". The wheel's own code,
// which is what computes on a CPU, stays as it is. NVIDIA's libraries would be about 3 GB more.
func standIns(i *pyenv.Installer, env, dir string) error {
	found, err := fs.Glob(os.DirFS(env), "lib/python3*/site-packages/torch/lib/*.so*")
	for i := range found {
		found[i] = filepath.Join(env, filepath.FromSlash(found[i]))
	}
	if err != nil || len(found) == 0 {
		return fmt.Errorf("no libraries of PyTorch below %s", env)
	}
	wanted, err := wantedOf(found)
	if err != nil {
		return err
	}
	compiler, err := setup.CCompiler()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, library := range slices.Sorted(maps.Keys(wanted)) {
		source, versions := wanted[library].source()
		base := filepath.Join(dir, library)
		if err := os.WriteFile(base+".c", []byte(source), 0o644); err != nil {
			return err
		}
		args := []string{"-w", "-shared", "-fPIC", "-nostdlib", "-Wl,-soname," + library, "-o", base, base + ".c"}
		if versions != "" {
			if err := os.WriteFile(base+".map", []byte(versions), 0o644); err != nil {
				return err
			}
			args = append(args, "-Wl,--version-script="+base+".map")
		}
		if err := i.Run("making a stand-in for "+library, compiler, args...); err != nil {
			return err
		}
	}
	return nil
}

// imported is what is asked of one library: names by version, which is "" for unversioned ones.
type imported map[string]map[string]bool

// source is the C text and the version script of a stand-in.
func (w imported) source() (text, versions string) {
	var c, script strings.Builder
	seen := map[string]bool{}
	for _, version := range slices.Sorted(maps.Keys(w)) {
		names := slices.Sorted(maps.Keys(w[version]))
		for _, name := range names {
			if !seen[name] {
				seen[name] = true
				fmt.Fprintf(&c, "int %s(void) { return 100; }\n", name) // cudaErrorNoDevice
			}
		}
		if version != "" && len(names) > 0 {
			fmt.Fprintf(&script, "%s { global: %s; };\n", version, strings.Join(names, "; "))
		}
	}
	return c.String(), script.String()
}

// wantedOf lists what shared libraries ask of NVIDIA's, by library.
func wantedOf(files []string) (map[string]imported, error) {
	wanted := map[string]imported{}
	var unversioned []string
	for _, path := range files {
		f, err := elf.Open(path)
		if err != nil {
			return nil, fmt.Errorf("%s can't be read: %w", filepath.Base(path), err)
		}
		libraries, err := f.ImportedLibraries()
		if err == nil {
			for _, library := range libraries {
				if nvidiaLibrary.MatchString(library) && wanted[library] == nil {
					wanted[library] = imported{}
				}
			}
			var symbols []elf.ImportedSymbol
			symbols, err = f.ImportedSymbols()
			for _, s := range symbols {
				switch {
				case !nvidiaName.MatchString(s.Name):
				case s.Library == "":
					unversioned = append(unversioned, s.Name)
				default:
					if wanted[s.Library] == nil {
						wanted[s.Library] = imported{}
					}
					if wanted[s.Library][s.Version] == nil {
						wanted[s.Library][s.Version] = map[string]bool{}
					}
					wanted[s.Library][s.Version][s.Name] = true
				}
			}
		}
		_ = f.Close()
		if err != nil {
			return nil, fmt.Errorf("%s can't be read: %w", filepath.Base(path), err)
		}
	}
	// Which library an unversioned name belongs to is not written anywhere: those without versions have all of them.
	for _, w := range wanted {
		if len(w) == 0 {
			w[""] = map[string]bool{}
			for _, name := range unversioned {
				w[""][name] = true
			}
		}
	}
	return wanted, nil
}
