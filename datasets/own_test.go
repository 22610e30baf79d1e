// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sbinet/npyio"
)

// put writes files below a new folder, by name.
func put(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// idxOf is an IDX file of the given shape.
func idxOf(shape []int, body []byte) []byte {
	var b bytes.Buffer
	_ = binary.Write(&b, binary.BigEndian, uint32(2048+len(shape)))
	for _, d := range shape {
		_ = binary.Write(&b, binary.BigEndian, uint32(d))
	}
	b.Write(body)
	return b.Bytes()
}

func gzipped(body []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(body)
	_ = z.Close()
	return b.Bytes()
}

// counted is n bytes 0, 1, 2 … up to limit, again and again.
func counted(n, limit int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i % limit)
	}
	return b
}

func pngOf(t *testing.T, w, h int, c color.Color) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func npzOf(t *testing.T, arrays map[string]any) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, value := range arrays {
		w, err := z.Create(name + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		if err := npyio.Write(w, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func mustOwn(t *testing.T, files map[string][]byte) *Set {
	t.Helper()
	set, err := openOwn(context.Background(), "mine", put(t, files))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// Pictures of 20 × 24 in 7 classes, in IDX files, one of them gzipped.
func TestOwnIDX(t *testing.T) {
	set := mustOwn(t, map[string][]byte{
		"train-images-idx3-ubyte":    idxOf([]int{30, 20, 24}, counted(30*480, 251)),
		"train-labels-idx1-ubyte.gz": gzipped(idxOf([]int{30}, counted(30, 7))),
		"t10k-images-idx3-ubyte":     idxOf([]int{9, 20, 24}, counted(9*480, 251)),
		"t10k-labels-idx1-ubyte":     idxOf([]int{9}, counted(9, 7)),
	})
	if set.Height != 20 || set.Width != 24 || set.Channels != 1 || set.Classes != 7 || set.Train.Len() != 30 || set.Test.Len() != 9 {
		t.Errorf("%+v", set)
	}
	if set.Train.Pixels[481] != 481%251 || set.Train.Labels[8] != 1 {
		t.Error("pixels or labels are not those of the files")
	}
	// Channels last in the file, one after the other in a set.
	colour := mustOwn(t, map[string][]byte{
		"images-idx4-ubyte": idxOf([]int{10, 2, 1, 3}, counted(60, 60)),
		"labels-idx1-ubyte": idxOf([]int{10}, counted(10, 2)),
	})
	if colour.Channels != 3 || colour.Test.Len() != 2 || colour.Train.Len() != 8 || !strings.Contains(colour.Title, "2 of its 10 examples held back") {
		t.Errorf("%+v", colour)
	}
	first := colour.Train.Pixels[:6]
	if d := int(first[2]) - int(first[0]); d != 1 {
		t.Errorf("the first pixels are %v: red, red, green, green, blue, blue wanted", first)
	}
}

func TestOwnPictures(t *testing.T) {
	files := map[string][]byte{".hidden/x.png": {1}, "notes.txt": {2}}
	for i := range 10 {
		files[fmt.Sprintf("cat/%d.png", i)] = pngOf(t, 5, 4, color.Gray{uint8(10 + i)})
		files[fmt.Sprintf("dog/%d.PNG", i)] = pngOf(t, 5, 4, color.Gray{uint8(200 + i)})
	}
	set := mustOwn(t, files)
	if set.Height != 4 || set.Width != 5 || set.Channels != 1 || set.Classes != 2 || !slices.Equal(set.ClassNames, []string{"cat", "dog"}) ||
		set.Train.Len() != 16 || set.Test.Len() != 4 {
		t.Errorf("%+v", set)
	}
	for i, label := range set.Train.Labels {
		if (set.Train.Pixels[20*i] >= 200) != (label == 1) {
			t.Errorf("picture %d of brightness %d has label %d", i, set.Train.Pixels[20*i], label)
		}
	}
	if slices.IsSorted(set.Train.Labels) {
		t.Error("the pictures lie class by class")
	}
	if !set.HeldBack() || len(set.Train.Files) != 16 || len(set.Test.Files) != 4 {
		t.Errorf("held back %v, files of %d and %d", set.HeldBack(), len(set.Train.Files), len(set.Test.Files))
	}
	for i, file := range set.Train.Files { // each is the file that the picture came from
		class, number, _ := strings.Cut(file, "/")
		brightness := 10
		if class == "dog" {
			brightness = 200
		}
		if want := fmt.Sprintf("%d", int(set.Train.Pixels[20*i])-brightness); strings.ToLower(number) != want+".png" {
			t.Errorf("picture %d of brightness %d is %s", i, set.Train.Pixels[20*i], file)
		}
	}
	if cut, err := set.Take(3, 1); err != nil || !slices.Equal(cut.Train.Files, set.Train.Files[:3]) {
		t.Errorf("the first three: %v, %v", cut.Train.Files, err)
	}
	if two := set.Pick([]int32{5, 5}); !slices.Equal(two.Files, []string{set.Train.Files[5], set.Train.Files[5]}) || two.Len() != 2 {
		t.Errorf("picked %v", two.Files)
	}
	if again := mustOwn(t, files); !slices.Equal(again.Train.Pixels, set.Train.Pixels) {
		t.Error("another order when opened again")
	}
	colour := mustOwn(t, map[string][]byte{
		"train/a/1.png": pngOf(t, 2, 1, color.NRGBA{1, 2, 3, 255}), "train/b/1.png": pngOf(t, 2, 1, color.Gray{9}),
		"test/a/1.png": pngOf(t, 2, 1, color.NRGBA{4, 5, 6, 255}),
	})
	if colour.HeldBack() || colour.Test.Files[0] != "test/a/1.png" {
		t.Errorf("files %v, held back %v", colour.Test.Files, colour.HeldBack())
	}
	if colour.Channels != 3 || !slices.Equal(colour.Test.Pixels, []byte{4, 4, 5, 5, 6, 6}) || colour.Train.Len() != 2 {
		t.Errorf("%+v", colour)
	}
}

func TestOwnTables(t *testing.T) {
	var classes, numbers strings.Builder
	classes.WriteString("width,label,height\n")
	for i := range 20 {
		fmt.Fprintf(&classes, "%d.5, %s, -%d\n", i, []string{"oak", "elm"}[i%2], i)
		fmt.Fprintf(&numbers, "%d,%d,%v\n", i, 2*i, float64(i)/3)
	}
	set := mustOwn(t, map[string][]byte{"trees.csv": []byte(classes.String())})
	if set.Features() != 2 || set.Classes != 2 || !slices.Equal(set.ClassNames, []string{"elm", "oak"}) || set.Train.Len() != 16 {
		t.Errorf("%+v", set)
	}
	for i, label := range set.Train.Labels {
		if int(set.Train.Values[2*i])%2 == int(label) || set.Train.Values[2*i+1] != 0.5-set.Train.Values[2*i] {
			t.Errorf("line of values %v has label %d", set.Train.Values[2*i:2*i+2], label)
		}
	}
	target := mustOwn(t, map[string][]byte{"train.csv": []byte(numbers.String()), "test.csv": []byte("1,2,0.5\n")})
	if target.Classes != 0 || target.Train.Targets[3] != 1 || target.Test.Len() != 1 || target.Test.Targets[0] != 0.5 || target.Train.Labels != nil {
		t.Errorf("%+v", target)
	}
	// Whole numbers are classes, unless the column says that they are none.
	if set := mustOwn(t, map[string][]byte{"a.csv": []byte("x,z\n1,0\n2,1\n3,0\n4,1\n5,0\n")}); set.Classes != 2 || set.ClassNames != nil {
		t.Errorf("%+v", set)
	}
	if set := mustOwn(t, map[string][]byte{"a.csv": []byte("x,target\n1,0\n2,1\n3,0\n4,1\n5,0\n")}); set.Classes != 0 {
		t.Errorf("%+v", set)
	}
	if set := mustOwn(t, map[string][]byte{"a.csv": []byte("1,5\n2,7\n3,5\n4,7\n5,5\n")}); !slices.Equal(set.ClassNames, []string{"5", "7"}) {
		t.Errorf("%+v", set)
	}
}

func TestOwnArchives(t *testing.T) {
	features := mustOwn(t, map[string][]byte{"d.npz": npzOf(t, map[string]any{
		"x_train": [][2]float64{{1, 2}, {3, 4}, {5, 6}}, "y_train": []int64{3, 5, 3}, "x_test": [][2]float64{{7, 8}}, "y_test": []int64{5},
	})})
	if features.Classes != 2 || !slices.Equal(features.Train.Values, []float32{1, 2, 3, 4, 5, 6}) || !slices.Equal(features.Test.Labels, []uint8{1}) ||
		!slices.Equal(features.ClassNames, []string{"3", "5"}) {
		t.Errorf("%+v", features)
	}
	target := mustOwn(t, map[string][]byte{"d.npz": npzOf(t, map[string]any{
		"x": [][1]float64{{1}, {2}, {3}, {4}, {5}}, "y": []float32{0.5, 1, 1.5, 2, 2.5},
	})})
	if target.Classes != 0 || target.Train.Len() != 4 || target.Test.Len() != 1 || target.Test.Targets[0] != target.Test.Values[0]/2 {
		t.Errorf("%+v", target)
	}
}

// What can't be read is refused in one line that names the file, what is wrong and what to do.
func TestOwnRefusals(t *testing.T) {
	wide := pngOf(t, 3, 2, color.Gray{1})
	for name, c := range map[string]struct {
		files map[string][]byte
		want  []string
	}{
		"empty":            {map[string][]byte{"notes.txt": nil}, []string{"holds no data set", "CSV"}},
		"labels missing":   {map[string][]byte{"train-images-idx3-ubyte": idxOf([]int{1, 2, 2}, counted(4, 4))}, []string{"alone", "put the other file"}},
		"too few labels":   {map[string][]byte{"images-idx3-ubyte": idxOf([]int{2, 2, 2}, counted(8, 4)), "labels-idx1-ubyte": idxOf([]int{1}, counted(1, 1))}, []string{"[1]", "2 images"}},
		"a lying header":   {map[string][]byte{"images-idx3-ubyte": idxOf([]int{900000, 2000, 2000}, nil), "labels-idx1-ubyte": idxOf([]int{1}, counted(1, 1))}, []string{"more than"}},
		"two sizes":        {map[string][]byte{"a/1.png": wide, "b/1.png": pngOf(t, 2, 2, color.Gray{1})}, []string{"2×2", "3×2", "one size"}},
		"no picture":       {map[string][]byte{"a/1.png": []byte("<html>"), "b/1.png": wide}, []string{"1.png", "not a PNG"}},
		"one class":        {map[string][]byte{"a/1.png": wide, "a/2.png": wide}, []string{"1 classes", "2 to 256"}},
		"ragged table":     {map[string][]byte{"a.csv": []byte("1,2\n3\n")}, []string{"a.csv", "same columns"}},
		"a hole":           {map[string][]byte{"a.csv": []byte("x,label\n1,a\n,b\n")}, []string{"line 3", `""`}},
		"not a number":     {map[string][]byte{"a.csv": []byte("1,2,0\nNaN,2,1\n")}, []string{"line 2", "NaN"}},
		"two tables":       {map[string][]byte{"a.csv": []byte("1,2\n"), "b.csv": []byte("1,2\n")}, []string{"a.csv, b.csv", "train.csv"}},
		"other columns":    {map[string][]byte{"train.csv": []byte("x,label\n1,a\n2,b\n"), "test.csv": []byte("z,label\n1,a\n")}, []string{"test.csv", "same columns"}},
		"no archive":       {map[string][]byte{"a.npz": []byte("PK")}, []string{"a.npz", "numpy.savez"}},
		"other arrays":     {map[string][]byte{"a.npz": npzOf(t, map[string]any{"a": []float64{1}})}, []string{"x_train", "y_train"}},
		"labels too short": {map[string][]byte{"a.npz": npzOf(t, map[string]any{"x": [][1]float64{{1}, {2}}, "y": []int64{1}})}, []string{"1 labels for 2 examples"}},
	} {
		_, err := openOwn(context.Background(), "mine", put(t, c.files))
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q does not say %q", name, err, want)
			}
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: more than one line: %q", name, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := openOwn(ctx, "mine", put(t, map[string][]byte{"a.csv": []byte("1,2\n")})); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func FuzzOwnTable(f *testing.F) {
	for _, seed := range []string{"1,2\n3,4\n", "x,label\n1,a\n", "\ufeffa,target\n1,2\n", "\"\n", ",\n", "1e999,1\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		set, err := openOwn(context.Background(), "mine", put(t, map[string][]byte{"a.csv": text}))
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("%q", err)
			}
			return
		}
		if err := set.validate(); err != nil {
			t.Error(err)
		}
	})
}
