// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"coherentgradients/notebooks/internal/site"
	"coherentgradients/notebooks/playground"
)

func siteCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "site",
		Short: "Write the notebooks as a small static set of pages",
		Long: "Write the notebooks, as they were executed and saved, as pages for any browser: an index, and a page for\n" +
			"each, light and dark, with formulas, code and figures. The pages load nothing from elsewhere and need no\n" +
			"Jupyter, nor does this command. One more page is the playground, where a small net learns in the browser.\n" +
			"It replaces what it wrote into the folder before, and nothing else.",
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
			var extra []site.Extra
			page, err := playground.Page(cmd.Context(), root, true)
			switch {
			case cmd.Context().Err() != nil:
				return cmd.Context().Err()
			case err != nil: // the pages need no Go toolchain, the playground does
				fmt.Fprintf(cmd.ErrOrStderr(), "the playground is left out: %v\n", err)
			default:
				extra = append(extra, site.Extra{Name: "playground.html", Title: "Playground", Page: page,
					About: "A small net learns right and wrong labels while you watch, and you choose the rule it follows. It runs in this browser."})
			}
			pages, err := site.Build(cmd.Context(), root, extra...)
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
