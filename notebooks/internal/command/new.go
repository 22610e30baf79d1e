// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"coherentgradients/notebooks/internal/jupyter"
	"coherentgradients/notebooks/internal/place"
)

// mineFolder is the folder, in that of the project's notebooks, for a user's own. Git, site, and run without a name
// leave it alone.
const mineFolder = "mine"

// template is the notebook that new makes; where its name goes, it has templateTitle.
//
//go:embed template.ipynb
var template []byte

const templateTitle = "TITLE"

// notebooks are the names of the notebooks that there are, without endings.
type notebooks struct{ committed, mine []string }

// notebookNames lists the project's notebooks in a folder, and the user's own.
func notebookNames(folder string) (notebooks, error) {
	committed, err := place.Names(folder)
	if err != nil {
		return notebooks{}, err
	}
	mine, err := place.Names(filepath.Join(folder, mineFolder))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return notebooks{}, err
	}
	// The project's come first where both have a name.
	mine = slices.DeleteFunc(mine, func(name string) bool { return slices.Contains(committed, name) })
	return notebooks{committed, mine}, nil
}

// file is a notebook's path in the folder, with slashes.
func (n notebooks) file(name string) string {
	if slices.Contains(n.mine, name) {
		return mineFolder + "/" + name + ".ipynb"
	}
	return name + ".ipynb"
}

func newCommand() *cobra.Command {
	var f labFlags
	var only bool
	cmd := &cobra.Command{
		Use:   "new NAME",
		Short: "Make a notebook of your own and open it",
		Long: "Make a short notebook of your own, with a model, data, training, a figure and its export to be changed, and open\n" +
			"it in JupyterLab, in the one that runs already if there is one. It lies in notebooks/" + mineFolder + ", which git, site,\n" +
			"and run without a name leave alone; run NAME executes it like any other.",
		Example: "  go run ./notebooks new my_net",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("one name is needed for the notebook, as in: go run ./notebooks new my_net")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			_, folder, err := checkout()
			if err != nil {
				return err
			}
			name := strings.TrimSuffix(args[0], ".ipynb")
			file, err := newNotebook(folder, name)
			if err != nil {
				return err
			}
			if only || os.Getenv(jupyter.TagVariable) != "" { // in a terminal of the JupyterLab that is open already
				fmt.Fprintln(cmd.OutOrStdout(), file)
				return nil
			}
			printer(cmd).Note("made notebooks/%s/%s.ipynb", mineFolder, name)
			return lab(cmd, f, []string{name}, true)
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&only, "no-lab", false, "make the notebook and print its path, and don't open it")
	return cmd
}

// plainName is what a notebook may be called: it is a file's name, a run's, and a figure's in LaTeX.
var plainName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`)

// newNotebook writes the template under a name and returns its path. What is there is never replaced.
func newNotebook(folder, name string) (string, error) {
	if !plainName.MatchString(name) {
		return "", fmt.Errorf("%q can't be a notebook's name: use up to 64 letters, digits, _ and -, as my_net", name)
	}
	there, err := notebookNames(folder)
	if err != nil {
		return "", err
	}
	for _, taken := range slices.Concat(there.committed, there.mine) {
		if strings.EqualFold(taken, name) { // some disks can't tell them apart
			return "", fmt.Errorf("there is a notebook %s already: choose another name, or open it with: go run ./notebooks lab %s", taken, taken)
		}
	}
	title, err := json.Marshal(name)
	if err != nil {
		return "", err
	}
	text := bytes.ReplaceAll(template, []byte(templateTitle), title[1:len(title)-1])
	file := filepath.Join(folder, mineFolder, name+".ipynb")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return "", fmt.Errorf("the folder for notebooks of your own can't be made: %w", err)
	}
	if err := place.WriteFile(file, text, 0o644); err != nil {
		return "", fmt.Errorf("the notebook can't be written: %w", err)
	}
	return file, nil
}
