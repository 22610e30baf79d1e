// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package pip

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// kept are the settings that say how packages are reached. Nothing else of the user's applies.
var kept = []string{
	"index-url", "extra-index-url", "no-index", "find-links", "trusted-host",
	"proxy", "cert", "client-cert", "keyring-provider", "use-feature",
	"timeout", "retries", "resume-retries", "cache-dir", "no-cache-dir",
}

// others are second names that pip has for some of them.
var others = map[string]string{"pypi-url": "index-url", "default-timeout": "timeout"}

// Keeps tells whether a variable of the environment is one of pip's that is kept: PIP_INDEX_URL is, PIP_TARGET is not.
func Keeps(variable string) bool {
	name, ours := strings.CutPrefix(variable, "PIP_")
	return ours && slices.Contains(kept, first(name))
}

// first is the one name of a setting, as pip's files have it.
func first(name string) string {
	name = strings.ToLower(strings.ReplaceAll(name, "_", "-"))
	if other, ok := others[name]; ok {
		return other
	}
	return name
}

// Settings are the user's settings of pip that are kept, by name.
type Settings map[string]string

// ErrNoPip says that an interpreter has no pip.
var ErrNoPip = errors.New("this Python has no pip; install it (sudo apt install python3-pip, sudo dnf install python3-pip, or brew install python)")

// reading prints pip's settings, those of files and of variables, as one JSON object of "section.name". It asks pip's
// own reader, as the command "pip config list" is itself bent by settings: quiet, log, isolated. Newer versions of it
// group them by file.
const reading = `
import json, sys
try:
    from pip._internal.configuration import Configuration
except ImportError:
    sys.exit(77)
found = {}
try:
    c = Configuration(isolated=False)
    c.load()
    for key, value in c.items():
        found.update(value if isinstance(value, dict) else {key: value})
except Exception as e:
    print(" ".join(str(e).split()) or type(e).__name__, file=sys.stderr)
    sys.exit(78)
print(json.dumps({k: str(v) for k, v in found.items()}))
`

// The exit codes of reading.
const (
	codeNoPip      = 77
	codeUnreadable = 78
)

// ReadSettings reads the user's settings by an interpreter's pip: those of files for every command and for install and
// download, and those of variables, which come first.
//
// Errors: [ErrNoPip]; a file of settings that pip itself can't read, with its words; a Python that doesn't start.
func ReadSettings(ctx context.Context, python string, run RunFunc) (Settings, error) {
	cmd := exec.CommandContext(ctx, python, "-c", reading)
	cmd.Env = environ(os.Environ(), func(name string) bool { return Keeps(name) || name == "PIP_CONFIG_FILE" })
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	err := run.do(ctx, cmd)
	var exit *exec.ExitError
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case !errors.As(err, &exit):
		return nil, fmt.Errorf("%s can't be started (%w): install Python 3 with pip", python, err)
	case exit.ExitCode() == codeNoPip:
		return nil, ErrNoPip
	case exit.ExitCode() == codeUnreadable:
		return nil, fmt.Errorf("pip can't read its settings: %s: mend that file, or set PIP_CONFIG_FILE to another", lastLine(said.String()))
	default:
		return nil, fmt.Errorf("%s doesn't run: %w", python, cause(out.String()+said.String(), err, nil))
	}
	var all map[string]string
	if err := json.Unmarshal(out.Bytes(), &all); err != nil {
		return nil, fmt.Errorf("%s answers nothing sensible when asked for pip's settings", python)
	}
	return keep(all), nil
}

// keep takes what is kept out of all settings, section after section: a later one replaces an earlier one.
func keep(all map[string]string) Settings {
	s := Settings{}
	for _, section := range []string{"global", "install", "download", ":env:"} {
		for _, key := range slices.Sorted(maps.Keys(all)) {
			name, inside := strings.CutPrefix(key, section+".")
			if name = first(name); inside && slices.Contains(kept, name) && all[key] != "" {
				s[name] = all[key]
			}
		}
	}
	if s["use-feature"] != "" { // the system's certificates; other features, and versions of pip without this one, come and go
		if slices.Contains(strings.Fields(s["use-feature"]), "truststore") {
			s["use-feature"] = "truststore"
		} else {
			delete(s, "use-feature")
		}
	}
	return s
}

// Environ is an environment in which pip has these settings and no others. The user's own packages are seen, as pip
// itself may be one of them.
func (s Settings) Environ(environment []string) []string {
	env := environ(environment, func(string) bool { return false })
	for _, name := range slices.Sorted(maps.Keys(s)) {
		env = append(env, "PIP_"+strings.ToUpper(strings.ReplaceAll(name, "-", "_"))+"="+s[name])
	}
	return append(env, "PIP_CONFIG_FILE="+os.DevNull) // which makes pip read no file of settings
}

// source says where packages come from, for an error, without what is secret in an address.
func (s Settings) source() string {
	if on := strings.ToLower(s["no-index"]); on != "" && !slices.Contains([]string{"0", "false", "no", "n", "off", "f"}, on) {
		return "pip is told to use no package index (no-index), and find-links has no such wheel: name a folder with the wheels in PIP_FIND_LINKS, or take no-index away"
	}
	index := s["index-url"]
	if index == "" {
		return "the package index has no such wheel for this system"
	}
	if u, err := url.Parse(index); err == nil {
		index = u.Redacted()
	}
	return "the package index that pip is set to, " + index + ", has no such wheel for this system: set PIP_INDEX_URL or PIP_FIND_LINKS to one that does"
}

// Environ is an environment in which a Python sees none of the user's own packages, start files or virtual
// environments, and pip no setting of a variable but those that are kept.
func Environ(environment []string) []string {
	return append(environ(environment, Keeps), "PYTHONNOUSERSITE=1")
}

// environ drops Python's variables, and pip's unless keeps says otherwise.
func environ(environment []string, keeps func(name string) bool) []string {
	env := make([]string, 0, len(environment)+2)
	for _, entry := range environment {
		name, _, _ := strings.Cut(entry, "=")
		switch {
		case name == "VIRTUAL_ENV", name == "__PYVENV_LAUNCHER__", strings.HasPrefix(name, "PYTHON"):
			continue
		case strings.HasPrefix(name, "PIP_") && !keeps(name):
			continue
		}
		env = append(env, entry)
	}
	return append(env, "PYTHONUNBUFFERED=1")
}
