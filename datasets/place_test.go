// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build unix

package datasets

import (
	"errors"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// below moves the files of small("mnist") below another folder.
func below(folder string) map[string][]byte {
	files := map[string][]byte{}
	for name, b := range small("mnist") {
		files[filepath.ToSlash(filepath.Join(folder, strings.TrimPrefix(name, "mnist/")))] = b
	}
	return files
}

// The user's folder is understood as people have it, and what is not plain is said.
func TestLayouts(t *testing.T) {
	pin(t, small("mnist"))
	for name, c := range map[string]struct {
		files map[string][]byte
		data  string // $CG_DATA below the folder of files
		said  string
	}{
		"as documented":                  {below("mnist"), "", ""},
		"a trailing slash":               {below("mnist"), "/", ""},
		"a torchvision root":             {below("MNIST/raw"), "", filepath.Join("MNIST", "raw")},
		"a torchvision root in mnist":    {below("mnist/MNIST/raw"), "", filepath.Join("mnist", "MNIST", "raw")},
		"torchvision's MNIST":            {below("MNIST/raw"), "MNIST", filepath.Join("MNIST", "raw")},
		"torchvision's raw":              {below("MNIST/raw"), "MNIST/raw", filepath.Join("MNIST", "raw")},
		"the set's own folder":           {below("mnist"), "mnist", "mnist"},
		"its own folder, another name":   {below("lecun 1998 [old]"), "lecun 1998 [old]", "lecun 1998 [old]"},
		"another case":                   {below("Mnist"), "", ""},
		"in a folder with odd letters ☃": {below("☃*?/mnist"), "☃*?", ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := write(t, t.TempDir(), c.files)
			opt := offline(t, "")
			t.Setenv(DataDirVariable, dir+"/"+c.data)
			var said []string
			opt.Note = func(line string) { said = append(said, line) }
			set, err := Open(t.Context(), "mnist", opt)
			if err != nil || set.Train.Len() != 20 {
				t.Fatalf("got %v, %v", set, err)
			}
			switch {
			case c.said == "" && len(said) != 0:
				t.Errorf("said %q of what is plain", said)
			case c.said != "" && (len(said) != 1 || !strings.Contains(said[0], filepath.Join(dir, c.said)) || !strings.Contains(said[0], DataDirVariable)):
				t.Errorf("said %q, want %q", said, c.said)
			}
		})
	}
}

func TestUpperCaseFiles(t *testing.T) {
	pin(t, small("mnist"))
	files := map[string][]byte{}
	for name, b := range small("mnist") {
		files["mnist/"+strings.ToUpper(strings.TrimPrefix(name, "mnist/"))] = b
	}
	if _, err := Open(t.Context(), "mnist", offline(t, write(t, t.TempDir(), files))); err != nil {
		t.Error(err)
	}
}

// What a shell leaves of ~ where it stands in quotes, and a relative folder.
func TestHomeAndRelative(t *testing.T) {
	pin(t, small("mnist"))
	home := t.TempDir()
	write(t, filepath.Join(home, "data"), small("mnist"))
	opt := offline(t, "")
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	for _, data := range []string{"~/data", "~/data/"} {
		t.Setenv(DataDirVariable, data)
		if set, err := Open(t.Context(), "mnist", opt); err != nil || set.Source != filepath.Join(home, "data", "mnist") {
			t.Errorf("%s: %v", data, err)
		}
	}
	t.Chdir(home)
	t.Setenv(DataDirVariable, "data")
	if set, err := Open(t.Context(), "mnist", opt); err != nil || set.Source != filepath.Join(home, "data", "mnist") {
		t.Errorf("relative: %v", err)
	}
	t.Setenv(DataDirVariable, "~nobody/data")
	_, err := Open(t.Context(), "mnist", opt)
	says(t, err, ErrMissing, "~nobody", "does not exist")
}

// A user's folder that is of no use is an error with a remedy, whatever lies in the cache.
func TestUselessFolder(t *testing.T) {
	pin(t, small("mnist"))
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	write(t, dir, map[string][]byte{"file": nil, "empty/mnist/readme": nil, "bare/mnist/sub/x": nil, "notafolder/mnist": []byte("x")})
	link := filepath.Join(dir, "link")
	if err := errors.Join(os.Symlink(filepath.Join(dir, "gone"), link), os.Mkdir(filepath.Join(dir, "dangling"), 0o755),
		os.Symlink(filepath.Join(dir, "gone"), filepath.Join(dir, "dangling", "mnist"))); err != nil {
		t.Skip(err)
	}
	for data, words := range map[string][]string{
		filepath.Join(dir, "no such"):    {"does not exist", "set it to the folder that holds the data sets", "unset it"},
		dir + ":" + dir:                  {"does not exist"},
		"  ":                             {"does not exist"},
		file:                             {"is a file, not a folder"},
		filepath.Join(file, "mnist"):     {"file"},
		link:                             {"is a broken link"},
		filepath.Join(dir, "empty"):      {"holds nothing of mnist", "the files {train,t10k}", "add them, or move it away"},
		filepath.Join(dir, "bare"):       {"holds nothing of mnist"},
		filepath.Join(dir, "notafolder"): {"holds nothing of mnist"},
		filepath.Join(dir, "dangling"):   {"holds nothing of mnist"},
	} {
		opt := offline(t, "")
		write(t, opt.CacheDir, small("mnist"))
		t.Setenv(DataDirVariable, data)
		_, err := Open(t.Context(), "mnist", opt)
		says(t, err, ErrMissing, append(words, strings.TrimSpace(data))...)
		if s, err := Check("mnist", opt); err == nil || s.Ready || s.Detail != err.Error() {
			t.Errorf("%s: Check says %+v, %v", data, s, err)
		}
		if _, err := Identity(t.Context(), "mnist", opt); err == nil {
			t.Errorf("%s: Identity is content", data)
		}
		if _, err := Open(t.Context(), "glyphs", opt); err != nil {
			t.Errorf("%s: a set that needs no file: %v", data, err)
		}
	}
}

