// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"coherentgradients/notebooks/internal/site"
)

func siteCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "site",
		Short: "Write the notebooks as a small static set of pages",
		Long: "Write the notebooks, as they were executed and saved, as pages for any browser: an index, and a page for\n" +
			"each, light and dark, with formulas, code and figures. The pages load nothing from elsewhere and need no\n" +
			"Jupyter, nor does this command. It replaces what it wrote into the folder before, and nothing else.",
		Example: "  go run ./notebooks site --out /tmp/pages",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if out == "" {
				return errors.New("no folder for the pages: name one, as --out pages")
			}
			if err := site.Check(out); err != nil {
				return err
			}
			root, _, err := checkout()
			if err != nil {
				return err
			}
			pages, err := site.Build(cmd.Context(), root)
			if err != nil {
				return err
			}
			if err := pages.Write(out); err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), filepath.Join(out, "index.html"))
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "folder for the pages")
	return cmd
}
