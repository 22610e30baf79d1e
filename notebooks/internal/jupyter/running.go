// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package jupyter

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

// running is what a running server writes of itself into its runtime folder.
type running struct {
	URL   string `json:"url"`
	Token string `json:"token"`
	Root  string `json:"root_dir"`
}

// FindRunning returns the URL that opens a notebook in a JupyterLab of this user that shows the folder root already, as a
// session of another process started it; "" if none answers. open is as in [LabOptions]. Another user's is never taken: a
// session's folder that others could have written in is passed over.
func (s *Session) FindRunning(ctx context.Context, root, open string) string {
	want, err := os.Stat(root)
	if err != nil {
		return ""
	}
	parent := filepath.Dir(s.Dir)
	entries, _ := os.ReadDir(parent)
	for _, e := range entries {
		dir := filepath.Join(parent, e.Name())
		info, err := os.Lstat(dir)
		if err != nil || !info.IsDir() || info.Mode().Perm()&0o077 != 0 || !strings.HasPrefix(e.Name(), folderPrefix) || dir == s.Dir {
			continue
		}
		server, ok := readServer(runtimeIn(dir))
		if !ok || !strings.HasPrefix(server.URL, "http://"+Address+":") {
			continue
		}
		if shown, err := os.Stat(server.Root); err != nil || !os.SameFile(shown, want) {
			continue
		}
		if answers(ctx, server.URL, server.Token) {
			return labURL(server.URL, server.Token, LabOptions{Root: root, Open: open})
		}
	}
	return ""
}

// readServer reads the file that a running server writes.
func readServer(runtime string) (running, bool) {
	files, _ := os.ReadDir(runtime)
	for _, file := range files {
		if !strings.HasPrefix(file.Name(), "jpserver-") || filepath.Ext(file.Name()) != ".json" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(runtime, file.Name()))
		if err != nil {
			continue
		}
		var server running
		if json.Unmarshal(text, &server) == nil && server.URL != "" {
			return server, true
		}
	}
	return running{}, false
}
