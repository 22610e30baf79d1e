// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package command

import (
	"context"
	"fmt"
	"maps"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"coherentgradients/cgkit/models"
	"coherentgradients/cgkit/train"
	"coherentgradients/datasets"
	"coherentgradients/notebooks/internal/place"
	"coherentgradients/notebooks/internal/remedy"
)

// version is one line: this program's revision, and what the numbers depend on.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	setting := map[string]string{}
	for _, s := range info.Settings {
		setting[s.Key] = s.Value
	}
	own := checkoutRevision()
	if revision := setting["vcs.revision"]; revision != "" {
		own = revision[:min(len(revision), 12)]
		if at, _, found := strings.Cut(setting["vcs.time"], "T"); found {
			own += " of " + at
		}
		if setting["vcs.modified"] == "true" {
			own += ", changed"
		}
	}
	text := fmt.Sprintf("%s (%s, %s/%s", own, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, module := range info.Deps {
		switch module.Path {
		case "github.com/gomlx/gomlx":
			text += ", GoMLX " + module.Version
		case "github.com/janpfeifer/gonb":
			text += ", GoNB " + module.Version
		}
	}
	return text + ")"
}

// checkoutRevision is what git says of the checkout, because `go run` puts no revision into a program.
func checkoutRevision() string {
	root, err := place.Here()
	if err != nil {
		return "unknown revision"
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "git", "-C", root, "log", "-1", "--format=%h of %cs").Output()
	if err != nil {
		return "unknown revision"
	}
	return strings.TrimSpace(string(out))
}

// completeFlags tells the shell what the flags of a command may be: names of data sets, models, rules, notebooks.
func completeFlags(root *cobra.Command) {
	fixed := map[string][]string{
		"dataset": datasets.Names(), "model": models.Names(), "aggregator": train.Rules(), "percentile": {"nearest", "linear"},
		"init": {"authors", "xavier"}, "measure": {"gradients", "coherence"}, "size": {"column", "textwidth", "slide", "notebook"},
	}
	for _, cmd := range root.Commands() {
		for name, values := range fixed {
			if cmd.Flags().Lookup(name) != nil {
				_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
			}
		}
	}
}

// completionCommand prints a shell's script. It needs a program by a name, which go run has not.
func completionCommand(root *cobra.Command) *cobra.Command {
	shells := map[string]func(cmd *cobra.Command) error{
		"bash":       func(cmd *cobra.Command) error { return root.GenBashCompletionV2(cmd.OutOrStdout(), true) },
		"zsh":        func(cmd *cobra.Command) error { return root.GenZshCompletion(cmd.OutOrStdout()) },
		"fish":       func(cmd *cobra.Command) error { return root.GenFishCompletion(cmd.OutOrStdout(), true) },
		"powershell": func(cmd *cobra.Command) error { return root.GenPowerShellCompletionWithDesc(cmd.OutOrStdout()) },
	}
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "Print a script that completes this command in a shell",
		Long: "Print a script that completes commands, flags, data sets, models, rules and notebooks in a shell. It completes a\n" +
			"program named notebooks, so install that first; it works wherever it is started inside the checkout.",
		Example:   "  go install ./notebooks && source <(notebooks completion bash)",
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || shells[args[0]] == nil {
				typed := strings.Join(args, " ")
				return fmt.Errorf("completion %q: %sname one shell, bash, zsh, fish or powershell", typed,
					remedy.Meant(typed, slices.Sorted(maps.Keys(shells)), ""))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return shells[args[0]](cmd) },
	}
}
