// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package ipynb

import (
	"encoding/json"
	"fmt"
	"regexp"
	"sort"
	"strings"
)

// Options of [Notebook.Normalise].
type Options struct {
	// Paths are this machine's folders and what to write in their stead, as the
	// home folder and "~". Longer ones are replaced first; empty ones are ignored.
	Paths map[string]string
}

// Normalise drops from a notebook all that differs from run to run and from machine
// to machine:
//
//   - cells: execution counts become 1..n in order, metadata keep only tags and whether a
//     code cell is folded, ids that are missing become cell-1, cell-2, …
//   - notebook metadata keep the kernel and the language, not their versions' builds, and [Notebook.Records];
//   - outputs: standard error (progress and logs) is dropped, text drawn over by
//     carriage returns becomes what is left of it, neighbouring pieces of text are
//     joined, empty displays dropped;
//   - text: this machine's folders, GoNB's temporary folder and how long something
//     took ("in 3.2s", "took 1m20s") are replaced.
//
// Errors among the outputs are kept: [Notebook.Problems] finds them.
func (nb *Notebook) Normalise(o Options) {
	clean := cleaner(o.Paths)
	count := 0
	for i, cell := range nb.cells() {
		if id, _ := cell["id"].(string); id == "" {
			cell["id"] = fmt.Sprintf("cell-%d", i+1)
		}
		metadata := only(cell["metadata"], "tags")
		if folded(cell) {
			metadata["jupyter"] = object{"source_hidden": true}
		}
		cell["metadata"] = metadata
		cell["source"] = lines(text(cell["source"]))
		if cell["cell_type"] != "code" {
			continue
		}
		cell["execution_count"] = nil
		if strings.TrimSpace(text(cell["source"])) != "" {
			count++
			cell["execution_count"] = json.Number(fmt.Sprint(count))
		}
		cell["outputs"] = normaliseOutputs(outputs(cell), cell["execution_count"], clean)
	}
	nb.normaliseMetadata()
}

func (nb *Notebook) normaliseMetadata() {
	metadata, _ := nb.root["metadata"].(object)
	kept := object{}
	if spec, ok := metadata["kernelspec"]; ok {
		kept["kernelspec"] = only(spec, "name", "display_name", "language")
	}
	if info, ok := metadata["language_info"]; ok {
		kept["language_info"] = only(info, "name", "file_extension", "mimetype", "codemirror_mode", "pygments_lexer", "nbconvert_exporter")
	}
	if own, ok := metadata[ownMetadata]; ok {
		kept[ownMetadata] = only(own, "records")
	}
	nb.root["metadata"] = kept
	nb.root["nbformat"] = json.Number("4")
	nb.root["nbformat_minor"] = json.Number("5")
}

// folded tells whether JupyterLab hides a code cell's source behind a mark to be clicked.
func folded(cell object) bool {
	metadata, _ := cell["metadata"].(object)
	jupyter, _ := metadata["jupyter"].(object)
	return cell["cell_type"] == "code" && jupyter["source_hidden"] == true
}

// only is the named fields of an object that it has.
func only(v any, names ...string) object {
	from, _ := v.(object)
	kept := object{}
	for _, name := range names {
		if value, ok := from[name]; ok {
			kept[name] = value
		}
	}
	return kept
}

// normaliseOutputs is the outputs of a cell without what differs from run to run.
func normaliseOutputs(outs []object, count any, clean func(string) string) []any {
	kept := []any{}
	var stream object // the last output, if it is a stream
	for _, out := range outs {
		delete(out, "transient")
		kind, _ := out["output_type"].(string)
		if kind == "stream" {
			if out["name"] == "stderr" {
				continue
			}
			if stream != nil {
				stream["text"] = text(stream["text"]) + text(out["text"])
				continue
			}
			stream = out
			out["text"] = text(out["text"])
			kept = append(kept, out)
			continue
		}
		switch kind {
		case "execute_result", "display_data":
			if isEmptyDisplay(out) {
				continue
			}
			normaliseData(out, clean)
			if kind == "execute_result" {
				out["execution_count"] = count
			}
		case "error":
			out["evalue"] = clean(text(out["evalue"]))
			out["traceback"] = cleanList(out["traceback"], clean)
		}
		stream = nil
		kept = append(kept, out)
	}
	return finishStreams(kept, clean)
}

