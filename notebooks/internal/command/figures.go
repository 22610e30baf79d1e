// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"coherentgradients/cgkit/record"
	"coherentgradients/datasets"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/internal/remedy"
	"coherentgradients/notebooks/study"
	"coherentgradients/plots"
)

func figuresCommand() *cobra.Command {
	var out, size, formats string
	cmd := &cobra.Command{
		Use:   "figures",
		Short: "Draw the paper's figures from the records",
		Long: "Draw every figure of the paper that the records allow, without Jupyter: each in the formats\n" +
			"named, and its numbers as CSV. Records are those committed and those of $CG_RUNS or the\n" +
			"user's cache folder; what is missing is named and left out. The data set is $CG_DATASET, else mnist.",
		Example: "  go run ./notebooks figures --out /tmp/figures\n" +
			"  go run ./notebooks figures --out paper --size column --formats pdf,tex",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, list, err := checkFigures(out, size, formats)
			if err != nil {
				return err
			}
			folder, err := place.Output(out)
			if err != nil {
				return err
			}
			store, err := place.OpenStore("")
			if err != nil {
				return err
			}
			return drawFigures(cmd.Context(), study.Paper(), store, cmd.OutOrStdout(), cmd.ErrOrStderr(),
				func(f *plots.Figure, name string) ([]string, error) { return f.Save(folder, name, s, list...) })
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "folder for the figures")
	cmd.Flags().StringVar(&size, "size", plots.TextWidth.Name, "column (3.35 in), textwidth (5.5 in), slide, notebook, or a width: 3.25in, 8.5cm")
	cmd.Flags().StringVar(&formats, "formats", "png,svg,pdf", "png, svg, pdf, tex, csv, separated by commas")
	return cmd
}

// checkFigures judges the flags, and the variables that say which figures there are.
func checkFigures(out, size, formats string) (s plots.Size, list []plots.Format, err error) {
	if out == "" {
		return s, nil, errors.New("no folder for the figures: name one, as --out figures")
	}
	if s, err = plots.SizeNamed(size); err != nil {
		return s, nil, err
	}
	for word := range strings.SplitSeq(formats, ",") {
		format := plots.Format(strings.TrimSpace(word))
		if !slices.Contains(plots.Formats(), format) {
			return s, nil, fmt.Errorf("unknown figure format %q: use png, svg, pdf, tex or csv", string(format))
		}
		list = append(list, format)
	}
	if _, err := place.CurrentMode(); err != nil {
		return s, nil, err
	}
	return s, list, checkDatasetVariable()
}

// checkDatasetVariable judges $CG_DATASET.
func checkDatasetVariable() error {
	if name := os.Getenv(datasetVariable); name != "" && !datasets.Known(name) {
		return fmt.Errorf("there is no data set %q ($%s): %suse one of %s", name, datasetVariable, remedy.Meant(name, datasets.Names(), ""), strings.Join(datasets.Names(), ", "))
	}
	return nil
}

// drawFigures draws what can be drawn, prints each file written on stdout and what is missing on stderr. It is an error
// if no figure of runs could be drawn, or one failed for another reason than a missing record or data set.
func drawFigures(ctx context.Context, figures []study.PaperFigure, store *record.Store, stdout, stderr io.Writer,
	save func(f *plots.Figure, name string) ([]string, error)) error {
	drawn, failed := 0, 0
	told := map[string]bool{} // records that can't be read, which several figures may need
	for _, p := range figures {
		if err := ctx.Err(); err != nil {
			return err
		}
		records, missing, unreadable := study.Finished(store, p.Specs)
		for _, u := range unreadable {
			if !told[u.ID] {
				told[u.ID] = true
				fmt.Fprintln(stderr, u)
			}
		}
		var lacks []string
		if len(missing) > 0 {
			lacks = append(lacks, fmt.Sprintf("%d of %d records are missing, such as %s", len(missing), len(p.Specs), missing[0]))
		}
		if len(unreadable) > 0 {
			lacks = append(lacks, fmt.Sprintf("%d of %d records can't be read, such as %s", len(unreadable), len(p.Specs), unreadable[0].ID))
		}
		if lack := len(missing) + len(unreadable); lack > 0 {
			text := p.Name + ": " + strings.Join(lacks, ", ")
			if !p.Partial || lack == len(p.Specs) {
				fmt.Fprintf(stderr, "%s: left out (%s)\n", text, p.What)
				continue
			}
			fmt.Fprintf(stderr, "%s: drawn without\n", text)
		}
		f, err := p.Draw(ctx, records)
		if nowhere := new(datasets.MissingError); errors.As(err, &nowhere) { // as with a missing record
			fmt.Fprintf(stderr, "%s: left out (%s): %s\n", p.Name, p.What, nowhere.Line())
			continue
		}
		if err != nil {
			failed++
			fmt.Fprintf(stderr, "%s: left out: %v\n", p.Name, err)
			continue
		}
		paths, err := save(f, p.Name)
		for _, path := range paths {
			fmt.Fprintln(stdout, path)
		}
		if err != nil {
			return err
		}
		if len(p.Specs) > 0 {
			drawn++
		}
	}
	switch {
	case len(told) > 0:
		return fmt.Errorf("%d records can't be read, each with its reason above", len(told))
	case drawn == 0:
		return errors.New("no figure of runs could be drawn: train them by `go run ./notebooks sweep --paper figure4`, or set $" + place.EnvRuns + " to the folder of their records")
	case failed > 0:
		return fmt.Errorf("%d figures could not be drawn, each with its reason above", failed)
	}
	return nil
}
