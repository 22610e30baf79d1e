// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

import (
	"errors"
	"io/fs"
	"math"
)

// derived works out a value of [MeasureGradients] from others, for records made before it was written down.
//
// With T = Σ_e ‖∇ℓ_e‖², s the pristine share of it, A the coherence of all examples, and x and y those of the pristine
// and the corrupt ones, ⟨g^p, g^p⟩ = x s T and ⟨g^c, g^c⟩ = y (1−s) T, while ⟨g, g^p⟩ = f^p A T and ⟨g, g^c⟩ = f^c A T.
// The difference of the last two is that of the first two: so s = (A (f^p − f^c) + y)/(x + y).
func (e Evaluation) derived(name string) (float64, bool) {
	if name != "energy_share_pristine" && name != "cosine_groups" {
		return 0, false
	}
	var values [5]float64
	for i, needed := range []string{"coherence", "coherence_pristine", "coherence_corrupt", "fp", "fc"} {
		v, ok := e.Extra[needed]
		if !ok {
			return 0, false
		}
		values[i] = v
	}
	all, x, y, fp, fc := values[0], values[1], values[2], values[3], values[4]
	share := (all*(fp-fc) + y) / (x + y)
	if math.IsNaN(share) || share < -1e-6 || share > 1+1e-6 {
		return 0, false
	}
	share = min(max(share, 0), 1)
	if name == "energy_share_pristine" {
		return share, true
	}
	cosine := (fp*all - x*share) / math.Sqrt(x*share*y*(1-share))
	if math.IsNaN(cosine) || math.Abs(cosine) > 1+1e-6 {
		return 0, false
	}
	return min(max(cosine, -1), 1), true
}

// Sizes are the numbers of pristine and of corrupt training examples. A record that counts no learned examples has them
// only where it has no noise and measured gradients; else the error is fs.ErrNotExist.
func (r *Record) Sizes() (pristine, corrupt int, err error) {
	learned, err := r.LoadLearned()
	if err == nil {
		return learned.Pristine, learned.Corrupt, nil
	}
	if !errors.Is(err, fs.ErrNotExist) || r.Spec.Noise > 0 {
		return 0, 0, err
	}
	for _, e := range r.Evaluations {
		coherence, norm, energy := e.Extra["coherence"], e.Extra["gradient_norm2"], e.Extra["example_norm2"]
		if n := math.Round(coherence * energy / norm); n >= 1 { // ‖Σ g‖²/Σ‖g‖² = N²‖ḡ‖²/(N·mean ‖g‖²)
			return int(n), 0, nil
		}
	}
	return 0, 0, err
}
