// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package jupyter

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"coherentgradients/notebooks/internal/kernel"
	"coherentgradients/notebooks/internal/place"
)

// Address is the only one JupyterLab listens on.
const Address = "127.0.0.1"

// labConfig is the config file that JupyterLab is given by name. With it Jupyter reads lab.json beside it, of
// [server.config]; it itself reads files.json, which says which notebooks are read-only.
//
//go:embed lab.py
var labConfig []byte

// server is what decides a server's config.
type server struct {
	root     string // the folder shown
	defaults string // the folder of JupyterLab's defaults, see writeSettings
	port     int
	retries  int // how many ports after port may be taken instead
	token    string
	asRoot   bool
	forTests bool // the page exposes JupyterLab's own object to a driving browser
}

// hidden are the names that the file panel leaves out, in any folder, and hiddenFolders those at its root, so that
// notebooks come first there: folders come before files otherwise, and the notebooks' folder is full of Go code, records
// and pictures. They can be opened all the same.
var (
	hidden = []string{
		"__pycache__", "*.pyc", "*.pyo", ".DS_Store", "*~", // as Jupyter has it
		"*.go", "go.mod", "go.sum", "go.work", "go.work.sum", "testdata",
	}
	hiddenFolders = []string{"browsertest", "explore", "figures", "internal", "live", "playground", "results", "study"}
)

// config is the server's config, as JSON. All that keeps others out is
// said outright, though it is Jupyter's default: this address only, a token, the XSRF
// check, no other origin.
func (s server) config() ([]byte, error) {
	return json.MarshalIndent(map[string]any{
		"ServerApp": map[string]any{
			"ip":                  Address,
			"port":                s.port,
			"port_retries":        s.retries,
			"root_dir":            s.root,
			"open_browser":        false,
			"allow_root":          s.asRoot,
			"allow_remote_access": false,
			"allow_origin":        "",
			"allow_origin_pat":    "",
			"disable_check_xsrf":  false,
			"jpserver_extensions": map[string]bool{
				"jupyterlab": true, "jupyter_server_terminals": true,
			},
		},
		"ContentsManager":      map[string]any{"hide_globs": hidden},
		"IdentityProvider":     map[string]any{"token": s.token},
		"KernelSpecManager":    map[string]any{"ensure_native_kernel": false, "allowed_kernelspecs": []string{kernel.Name}},
		"MultiKernelManager":   map[string]any{"default_kernel_name": kernel.Name},
		"MappingKernelManager": map[string]any{"default_kernel_name": kernel.Name},
		"LabApp": map[string]any{
			"app_settings_dir":        s.defaults,
			"expose_app_in_browser":   s.forTests,
			"extension_manager":       "readonly",
			"news_url":                nil,
			"check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
		},
	}, "", "  ")
}

// labSettings are JupyterLab's defaults here, by plugin; what a user changes in JupyterLab goes before them. No pop-up
// about news or updates, which would ask another server; enough time for the first completion; and a file panel that shows
// notebooks before folders, in the folder of the notebook that is looked at, with room for their names in place of dates.
var labSettings = map[string]map[string]any{
	"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false},
	"@jupyterlab/filebrowser-extension:browser":   {"sortNotebooksFirst": true, "navigateToCurrentDirectory": true, "showLastModifiedColumn": false},
	"@jupyterlab/completer-extension:manager":     {"providerTimeout": 5000},
}

// writeSettings writes the file that JupyterLab reads its defaults from, in a folder of the application's.
func writeSettings(folder string) error {
	text, err := json.MarshalIndent(labSettings, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("JupyterLab's settings can't be written: %w", err)
	}
	if err := place.WriteFile(filepath.Join(folder, "overrides.json"), append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("JupyterLab's settings can't be written: %w", err)
	}
	return nil
}
