// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"

	"coherentgradients/cgkit/internal/disk"
	"coherentgradients/datasets/plainfile"
)

// A finished record is sealed: the file SHA256SUMS lists the checksum of each of its files, as sha256sum writes and
// checks it. Records from before there were seals have none; they are judged by what they hold.

// sealLine is a line of a seal.
var sealLine = regexp.MustCompile(`^([0-9a-f]{64}) [ *]([a-z.]+)$`)

// WriteSeal seals the record in a folder. It is the last thing that is written into it.
func WriteSeal(dir string) error {
	var text bytes.Buffer
	for _, name := range RecordNames {
		sum, err := fileSum(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(&text, "%s  %s\n", sum, name)
	}
	return disk.WriteBytes(filepath.Join(dir, SealName), text.Bytes())
}

func fileSum(path string) (string, error) {
	file, err := plainfile.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// seal is the checksum of each file of a record, by its name.
type seal map[string]string

// readSeal reads the seal of a record, nil where it has none.
func (f recordFolder) readSeal() (seal, error) {
	data, err := f.read(SealName, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	sums := seal{}
	for line := range bytes.Lines(data) {
		part := sealLine.FindSubmatch(bytes.TrimSuffix(line, []byte("\n")))
		if part == nil || !slices.Contains(RecordNames, string(part[2])) {
			return nil, Damaged(f.dir, SealName, "%q is no line of it", Clip(string(bytes.TrimSpace(line))))
		}
		sums[string(part[2])] = string(part[1])
	}
	if sums[SpecName] == "" || sums[EvaluationsName] == "" {
		return nil, Damaged(f.dir, SealName, "it lacks %s or %s", SpecName, EvaluationsName)
	}
	return sums, nil
}

// missing says which file of the seal is not there. The weights may have been removed: they are large, and nothing here
// reads them.
func (s seal) missing(f recordFolder) error {
	for _, name := range RecordNames {
		if name != WeightsName && s[name] != "" && !f.Has(name) {
			return Damaged(f.dir, name, "it is missing, and %s lists it", SealName)
		}
	}
	return nil
}

// check compares a record's files with its seal, the weights left out. No seal fits all.
func (s seal) check(f recordFolder, evaluations int) error {
	if s == nil {
		return nil
	}
	for _, name := range RecordNames {
		if name == WeightsName {
			continue
		}
		sum, err := f.sum(name, evaluations)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return err
		case s[name] == "":
			return Damaged(f.dir, name, "it was added after the run: %s does not list it", SealName)
		case sum != s[name]:
			return Damaged(f.dir, name, "it was changed after the run: its checksum is not the one in %s", SealName)
		}
	}
	return nil
}

// sum is the checksum of a file of the record, of bounded length.
func (f recordFolder) sum(name string, evaluations int) (string, error) {
	file, err := f.Open(name)
	if err != nil {
		return "", DamageFrom(f.dir, name, err)
	}
	defer file.Close()
	limit := fileLimit(name, evaluations)
	sum := sha256.New()
	n, err := io.Copy(sum, io.LimitReader(file, limit+1))
	if err == nil && n > limit {
		err = DamageFrom(f.dir, name, &plainfile.TooLargeError{Limit: limit})
	}
	return hex.EncodeToString(sum.Sum(nil)), err
}
