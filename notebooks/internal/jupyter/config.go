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
			"expose_app_in_browser":   s.forTests,
			"extension_manager":       "readonly",
			"news_url":                nil,
			"check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
		},
	}, "", "  ")
}

// labSettings are the settings JupyterLab starts with: no pop-up about news or updates,
// which would ask another server; enough time for the first completion; and a file panel
// that shows notebooks before folders, in the folder of the notebook that is looked at.
var labSettings = map[string]map[string]any{
	"@jupyterlab/apputils-extension/notification.jupyterlab-settings": {"fetchNews": "false", "checkForUpdates": false},
	"@jupyterlab/filebrowser-extension/browser.jupyterlab-settings":   {"sortNotebooksFirst": true, "navigateToCurrentDirectory": true},
	"@jupyterlab/completer-extension/manager.jupyterlab-settings":     {"providerTimeout": 5000},
}

// writeSettings writes those settings that are not there yet, so that what a user has
// changed in JupyterLab stays.
func writeSettings(folder string) error {
	for name, values := range labSettings {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if _, err := os.Stat(path); err == nil {
			continue
		}
		text, err := json.MarshalIndent(values, "", "  ")
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return fmt.Errorf("JupyterLab's settings can't be written: %w", err)
		}
		if err := place.WriteFile(path, append(text, '\n'), 0o600); err != nil {
			return fmt.Errorf("JupyterLab's settings can't be written: %w", err)
		}
	}
	return nil
}
