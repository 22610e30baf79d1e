// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package explore

import (
	"bytes"
	"image/png"
	"regexp"
	"strings"
	"testing"

	"coherentgradients/cgkit/record"
	"coherentgradients/notebooks/internal/picture"
)

// The page has every control under its name, begins where it is told, and its script has what it needs.
func TestPage(t *testing.T) {
	c := offer(small(), nil)
	text, err := page("cg_explore_test", c, controlsOf(small()))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<option value="glyphs" selected>`, `name="net" list="cg_explore_test_nets" value="64"`,
		`name="length" list="cg_explore_test_lengths" min="0" max="10000000" step="1" value="300"`, `<option value="winsorize" selected>`,
		`const id = "cg_explore_test"`, `noise: ["0 %",`, `name="seed" step="1" value="1"`, `name="rate"`, `name="batch"`, `name="settings"`,
		`<option value="mlp" selected>`, `<option value="cnn">`, "cnn_hidden=",
		`name="train"`, `name="stop"`, `name="done"`, `name="at"`, `name="ruleset"`, `name="momentum"`,
		`<option value="pair-flip">`, `<option value="flip-shift">`, `<option value="adam">`, `"multi-krum":"f, keep"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	// JupyterLab looks for this at the focused element itself.
	if n, m := strings.Count(text, "data-lm-suppress-shortcuts"), len(regexp.MustCompile(`<(select|input|button) `).FindAllString(text, -1)); n != m || m != 21 {
		t.Errorf("%d of %d controls keep their keys from JupyterLab", n, m)
	}
	if strings.Contains(text, "ZgotmplZ") {
		t.Error("a value was refused by the template")
	}
}

// Whatever a status says, it stays text.
func TestStatusIsText(t *testing.T) {
	text := status{Readout: `<script>alert("x")</script>`, Train: `"><b>`, Progress: "<i>", News: "a & b"}.html("id")
	for _, bad := range []string{"<script", "<b>", "<i>", "a & b"} {
		if strings.Contains(text, bad) {
			t.Errorf("%s stands in %s", bad, text)
		}
	}
}

// grid is Figure 4 in small, with a hole in it.
func grid() []*record.Record {
	var records []*record.Record
	for _, c := range []float64{0, 2, 8} {
		for _, noise := range []float64{0, 0.5, 1} {
			s := small()
			s.Noise, s.C = noise, c
			if records = append(records, madeUp(s, -1)); c == 8 && noise == 1 {
				records[len(records)-1] = nil
			}
		}
	}
	return records
}

// Prerendered frames: the telling one first and alone to be seen, each a PNG, small enough, with a description.
func TestFrames(t *testing.T) {
	for name, make := range map[string]func([]*record.Record) ([]Frame, int, error){"noise": noiseFrames, "step": stepFrames} {
		t.Run(name, func(t *testing.T) {
			frames, telling, err := make(grid())
			if err != nil {
				t.Fatal(err)
			}
			if label := frames[telling].Label; name == "noise" && label != "50 %" || name == "step" && label != "300" {
				t.Errorf("first comes %s", label)
			}
			text, image, err := framesHTML(name, frames, telling)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := png.Decode(bytes.NewReader(image)); err != nil {
				t.Error(err)
			}
			images := regexp.MustCompile(`<img [^>]*>`).FindAllString(text, -1)
			if len(images) != len(frames) {
				t.Fatalf("%d pictures for %d frames", len(images), len(frames))
			}
			for i, tag := range images {
				if hidden := strings.Contains(tag, "display:none"); hidden != (i > 0) {
					t.Errorf("picture %d hidden: %v", i, hidden)
				}
				if !strings.Contains(tag, `alt="2 line charts side by side over `) || len(tag) > 80_000 {
					t.Errorf("picture %d of %d bytes: %.200s", i, len(tag), tag)
				}
			}
		})
	}
	again := small()
	again.Seed = 2
	cells, _, _, err := sorted(append(grid(), madeUp(again, -1)))
	if err != nil || len(cells) != 8 || len(recordsOf(cells)) != 9 {
		t.Errorf("of two seeds: %d records in %d cells (%v)", len(recordsOf(cells)), len(cells), err)
	}
	if _, _, err := noiseFrames([]*record.Record{nil}); err == nil || !strings.Contains(err.Error(), "run --quick") {
		t.Errorf("without records: %v", err)
	}
}

// A picture with a palette looks the same: no colour is far from what it was.
func TestSmaller(t *testing.T) {
	f, err := draw(small(), madeUp(small(), -1), 3)
	if err != nil {
		t.Fatal(err)
	}
	full, _, _, err := picture.Pixels(f, frameSize, frameDots)
	if err != nil {
		t.Fatal(err)
	}
	less, err := smaller(full)
	if err != nil {
		t.Fatal(err)
	}
	if 2*len(less) > len(full) {
		t.Errorf("%d bytes of %d", len(less), len(full))
	}
	a, _ := png.Decode(bytes.NewReader(full))
	b, err := png.Decode(bytes.NewReader(less))
	if err != nil || a.Bounds() != b.Bounds() {
		t.Fatalf("%v, %v for %v", err, b.Bounds(), a.Bounds())
	}
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			ar, ag, ab, _ := a.At(x, y).RGBA()
			br, bg, bb, _ := b.At(x, y).RGBA()
			if far(ar, br) || far(ag, bg) || far(ab, bb) {
				t.Fatalf("at %d, %d: %v became %v", x, y, a.At(x, y), b.At(x, y))
			}
		}
	}
}

// far is a difference of an eighth of the scale.
func far(a, b uint32) bool { return max(a, b)-min(a, b) > 0x2000 }

// Every state of a record can be drawn and says what it is.
func TestDraw(t *testing.T) {
	diverged := madeUp(small(), 5)
	diverged.Diverged = &record.Divergence{Step: 5, Reason: "the loss is NaN"}
	clean := small()
	clean.Noise = 0
	for name, c := range map[string]struct {
		spec   record.Spec
		record *record.Record
		mark   string
	}{
		"none":       {small(), nil, "no record yet"},
		"empty":      {small(), madeUp(small(), 0), "no record yet"},
		"begun":      {small(), madeUp(small(), 1), "unfinished run"},
		"diverged":   {small(), diverged, "diverged"},
		"finished":   {small(), madeUp(small(), -1), "Synthetic data"},
		"clean data": {clean, madeUp(clean, -1), "Synthetic data"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := draw(c.spec, c.record, 1000)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(f.Caption(), c.mark) {
				t.Errorf("caption %q has no %q", f.Caption(), c.mark)
			}
			if _, err := drawn("id", f, 1); err != nil {
				t.Error(err)
			}
		})
	}
}
