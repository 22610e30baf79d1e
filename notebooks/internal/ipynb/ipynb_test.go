// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package ipynb

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// raw is a notebook as it comes from an execution, with all that is to go.
const raw = `{"nbformat":4,"nbformat_minor":4,"metadata":{"kernelspec":{"name":"gonb","display_name":"Go (gonb)","language":"go","env":{}},
"language_info":{"name":"go","version":"go1.26.5","mimetype":"text/x-go"},"signature":"x","widgets":{}},
"cells":[
{"cell_type":"markdown","id":"intro","metadata":{"collapsed":true},"source":"# Title <b>\nline two"},
{"cell_type":"code","metadata":{"execution":{"iopub.execute_input":"2026-11-24T06:00:00Z"},"tags":["figure"],"scrolled":true},"execution_count":7,"source":["a\n","b"],
 "outputs":[
 {"output_type":"stream","name":"stdout","text":"10%\r100% done\nwrote /home/me/checkout/out.png "},
 {"output_type":"stream","name":"stderr","text":"noise"},
 {"output_type":"stream","name":"stdout","text":["in 3.2s\n","at /tmp/cg-1/gonb_0123abcd/main.go:3\n"]},
 {"output_type":"display_data","data":{"text/html":"  "},"metadata":{},"transient":{"display_id":"z"}},
 {"output_type":"execute_result","execution_count":7,"data":{"image/png":["AB","CD"],"text/plain":"/home/me/x"},"metadata":{}}
 ]},
{"cell_type":"code","id":"empty","metadata":{},"execution_count":8,"source":"","outputs":[]},
{"cell_type":"code","id":"last","metadata":{"jupyter":{"source_hidden":true,"outputs_hidden":true}},"execution_count":9,"source":"c","outputs":[]}
]}`

const normal = `{
 "cells": [
  {
   "cell_type": "markdown",
   "id": "intro",
   "metadata": {},
   "source": [
    "# Title <b>\n",
    "line two"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": 1,
   "id": "cell-2",
   "metadata": {
    "tags": [
     "figure"
    ]
   },
   "outputs": [
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "100% done\n",
      "wrote ./out.png in …\n",
      "at gonb/main.go:3\n"
     ]
    },
    {
     "data": {
      "image/png": "ABCD",
      "text/plain": [
       "~/x"
      ]
     },
     "execution_count": 1,
     "metadata": {},
     "output_type": "execute_result"
    }
   ],
   "source": [
    "a\n",
    "b"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "empty",
   "metadata": {},
   "outputs": [],
   "source": []
  },
  {
   "cell_type": "code",
   "execution_count": 2,
   "id": "last",
   "metadata": {
    "jupyter": {
     "source_hidden": true
    }
   },
   "outputs": [],
   "source": [
    "c"
   ]
  }
 ],
 "metadata": {
  "kernelspec": {
   "display_name": "Go (gonb)",
   "language": "go",
   "name": "gonb"
  },
  "language_info": {
   "mimetype": "text/x-go",
   "name": "go"
  }
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
`

var folders = Options{Paths: map[string]string{"/home/me": "~", "/home/me/checkout": ".", "": "?", "/": "?"}}

func normalised(t *testing.T, in string) string {
	t.Helper()
	nb, err := Parse([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	nb.Normalise(folders)
	out, err := nb.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestNormalise(t *testing.T) {
	once := normalised(t, raw)
	if diff := cmp.Diff(normal, once); diff != "" {
		t.Errorf("normalised (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(once, normalised(t, once)); diff != "" {
		t.Errorf("normalising twice differs from once:\n%s", diff)
	}
	nb, _ := Parse([]byte(once))
	if problems := nb.Problems(); len(problems) != 0 {
		t.Errorf("problems of a normalised notebook: %q", problems)
	}
}

func TestClean(t *testing.T) {
	clean := cleaner(folders.Paths)
	for in, want := range map[string]string{
		"trained in 3.2s, saved":           "trained in …, saved",
		"took 1m20s of 5":                  "took … of 5",
		"after 2 min 05 s it ended":        "after … it ended",
		"3.4 ms a step":                    "3.4 ms a step", // a result, not noise
		"in 60000 steps":                   "in 60000 steps",
		"in 5 streams":                     "in 5 streams",
		"/home/me/checkout/a and /home/me": "./a and ~",
		"/var/x/gonb_00ff00ff/main.go":     "gonb/main.go",
		"package gonb_00ff00ff":            "package gonb",
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestOverwrite(t *testing.T) {
	for in, want := range map[string]string{
		"plain\n":                "plain\n",
		"1\r2\r3":                "3",
		"long text\rshort\n":     "shorttext\n",
		"50%\r     \rdone\nnext": "done\nnext",
		"a\r\nb\r\n":             "a\nb\n",
	} {
		if got := overwrite(in); got != want {
			t.Errorf("overwrite(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestProblems(t *testing.T) {
	nb, err := Parse([]byte(`{"nbformat":4,"cells":[
	{"cell_type":"code","source":"a","execution_count":2,"outputs":[{"output_type":"error","evalue":"exit status 2\nmore"}]},
	{"cell_type":"code","source":"b","execution_count":null,"outputs":[{"output_type":"stream","name":"stdout","text":"see /home/someone/x"}]},
	{"cell_type":"code","source":"c","execution_count":3,"outputs":[{"output_type":"stream","name":"stderr","text":"warn"}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"cell 1: execution count 2, not 1", "cell 1: error: exit status 2", "cell 2: not executed",
		"cell 2: a machine's path: /home/someone/x", "cell 3: output on standard error: warn",
	}
	if diff := cmp.Diff(want, nb.Problems()); diff != "" {
		t.Error(diff)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, bad := range []string{"", "[]", "{}", `{"nbformat":3,"cells":[]}`, `{"nbformat":4}`, `{"nbformat":4,"cells":[1]}`, `{"nbformat":4,"cells":[]} x`} {
		if _, err := Parse([]byte(bad)); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("Parse(%q): %v", bad, err)
		}
	}
}
