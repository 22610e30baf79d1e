// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package study

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"coherentgradients/notebooks/internal/place"
	"coherentgradients/plots"
)

// Show displays a figure below the cell. In a headless execution (`run --out DIR`) it also saves it under its name in
// DIR/figures, as PNG, SVG and PDF with the numbers beside them; [Save] does so from anywhere.
func Show(f *plots.Figure, name string) {
	must(f.Show())
	if out := os.Getenv(place.EnvOut); out != "" {
		_, err := f.Save(filepath.Join(out, "figures"), name, plots.TextWidth)
		must(err)
	}
}

// Save writes a figure at a named size, such as plots.Column, into a folder: PNG, SVG and PDF, or the formats named,
// and the numbers as CSV, and prints their names.
func Save(f *plots.Figure, folder, name string, size plots.Size, formats ...plots.Format) {
	files, err := f.Save(folder, name, size, formats...)
	must(err)
	fmt.Println("saved " + savedIn(folder, files))
}

// savedIn names files, and the folder where it is below the notebook's.
func savedIn(folder string, files []string) string {
	names := make([]string, len(files))
	for i, file := range files {
		names[i] = filepath.Base(file)
	}
	text := strings.Join(names, ", ")
	if filepath.IsLocal(folder) {
		if inMine() {
			folder = filepath.Join("mine", folder) // as JupyterLab's file panel has it
		}
		text += " in " + filepath.ToSlash(folder)
	}
	return text
}

// Folder is where a cell's own files go: figures below the folder of a headless execution (`run --out DIR`), else
// mine/figures beside the committed notebooks, which git leaves alone; in a notebook of mine, figures beside it.
func Folder() string {
	if out := os.Getenv(place.EnvOut); out != "" {
		return filepath.Join(out, "figures")
	}
	if inMine() {
		return "figures"
	}
	return filepath.Join("mine", "figures")
}

// inMine says that the notebook is one of the user's own, whose cells run in its folder.
func inMine() bool {
	here, err := os.Getwd()
	return err == nil && filepath.Base(here) == "mine"
}
