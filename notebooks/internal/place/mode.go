// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package place

import (
	"coherentgradients/cgkit/record"
	"fmt"
	"os"
)

// EnvMode is the variable that tells notebooks at what scale they are executed.
const EnvMode = "CG_MODE"

// Mode is the scale at which notebooks run.
type Mode string

// The modes. A notebook chooses its specs by them; RunAll and Run obey Redraw.
const (
	Interactive Mode = ""       // in JupyterLab: train what is missing, while someone watches
	Quick       Mode = "quick"  // run --quick: small specs, minutes in all
	Redraw      Mode = "redraw" // run: draw from records, train nothing
	Full        Mode = "full"   // run --full: train what is missing at full scale
)

// CurrentMode returns the mode that $CG_MODE sets. An unknown one is an error.
func CurrentMode() (Mode, error) {
	switch mode := Mode(os.Getenv(EnvMode)); mode {
	case Interactive, Quick, Redraw, Full:
		return mode, nil
	default:
		return "", fmt.Errorf("%s = %q: use %s, %s or %s, or leave it unset", EnvMode, record.Clip(string(mode)), Quick, Redraw, Full)
	}
}