// finishStreams turns the joined streams into lists of clean lines and drops those of
// which nothing is left.
func finishStreams(outs []any, clean func(string) string) []any {
	kept := []any{}
	for _, o := range outs {
		out := o.(object)
		if out["output_type"] == "stream" {
			s := clean(overwrite(text(out["text"])))
			if strings.TrimSpace(s) == "" {
				continue
			}
			out["text"] = lines(s)
		}
		kept = append(kept, out)
	}
	return kept
}

// isEmptyDisplay tells whether a display shows nothing: all its data are blank, as
// GoNB leaves a cleared progress display.
func isEmptyDisplay(out object) bool {
	data, _ := out["data"].(object)
	for _, value := range data {
		if strings.TrimSpace(text(value)) != "" {
			return false
		}
	}
	return true
}

// normaliseData cleans the text among a display's data; pictures stay byte for byte.
func normaliseData(out object, clean func(string) string) {
	data, _ := out["data"].(object)
	for mime, value := range data {
		if strings.HasPrefix(mime, "text/") || mime == "image/svg+xml" {
			data[mime] = lines(clean(text(value)))
		} else if s := text(value); s != "" {
			data[mime] = s // one string, whether it was a list or not
		}
	}
	if _, ok := out["metadata"].(object); !ok {
		out["metadata"] = object{}
	}
}

func cleanList(v any, clean func(string) string) []any {
	list, _ := v.([]any)
	kept := make([]any, 0, len(list))
	for _, line := range list {
		kept = append(kept, clean(text(line)))
	}
	return kept
}

// overwrite is what a terminal shows at last of text with carriage returns.
func overwrite(s string) string {
	if !strings.Contains(s, "\r") {
		return s
	}
	var b strings.Builder
	for line := range strings.Lines(strings.ReplaceAll(s, "\r\n", "\n")) {
		body, newline := strings.CutSuffix(line, "\n")
		var shown []rune
		for part := range strings.SplitSeq(body, "\r") {
			over := []rune(part)
			if len(over) >= len(shown) {
				shown = over
			} else {
				copy(shown, over)
			}
		}
		b.WriteString(strings.TrimRight(string(shown), " "))
		if newline {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// gonbFolder is GoNB's temporary folder, of whatever path, and its module's name.
var gonbFolder = regexp.MustCompile(`(?:/[\w.+@-]+)*/?gonb_[0-9a-f]{8}\b`)

// duration is how long something took, after a word that says so.
var duration = regexp.MustCompile(`\b(in|after|took|elapsed:?|within)( +)(?:\d+(?:\.\d+)? ?(?:h|min|ms|µs|us|ns|m|s) *)+\b`)

// cleaner returns what replaces this machine's folders and times in text.
func cleaner(paths map[string]string) func(string) string {
	var olds []string
	for path := range paths {
		if len(path) > 1 {
			olds = append(olds, path)
		}
	}
	sort.Slice(olds, func(i, j int) bool {
		if len(olds[i]) != len(olds[j]) {
			return len(olds[i]) > len(olds[j])
		}
		return olds[i] < olds[j]
	})
	var pairs []string
	for _, old := range olds {
		pairs = append(pairs, old, paths[old])
	}
	replacer := strings.NewReplacer(pairs...)
	return func(s string) string {
		s = gonbFolder.ReplaceAllString(s, "gonb")
		s = replacer.Replace(s)
		return duration.ReplaceAllStringFunc(s, func(m string) string {
			parts := duration.FindStringSubmatch(m)
			tail := m[len(strings.TrimRight(m, " ")):]
			return parts[1] + parts[2] + "…" + tail
		})
	}
}
