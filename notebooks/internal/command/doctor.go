// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"coherentgradients/notebooks/internal/doctor"
)

func doctorCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Tell what was found and how to get what is missing",
		Long: "Tell what was found and how to get what is missing, one line a component; nothing is set up.\n" +
			"The exit code is not 0 if the notebooks can't run.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			root, _, err := checkout()
			if err != nil {
				return err
			}
			findings := doctor.Examine(cmd.Context(), root)
			if asJSON {
				enc := json.NewEncoder(cmd.OutOrStdout())
				enc.SetEscapeHTML(false)
				enc.SetIndent("", "  ")
				err = enc.Encode(findings)
			} else {
				table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 8, 2, ' ', 0)
				for _, f := range findings {
					fmt.Fprintf(table, "%s\t%s\t%s\n", f.Component, f.State, f.Detail)
				}
				err = table.Flush()
			}
			if err == nil && doctor.Broken(findings) {
				err = errors.New("the notebooks can't run before what is missing is there: see the lines marked missing")
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON array of component, state, detail")
	return cmd
}
