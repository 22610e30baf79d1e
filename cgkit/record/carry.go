// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package record

// The runs that ask whether the paper's findings carry over to other images and to another net. They are cut to 6,000
// and 2,000 training examples so that a run takes well under two minutes; with a batch of 100 their epochs are 60 and 20
// steps.

// CarrySeeds are the seeds of the runs of [CarriedFashion], [CarriedCIFAR] and [CarriedWide]. No run had them before the
// claims about those runs were written.
var CarrySeeds = []int64{11, 12, 13}

// CarriedFashion is a cell of Figure 4 on the first 6,000 examples of Fashion-MNIST, for as many epochs as the paper's:
// 100. augment is a [Spec]'s Augment.
func CarriedFashion(noise, c float64, augment string) Spec {
	s := Figure4("fashion-mnist-6000", noise, c)
	s.Steps, s.Augment = 6_000, augment
	return s
}

// CarriedDigits is [CarriedFashion] on as many digits: what differs from it by the images alone. Its runs belong to no
// claim.
func CarriedDigits(noise, c float64) Spec {
	s := CarriedFashion(noise, c, "")
	s.Dataset = "mnist-6000"
	return s
}

// CarriedWhole is a cell of Figure 4 on all of Fashion-MNIST.
func CarriedWhole(noise, c float64) Spec { return Figure4("fashion-mnist", noise, c) }

// CarriedCIFAR is a run on the first 2,000 examples of CIFAR-10 of the model cnn with half of its channels, 8 and 16,
// for 150 epochs.
func CarriedCIFAR(noise, c float64, augment string) Spec {
	s := Figure4("cifar-10-2000", noise, c)
	s.Model, s.Settings, s.Hidden = "cnn", map[string]string{"cnn_channels": "8,16"}, []int{}
	s.Steps, s.Augment = 3_000, augment
	return s
}

// CarriedWide is a run of Figures 1 and 2, one hidden layer of 2,048, on the first 6,000 examples of Fashion-MNIST for
// 100 epochs.
func CarriedWide(noise float64) Spec {
	s := Figure1("fashion-mnist-6000", noise)
	s.Steps = 6_000
	return s
}

// CarryOver lists the runs on 6,000 and 2,000 examples, but for those of [CarriedWide], the first seed of all of them
// first.
func CarryOver() []Spec {
	var specs []Spec
	for _, seed := range CarrySeeds {
		add := func(s Spec) {
			s.Seed = seed
			specs = append(specs, s)
		}
		for _, noise := range []float64{0.25, 0.5, 0} {
			for _, c := range []float64{0, 1, 2} {
				add(CarriedFashion(noise, c, ""))
			}
		}
		for _, noise := range []float64{0.25, 0.5} {
			add(CarriedFashion(noise, 0, AugmentFlipShift))
			add(CarriedFashion(noise, 0, AugmentShift))
		}
		for _, noise := range []float64{0.25, 0.5} {
			add(CarriedCIFAR(noise, 0, ""))
			add(CarriedCIFAR(noise, 0, AugmentFlipShift))
			add(CarriedCIFAR(noise, 1, ""))
			add(CarriedCIFAR(noise, 2, ""))
		}
		add(CarriedCIFAR(0, 0, ""))
	}
	return specs
}

// CarriedOn lists those of [CarryOver] on a data set.
func CarriedOn(dataset string) (specs []Spec) {
	for _, s := range CarryOver() {
		if s.Dataset == dataset {
			specs = append(specs, s)
		}
	}
	return specs
}

// CarriedWideRuns lists the runs of [CarriedWide], whose gradients are measured, the first seed of all of them first.
func CarriedWideRuns() []Spec {
	var specs []Spec
	for _, seed := range CarrySeeds {
		for _, noise := range []float64{0.25, 0.5, 0} {
			s := CarriedWide(noise)
			s.Seed = seed
			specs = append(specs, s)
		}
	}
	return specs
}

// CarriedWholeRuns lists the runs of [CarriedWhole], the first seed of all of them first.
func CarriedWholeRuns() []Spec {
	var specs []Spec
	for _, seed := range CarrySeeds {
		for _, noise := range []float64{0.25, 0.5} {
			for _, c := range []float64{0, 1, 2} {
				s := CarriedWhole(noise, c)
				s.Seed = seed
				specs = append(specs, s)
			}
		}
	}
	return specs
}
