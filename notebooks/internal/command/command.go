// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package command is the command line of the project: go run ./notebooks.
//
// A command checks its flags and files before it sets anything up. An error is one
// line on standard error and a non-zero exit code.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"coherentgradients/cgkit/models"
	"coherentgradients/cgkit/record"
	"coherentgradients/cgkit/train"
	"coherentgradients/datasets"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/internal/proc"
	"coherentgradients/notebooks/internal/remedy"
	"coherentgradients/notebooks/internal/status"
	"coherentgradients/notebooks/internal/sweep"
)

// Exit codes.
const (
	codeOK          = 0
	codeFailed      = 1
	codeHeld        = 75  // sweep: other processes still train some of the runs; "try again later" in sysexits.h
	codeInterrupted = 130 // as a shell gives it to a program ended by Ctrl-C
)

// Main runs the command with its arguments and returns the exit code.
//
// Ctrl-C, SIGTERM, a closed terminal and the end of the go command that runs this
// program end the command's context; a second Ctrl-C ends the program at once.
func Main(args []string, stdout, stderr io.Writer) int {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // under nohup it stays ignored
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	defer stop()
	context.AfterFunc(ctx, stop)
	ctx, cancel := proc.WithParent(ctx)
	defer cancel()

	root := New(stdout, stderr)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return codeOK
	case ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.Cause(ctx))):
		fmt.Fprintln(stderr, "interrupted")
		return codeInterrupted
	}
	fmt.Fprintln(stderr, "error: "+place.Explain(err))
	var held *sweep.HeldError
	if errors.As(err, &held) {
		return codeHeld
	}
	return codeFailed
}

// New is the command with all its parts.
func New(stdout, stderr io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:   "notebooks",
		Short: "Set up, open and execute the notebooks of the Coherent Gradients paper; train",
		Long: "Set up, open and execute the notebooks of the Coherent Gradients paper; train.\n" +
			"What is missing is set up on first use, in the user's cache folder.",
		Example: "  go run ./notebooks lab\n  go run ./notebooks run --quick --out /tmp/cg",
		Args:    unknownCommand,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			absoluteFolders()
			// As from a variable that is not set: what is then the default is surely not meant.
			if out := cmd.Flags().Lookup("out"); out != nil && out.Changed && strings.TrimSpace(out.Value.String()) == "" {
				return errors.New(`--out "" names no place: name one, or leave --out away`)
			}
			return nil
		},
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w: %ssee go run ./notebooks %s--help", err, suggestFlag(cmd, err), path(cmd))
	})
	root.Version = "of this checkout" // asked for only when it is shown
	cobra.AddTemplateFunc("revision", version)
	root.SetVersionTemplate("coherentgradients {{revision}}\n")
	root.AddCommand(completionCommand(root), benchCommand(), labCommand(), newCommand(), runCommand(), trainCommand(), sweepCommand(), runsCommand(), labelsCommand(), figuresCommand(), claimsCommand(), siteCommand(), playgroundCommand(), doctorCommand())
	completeFlags(root)
	return root
}

// absoluteFolders makes the variables that name folders mean the same folder in cells, which run elsewhere.
func absoluteFolders() {
	for _, name := range []string{datasets.DataDirVariable, place.EnvRuns} {
		value := os.Getenv(name)
		if value == "" || value[0] == '~' || filepath.IsAbs(value) {
			continue
		}
		if path, err := filepath.Abs(value); err == nil {
			_ = os.Setenv(name, path)
		}
	}
}

// unknownCommand refuses arguments of the root command, naming the commands there are.
func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() && c.Name() != "help" {
			names = append(names, c.Name())
		}
	}
	return fmt.Errorf("there is no command %q: %suse one of %s", args[0], remedy.Meant(args[0], names, ""), strings.Join(names, ", "))
}

// suggestFlag is [remedy.Meant] for a flag that there is not.
func suggestFlag(cmd *cobra.Command, err error) string {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return ""
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	return remedy.Meant(unknown.GetSpecifiedName(), names, "--")
}

// path is a command's name followed by a space, "" for the root.
func path(cmd *cobra.Command) string {
	_, rest, _ := strings.Cut(cmd.CommandPath(), " ")
	if rest == "" {
		return ""
	}
	return rest + " "
}

// printer tells on a command's standard error how long steps go.
func printer(cmd *cobra.Command) *status.Printer { return status.New(cmd.ErrOrStderr()) }

// checkout is the module's root and its notebooks folder.
func checkout() (root, folder string, err error) {
	root, err = place.Here()
	if err != nil {
		return "", "", err
	}
	return root, place.Notebooks(root), nil
}

// suggestedSpec is [remedy.Suggested] for what a spec names.
func suggestedSpec(err error, s record.Spec) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, datasets.ErrUnknown):
		return remedy.Suggested(err, s.Dataset, datasets.Names())
	case !slices.Contains(models.Names(), s.ModelName()):
		return remedy.Suggested(err, s.ModelName(), models.Names())
	}
	return remedy.Suggested(err, s.Aggregator, train.Rules())
}

// suggestedSet is [remedy.Suggested] for the one of some specs whose data set is not known.
func suggestedSet(err error, specs []record.Spec) error {
	for _, s := range specs {
		if strings.Contains(err.Error(), strconv.Quote(s.Dataset)) {
			return suggestedSpec(err, s)
		}
	}
	return err
}
