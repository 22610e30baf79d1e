// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"coherentgradients/notebooks/internal/jupyter"
	"coherentgradients/notebooks/internal/setup"
)

// startNotebook is what lab opens first.
const startNotebook = "00_start_here.ipynb"

// labFlags are the flags of lab.
type labFlags struct {
	noBrowser, noCompletion, forTests, edit bool
	port                                    int
}

func labCommand() *cobra.Command {
	var f labFlags
	cmd := &cobra.Command{
		Use:   "lab [NAME]",
		Short: "Set up what is missing and open JupyterLab",
		Long: "Set up what is missing and open JupyterLab at " + startNotebook + ", or at the notebook named.\n" +
			"It listens on " + jupyter.Address + " only and asks for a token; Ctrl-C stops it.\n" +
			"The user's own Jupyter, its settings and kernels, play no part.\n" +
			"The project's notebooks are read-only: they can be changed and run, and kept under another name\n" +
			"(File > Save Notebook As). New ones are made in " + mineFolder + ", the user's own folder.",
		Example: "  go run ./notebooks lab\n  go run ./notebooks lab 03_winsorized_sgd",
		Args:    cobra.MaximumNArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return lab(cmd, f, args, false) },
	}
	f.add(cmd)
	return cmd
}

// add gives a command the flags of lab.
func (f *labFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.noBrowser, "no-browser", false, "print the URL, open no browser")
	cmd.Flags().IntVar(&f.port, "port", 0, "port to listen on (default: the next free one from 8888 on)")
	cmd.Flags().BoolVar(&f.noCompletion, "no-completion", false, "don't build gopls, which completes in notebooks")
	cmd.Flags().BoolVar(&f.edit, "edit", false, "let the project's own notebooks be saved")
	cmd.Flags().BoolVar(&f.forTests, "expose-app", false, "let a page's scripts drive JupyterLab, for tests")
	_ = cmd.Flags().MarkHidden("expose-app") // the flag exists: no error
}

// lab opens JupyterLab at a notebook; join: in one that shows the project's notebooks already, if there is one.
func lab(cmd *cobra.Command, f labFlags, args []string, join bool) error {
	ctx, out := cmd.Context(), printer(cmd)
	if cmd.Flags().Changed("port") {
		if err := jupyter.CheckPort(f.port); err != nil {
			return err
		}
	}
	root, folder, err := checkout()
	if err != nil {
		return err
	}
	there, err := notebookNames(folder)
	if err != nil {
		return err
	}
	open := startNotebook
	if len(args) > 0 {
		names, err := chooseNames(args, slices.Concat(there.committed, there.mine))
		if err != nil {
			return err
		}
		open = there.file(names[0])
	}
	if err := os.MkdirAll(filepath.Join(folder, mineFolder), 0o755); err != nil {
		return fmt.Errorf("the folder for notebooks of your own can't be made: %w", err)
	}
	var committed, tutorials []string
	for _, name := range there.committed {
		committed = append(committed, there.file(name))
	}
	if !f.edit {
		tutorials = committed
	}
	s, err := setup.Jupyter(ctx, setup.Options{Root: root, Completion: !f.noCompletion, Printer: out})
	if err != nil {
		return err
	}
	defer s.Close()
	show := func(url string) {
		if f.noBrowser {
			return
		}
		if err := s.OpenBrowser(ctx, url); err != nil && ctx.Err() == nil {
			out.Note("%v: open the URL above in one", err)
		}
	}
	if join && !cmd.Flags().Changed("port") {
		if url := s.FindRunning(ctx, folder, open); url != "" {
			fmt.Fprintf(cmd.OutOrStdout(), "%s\n", url)
			out.Note("it opens in the JupyterLab that runs already (--port starts another)")
			show(url)
			return nil
		}
	}
	if os.Geteuid() == 0 {
		out.Note("started as root: JupyterLab is told to allow it")
	}
	step := out.Start("JupyterLab: starting")
	defer step.Fail()
	server, err := s.StartLab(ctx, jupyter.LabOptions{
		Root: folder, Port: f.port, Open: open, Tutorials: tutorials, Trusted: committed, Mine: mineFolder, ForTests: f.forTests,
		Template: &jupyter.Template{Text: string(template), Title: templateTitle},
	})
	if err != nil {
		return err
	}
	step.Done()
	fmt.Fprintf(cmd.OutOrStdout(), "%s\n", server.URL)
	out.Note("JupyterLab runs; Ctrl-C stops it")
	show(server.URL)
	err = server.Wait(ctx)
	if ctx.Err() != nil {
		out.Note("JupyterLab has stopped")
		return nil // that is how it is meant to end
	}
	return err
}