// A folder that has other sets is passed over for one that it does not have, and that is said.
func TestFolderWithoutTheSet(t *testing.T) {
	pin(t, small("mnist"))
	opt := offline(t, t.TempDir())
	write(t, opt.DataDir, map[string][]byte{"fashion-mnist/x": nil})
	write(t, opt.CacheDir, small("mnist"))
	var said []string
	opt.Note = func(line string) { said = append(said, line) }
	if _, err := Open(t.Context(), "mnist", opt); err != nil || len(said) != 1 || !strings.Contains(said[0], "nothing of it is in "+opt.DataDir) {
		t.Errorf("said %q, %v", said, err)
	}
}

// What bears a file's name and is none does not count; what is right beside it does.
func TestNoFiles(t *testing.T) {
	pin(t, small("mnist"))
	const labels = "train-labels-idx1-ubyte"
	good := small("mnist")["mnist/"+labels+".gz"]
	for name, c := range map[string]struct {
		make func(path string) error
		says string
	}{
		"folder": {func(p string) error { return os.Mkdir(p, 0o755) }, labels + " is a folder"},
		"full folder": {func(p string) error {
			return errors.Join(os.Mkdir(p, 0o755), os.WriteFile(filepath.Join(p, "x"), nil, 0o644))
		}, labels + " is a folder"},
		"pipe":             {func(p string) error { return syscall.Mkfifo(p, 0o644) }, labels + " is a FIFO"},
		"broken link":      {func(p string) error { return os.Symlink("nowhere", p) }, labels + " is a broken link"},
		"link in a circle": {func(p string) error { return os.Symlink(filepath.Base(p), p) }, labels + " can't be read"},
		"device":           {func(p string) error { return os.Symlink("/dev/zero", p) }, labels + " is a device"},
		"socket": {func(p string) error {
			dir, err := os.MkdirTemp("", "s") // the name of a socket may not be long
			if err != nil {
				return err
			}
			l, err := net.Listen("unix", filepath.Join(dir, "s"))
			if err == nil {
				t.Cleanup(func() { _ = errors.Join(l.Close(), os.RemoveAll(dir)) })
				err = os.Symlink(filepath.Join(dir, "s"), p)
			}
			return err
		}, labels + " is a socket"},
		"unreadable": {func(p string) error { return os.WriteFile(p, good, 0) }, labels + " can't be read: permission denied"},
	} {
		t.Run(name, func(t *testing.T) {
			files := small("mnist")
			delete(files, "mnist/"+labels+".gz")
			dir := write(t, t.TempDir(), files)
			odd := filepath.Join(dir, "mnist", labels)
			if err := c.make(odd); err != nil {
				t.Fatal(err)
			}
			if name == "unreadable" && os.Getuid() == 0 {
				t.Skip("this user may read everything")
			}
			_, err := Open(t.Context(), "mnist", offline(t, dir))
			says(t, err, ErrMissing, "only a part of mnist", "missing "+labels, c.says)
			if s, err := Check("mnist", offline(t, dir)); err == nil || s.Ready {
				t.Errorf("Check: %+v, %v", s, err)
			}
			// As unzippers leave it: the dotted file is the data.
			write(t, dir, map[string][]byte{"mnist/train-labels.idx1-ubyte": good})
			if _, err := Open(t.Context(), "mnist", offline(t, dir)); err != nil {
				t.Errorf("beside the good file: %v", err)
			}
		})
	}
}

// All of a set's files being unreadable, or in a folder that is, is no reason to look elsewhere.
func TestNothingReadable(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("this user may read everything")
	}
	pin(t, small("mnist"))
	opt := offline(t, write(t, t.TempDir(), small("mnist")))
	write(t, opt.CacheDir, small("mnist"))
	folder := filepath.Join(opt.DataDir, "mnist")
	t.Cleanup(func() { _ = os.Chmod(folder, 0o755) })
	for _, mode := range []os.FileMode{0, 0o111, 0o444} {
		if err := os.Chmod(folder, mode); err != nil {
			t.Fatal(err)
		}
		_, err := Open(t.Context(), "mnist", opt)
		says(t, err, ErrMissing, folder, "can't be read")
	}
}

