// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"coherentgradients/cgkit/claims"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/study"
)

func claimsCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "claims",
		Short: "Judge the paper's claims by the records",
		Long: "Give the verdict on each of the claims C1 to C15, those added to them, and the project's own, from the\n" +
			"finished records, those committed and those of $CG_RUNS or the user's cache folder, without training.\n" +
			"How each is judged was fixed before the runs: cgkit/claims/README.md. The data set is $CG_DATASET,\n" +
			"else mnist.",
		Example: "  go run ./notebooks claims\n  go run ./notebooks claims --out claims.json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkDatasetVariable(); err != nil {
				return err
			}
			if out != "" {
				if info, err := os.Stat(filepath.Dir(out)); err != nil || !info.IsDir() {
					return fmt.Errorf("--out %q: %q is not a folder: name a file in a folder that exists", out, filepath.Dir(out))
				}
			}
			store, err := place.OpenStore("")
			if err != nil {
				return err
			}
			verdicts, found, asked, unreadable := study.Judge(store, study.Dataset())
			for _, u := range unreadable {
				fmt.Fprintln(cmd.ErrOrStderr(), u)
			}
			if n := len(unreadable); n > 0 && out != "" {
				return fmt.Errorf("%d of %d records can't be read, each with its reason above: %s is not written", n, asked, out)
			}
			if found+len(unreadable) < asked {
				fmt.Fprintf(cmd.ErrOrStderr(), "%d of %d records found; train the rest with: go run ./notebooks sweep --paper all --measure gradients\n"+
					"and, for the claims after the first paper's: go run ./notebooks sweep --paper collapse,rules,coherence,coherence-whole,stopping,examples,"+
					"open-capacity,open-early,open-starts,open-patterns,carry-over,carry-over-wide,carry-over-whole,carry-over-cifar\n"+
					"then, for C18: go run ./notebooks sweep --paper easy-hard\n", found, asked)
			}
			if out != "" {
				return claims.Write(out, verdicts)
			}
			if err := study.WriteVerdicts(cmd.OutOrStdout(), verdicts); err != nil {
				return err
			}
			if n := len(unreadable); n > 0 {
				return fmt.Errorf("%d of %d records can't be read, each with its reason above: the verdicts are without them", n, asked)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "write the verdicts with all they rest on to this file, as JSON, in place of the table")
	return cmd
}
