// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"errors"
	"fmt"

	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/playground"

	"github.com/spf13/cobra"
)

func playgroundCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "playground",
		Short: "Write the playground: a page where a small net learns in the browser",
		Long: "Write the playground as one page for any browser: a small net learns right and wrong labels while you watch, by\n" +
			"plain, winsorized, trimmed or median gradients, and shows what each example wants of a weight. The page holds\n" +
			"all it needs, and nothing is installed. It is also a page of the static site.",
		Example: "  go run ./notebooks playground --out playground.html",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if out == "" {
				return errors.New("no file for the page: name one, as --out playground.html")
			}
			root, _, err := checkout()
			if err != nil {
				return err
			}
			page, err := playground.Page(cmd.Context(), root, false)
			if err != nil {
				return err
			}
			if err := place.WriteFile(out, page, 0o666); err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), out)
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "file for the page")
	return cmd
}
