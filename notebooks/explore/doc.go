// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

// Package explore is the live part of the notebook 05_explore: sliders and menus over the records of training runs, and
// short runs trained on demand.
//
// A cell calls [Live], or [Frames] for pictures that need no kernel. Who looks at what is in [Controls]; a [panel] turns
// it into a picture and a line of status; [loop] joins the page, the panel and the run that is being trained. Only
// live.go knows GoNB: the rest is tested without a notebook.
//
// Where no page can answer (a headless execution, a notebook opened elsewhere), Live shows a static picture at once and
// ends. It also ends so by the Done button, an interrupt, and when the page has been gone for some minutes. Like package
// study, this one has the manners of a notebook's cell: nothing outside of notebooks should import it.
package explore
