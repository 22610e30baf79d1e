// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package jupyter

import (
	"context"
	"crypto/rand"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"coherentgradients/notebooks/internal/proc"
)

// startTime is how long the server may take to answer.
const startTime = 2 * time.Minute

// stopTime is how long the server may take to end its kernels and itself.
const stopTime = 15 * time.Second

// LabOptions say how to run JupyterLab.
type LabOptions struct {
	// Root is the folder it shows.
	Root string
	// Port is the one to take; 0: the first free one from [FirstPort] on.
	Port int
	// Open is the notebook to open first, relative to Root; "" or a file that doesn't
	// exist: the file list.
	Open string
	// Tutorials are the notebooks in Root that are shown read-only, with their endings: they can be changed and run,
	// and kept under another name, but not saved. New notebooks made beside them go into Mine.
	Tutorials []string
	// Trusted are the notebooks in Root whose outputs may run scripts at once, with their endings: figures answer and
	// sliders move without being run first.
	Trusted []string
	// Mine is the folder in Root for notebooks of the user's own; "": none.
	Mine string
	// Template is what a new notebook in Mine begins with; nil: nothing.
	Template *Template
	// ForTests exposes JupyterLab's own object in the page, for a driving browser.
	ForTests bool
	// Extra variables of the kernels' environment, as "CG_MODE=quick".
	Extra []string
}

// Template is the text of a notebook, and the word in it that a new notebook's name takes the place of.
type Template struct {
	Text  string `json:"text"`
	Title string `json:"title"`
}

// Lab is a running JupyterLab.
type Lab struct {
	// URL opens it, token included.
	URL string

	session *Session
	done    <-chan error
	log     string
}

// StartLab starts JupyterLab and returns when it answers. At the context's end it stops.
func (s *Session) StartLab(ctx context.Context, o LabOptions) (*Lab, error) {
	conf := server{root: o.Root, defaults: s.defaults(), port: o.Port, token: strings.ToLower(rand.Text()), asRoot: os.Geteuid() == 0, forTests: o.ForTests}
	if o.Port == 0 {
		port, err := FreePort(FirstPort)
		if err != nil {
			return nil, err
		}
		conf.port, conf.retries = port, portTries // another may take it before Jupyter does
	}
	if err := writeSettings(s.defaults()); err != nil {
		return nil, err
	}
	text, err := conf.config()
	if err != nil {
		return nil, err
	}
	files, err := json.Marshal(map[string]any{
		"tutorials": o.Tutorials, "trusted": o.Trusted, "mine": o.Mine, "template": o.Template,
		"hidden": hiddenFolders, "go": goVersion(s.Tools.Gonb()),
	})
	if err != nil {
		return nil, err
	}
	configPath := filepath.Join(s.config(), "lab.py")
	for name, text := range map[string][]byte{"lab.json": text, "files.json": files, "lab.py": labConfig} {
		if err := os.WriteFile(filepath.Join(s.config(), name), text, 0o600); err != nil {
			return nil, fmt.Errorf("JupyterLab's config can't be written: %w", err)
		}
	}
	logPath := filepath.Join(s.Dir, "lab.log")
	log, err := os.Create(logPath)
	if err != nil {
		return nil, fmt.Errorf("JupyterLab's log can't be written: %w", err)
	}
	defer log.Close()

	cmd := proc.Command(ctx, stopTime, s.Env.Python(), "-m", "jupyterlab", "--config", configPath)
	cmd.Dir = s.temp() // not a folder whose jupyter_server_config.py would be read
	cmd.Env = s.Environ(os.Environ(), o.Extra...)
	cmd.Stdout, cmd.Stderr = log, log
	done, err := proc.Start(ctx, cmd)
	if err != nil {
		return nil, fmt.Errorf("JupyterLab can't be started: %w", err)
	}
	lab := &Lab{session: s, done: done, log: logPath}
	if err := lab.await(ctx, cmd, conf.token, o); err != nil {
		return nil, err
	}
	return lab, nil
}

// goVersion is the version of Go that a program was built by, as GoNB tells it of itself; "" if it can't be read.
func goVersion(program string) string {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return ""
	}
	return info.GoVersion
}

// await waits until the server answers and sets URL.
func (l *Lab) await(ctx context.Context, cmd *exec.Cmd, token string, o LabOptions) error {
	deadline := time.NewTimer(startTime)
	defer deadline.Stop()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-l.done:
			if ctx.Err() != nil {
				return err
			}
			return fmt.Errorf("JupyterLab ended at once: %s", lastComplaint(l.log))
		case <-deadline.C:
			_ = cmd.Cancel()
			<-l.done
			return fmt.Errorf("JupyterLab didn't answer within %v: %s", startTime, lastComplaint(l.log))
		case <-tick.C:
			server, ok := readServer(l.session.runtime())
			if ok && answers(ctx, server.URL, token) {
				l.URL = labURL(server.URL, token, o)
				return nil
			}
		}
	}
}

// Wait waits for the server's end: the context's error after the context ended, else
// why it ended by itself; nil if a user shut it down from its menu.
func (l *Lab) Wait(ctx context.Context) error {
	err := <-l.done
	if err == nil || ctx.Err() != nil {
		return err
	}
	return fmt.Errorf("JupyterLab ended: %s", lastComplaint(l.log))
}

// answers tells whether the server accepts the token.
func answers(ctx context.Context, base, token string) bool {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"api/status", nil)
	if err != nil {
		return false
	}
	req.Header.Set("Authorization", "token "+token)
	client := http.Client{Transport: &http.Transport{Proxy: nil, DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	return errors.Join(resp.Body.Close()) == nil && resp.StatusCode == http.StatusOK
}

// labURL is what opens JupyterLab at the first notebook.
func labURL(base, token string, o LabOptions) string {
	page := "lab"
	if info, err := os.Stat(filepath.Join(o.Root, o.Open)); o.Open != "" && err == nil && info.Mode().IsRegular() {
		page = "lab/tree/" + url.PathEscape(o.Open)
	}
	return base + page + "?token=" + token
}

// lastComplaint is the last line of a log that tells of an error, else its last line.
func lastComplaint(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return "it left no log"
	}
	last, complaint := "it said nothing", ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		last = line
		if strings.HasPrefix(line, "[C ") || strings.HasPrefix(line, "[E ") || strings.Contains(line, "Error: ") {
			complaint = line
		}
	}
	if complaint != "" {
		return complaint
	}
	return last
}
