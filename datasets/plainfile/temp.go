// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package plainfile

import "strings"

// IsTemp says whether a name is that of a temporary file beside the file called target: a dot, the name, digits. So
// renameio calls them.
func IsTemp(name, target string) bool {
	digits, found := strings.CutPrefix(name, "."+target)
	return found && digits != "" && strings.Trim(digits, "0123456789") == ""
}
