// Light or dark as the system has it, until the reader chooses; the choice is kept where the browser allows it.
(function () {
  "use strict";
  var root = document.documentElement, key = "cg-theme";
  function kept() { try { return localStorage.getItem(key); } catch (e) { return null; } }
  function dark() {
    return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }
  if (kept() === "light" || kept() === "dark") { root.dataset.theme = kept(); }
  document.addEventListener("DOMContentLoaded", function () {
    var button = document.querySelector("button.theme");
    function label() { button.textContent = dark() ? "Light" : "Dark"; }
    button.hidden = false;
    label();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", label);
    button.addEventListener("click", function () {
      root.dataset.theme = dark() ? "light" : "dark";
      try { localStorage.setItem(key, root.dataset.theme); } catch (e) { /* the choice holds for this page */ }
      label();
    });
  });
})();

// Pictures under a slider: the one at its place is shown.
document.addEventListener("DOMContentLoaded", function () {
  "use strict";
  document.querySelectorAll("figure.frames").forEach(function (figure) {
    var control = figure.querySelector(".control"), slider = control.querySelector("input"), said = control.querySelector("output");
    var frames = figure.querySelectorAll("img");
    function show() {
      frames.forEach(function (frame, i) { frame.hidden = i !== Number(slider.value); });
      said.textContent = frames[slider.value].dataset.label;
      slider.setAttribute("aria-valuetext", said.textContent);
    }
    control.hidden = false;
    slider.addEventListener("input", show);
    show(); // a reloaded page may keep the slider's place
  });
});