// A file within a folder of its own name, as other unzippers leave it, and folders that are links.
func TestFileInAFolderOfItsName(t *testing.T) {
	pin(t, small("mnist"))
	files := map[string][]byte{}
	for name, b := range small("mnist") {
		plain := strings.TrimSuffix(name, ".gz")
		files[plain+"/"+filepath.Base(plain)] = unzipped(t, b)
	}
	real := write(t, t.TempDir(), files)
	linked := t.TempDir()
	if err := os.Symlink(filepath.Join(real, "mnist"), filepath.Join(linked, "mnist")); err != nil {
		t.Skip(err)
	}
	for _, dir := range []string{real, linked} {
		if set, err := Open(t.Context(), "mnist", offline(t, dir)); err != nil || set.Train.Len() != 20 {
			t.Errorf("%v, %v", set, err)
		}
	}
}

// A published name means the published bytes; what else lies under it is refused with the remedy.
func TestOtherBytes(t *testing.T) {
	pin(t, small("mnist"))
	html := []byte("<!DOCTYPE html><html><body>404</body></html>")
	const images, labels, test = "mnist/train-images-idx3-ubyte.gz", "mnist/train-labels-idx1-ubyte.gz", "mnist/t10k-images-idx3-ubyte"
	published := small("mnist")
	other := unzipped(t, published[images])
	other[len(other)-1]++
	for name, c := range map[string]struct {
		spoil map[string][]byte
		words []string
	}{
		"a changed pixel":            {map[string][]byte{images: zipped(other)}, []string{"is not the published train-images-idx3-ubyte of mnist", "replace it by the published file", "a name of their own"}},
		"HTML named .gz":             {map[string][]byte{images: html}, []string{"a web page", "replace it"}},
		"HTML named .gz, gzipped":    {map[string][]byte{images: zipped(html)}, []string{"a web page"}},
		"HTML of labels":             {map[string][]byte{labels: html}, []string{"train-labels", "a web page"}},
		"HTML, plain":                {map[string][]byte{test: html}, []string{"t10k-images", "a web page"}},
		"empty":                      {map[string][]byte{images: nil}, []string{"train-images", "is empty"}},
		"truncated gzip":             {map[string][]byte{images: published[images][:500]}, []string{"truncated"}},
		"gzip of gzip":               {map[string][]byte{images: zipped(published[images])}, []string{"gzipped twice"}},
		"training and test, swapped": {map[string][]byte{images: published[test], test: published[images]}, []string{"holds the bytes of t10k-images-idx3-ubyte, must hold those of train-images-idx3-ubyte"}},
		"a zip archive":              {map[string][]byte{images: []byte("PK\x03\x04 and more")}, []string{"is a zip archive"}},
		"labels for images":          {map[string][]byte{images: published[labels]}, []string{"holds the bytes of train-labels-idx1-ubyte"}},
		"bytes behind":               {map[string][]byte{test: append(published[test][:len(published[test]):len(published[test])], 0)}, []string{"bytes follow"}},
	} {
		t.Run(name, func(t *testing.T) {
			files := small("mnist")
			maps.Copy(files, c.spoil)
			opt := offline(t, write(t, t.TempDir(), files))
			write(t, opt.CacheDir, published)
			_, err := Open(t.Context(), "mnist", opt)
			says(t, err, ErrFormat, append(c.words, opt.DataDir)...)
			if s, err := Check("mnist", opt); err == nil || s.Ready {
				t.Errorf("Check: %+v, %v", s, err)
			}
			if _, err := Identity(t.Context(), "mnist", opt); err == nil {
				t.Error("Identity is content")
			}
			// In the cache it is no obstacle where it can be fetched again, and an error where not.
			opt = offline(t, "")
			write(t, opt.CacheDir, files)
			_, err = Open(t.Context(), "mnist", opt)
			says(t, err, ErrFormat, opt.CacheDir, "delete it, so that it is downloaded again")
		})
	}
}

// A wrong file beside the right one does no harm: which is which, their bytes say.
func TestWrongFileBesideTheRight(t *testing.T) {
	pin(t, small("mnist"))
	files := small("mnist")
	files["mnist/t10k-images-idx3-ubyte.gz"] = []byte("<html>")
	if _, err := Open(t.Context(), "mnist", offline(t, write(t, t.TempDir(), files))); err != nil {
		t.Error(err)
	}
}

// The files of one published set are no other, neither under its name nor as the folder itself.
func TestAnotherPublishedSet(t *testing.T) {
	pin(t, small("mnist"))
	files := map[string][]byte{}
	for name, b := range small("mnist") {
		files["fashion-"+name] = b
	}
	opt := offline(t, write(t, t.TempDir(), files))
	_, err := Open(t.Context(), "fashion-mnist", opt)
	says(t, err, ErrFormat, "holds the bytes of mnist's train-images-idx3-ubyte, must hold fashion-mnist's")
	opt.DataDir = filepath.Join(opt.DataDir, "fashion-mnist")
	_, err = Open(t.Context(), "fashion-mnist", opt)
	says(t, err, ErrFormat, "mnist's train-images", "set CG_DATA to a folder that holds fashion-mnist/")
}
