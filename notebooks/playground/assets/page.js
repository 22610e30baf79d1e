// The playground's page: controls, drawing, and the story. What is learned and measured happens in the engine, which is the
// project's own Go, compiled to WebAssembly.
'use strict';
(() => {
const $ = (id) => document.getElementById(id);
const fields = ['data', 'noise', 'rule', 'c', 'width', 'depth', 'rate', 'batch', 'seed'];
const texts = ['data', 'rule'];
const guides = JSON.parse($('guide').textContent);
let engine, world, config, history = [], chosen = 0, running = false, stopAt = Infinity, even = false, dirty = true, dots = [];

// ---- settings: the controls, and the part of the address after #

function read() {
  const c = {};
  for (const f of fields) c[f] = texts.includes(f) ? $(f).value : Number($(f).value);
  return c;
}

function show(c) {
  for (const f of fields) {
    const e = $(f), value = String(c[f]);
    if (e.tagName === 'SELECT' && ![...e.options].some((o) => o.value === value)) {
      if (f !== 'rate') continue;
      e.add(new Option(value)); // a rate that came by a link
    }
    e.value = value;
  }
  name();
}

function name() {
  for (const o of document.querySelectorAll('#controls output')) {
    const id = o.htmlFor.value;
    o.textContent = $(id).value + (id === 'noise' || id === 'c' ? ' %' : '');
  }
  const clamps = ['winsorize', 'trimmed-mean'].includes($('rule').value);
  $('c').disabled = !clamps;
}

function parse(hash) {
  const given = new URLSearchParams(hash.replace(/^#/, '')), c = { ...guides[0].config };
  for (const f of fields) if (given.has(f)) c[f] = texts.includes(f) ? given.get(f) : Number(given.get(f));
  return [c, Math.min(Math.max(Math.trunc(Number(given.get('step')) || 0), 0), 20000)];
}

const query = (c, step) => '#' + new URLSearchParams({ ...c, ...(step ? { step } : {}) });

// ---- the world

function create(c, upTo = 0) {
  const made = engine.create(c);
  $('failure').hidden = typeof made !== 'string';
  if (typeof made === 'string') { $('failure').textContent = made; return false; }
  world = made; config = c; history = []; running = false;
  const layers = $('layer');
  layers.replaceChildren(...world.sizes.slice(1).map((_, l) => new Option(`${l + 1} (${world.sizes[l]} × ${world.sizes[l + 1]})`, l)));
  measure();
  while (upTo > history.at(-1).step) advance(Math.min(100, upTo - history.at(-1).step), upTo);
  if (world.sizes.length > 1) dispute();
  dirty = true;
  label();
  return true;
}

function measure() { history.push(engine.measure()); }

// due says whether a step is measured: each one up to 30, then some 40 a decade.
function due(step) {
  const last = history.at(-1).step;
  return step - last >= Math.max(1, Math.floor(last / 18));
}

function advance(n, mustMeasure = -1) {
  for (let i = 0; i < n; i++) {
    const step = engine.advance(1);
    if (due(step) || step === mustMeasure || step === stopAt) measure();
    if (step >= stopAt) { pause(); measureNow(); break; }
  }
  dirty = true;
}

function measureNow() {
  const now = engine.measure();
  if (history.at(-1).step < now.step) history.push(now);
}

function pause() { running = false; stopAt = Infinity; label(); }
function label() { $('run').textContent = running ? 'Pause' : 'Run'; }

// A frame, in milliseconds, is to be shown at each second refresh of a screen that has sixty a second: updates get what
// drawing leaves of it.
const frameTime = 26;
let tick = 0, drawing = 10;
function frame() {
  if (running && !document.hidden) {
    const speed = $('speed').value;
    tick++;
    if (speed === 'slow') { if (tick % 12 === 0) advance(1); }
    else if (speed === 'even') advance(1);
    else for (const end = performance.now() + Math.max(4, frameTime - drawing); running && performance.now() < end;) advance(1);
  }
  if (dirty) {
    const from = performance.now();
    dirty = false;
    draw();
    drawing = 0.8 * drawing + 0.2 * (performance.now() - from);
  }
  requestAnimationFrame(frame);
}

// ---- drawing

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const probe = document.createElement('span');
document.body.append(probe);
let colours = {};
function readColours() {
  for (const key of ['ink', 'soft', 'line', 'wash', 'pristine', 'corrupt', 'pristinefill', 'corruptfill', 'one', 'two', 'onepoint', 'twopoint', 'link', 'paper']) {
    probe.style.color = `var(--${key})`;
    colours[key] = getComputedStyle(probe).color;
  }
}
const rgb = (text) => text.match(/[\d.]+/g).slice(0, 3).map(Number);

function canvas(id) {
  const e = $(id), ratio = window.devicePixelRatio || 1, w = e.clientWidth, h = e.clientHeight;
  if (e.width !== Math.round(w * ratio) || e.height !== Math.round(h * ratio)) { e.width = Math.round(w * ratio); e.height = Math.round(h * ratio); }
  const g = e.getContext('2d');
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.clearRect(0, 0, w, h);
  g.font = '11px ' + css('--sans');
  g.textBaseline = 'middle';
  return [g, w, h, e];
}

function draw() {
  if (!world) return;
  if (world.sizes[0] === 2) drawPlane(); else drawDigits();
  drawCurves('curves', [['pristine', 'pristine', 'o'], ['corrupt', 'corrupt', '^'], ['test', 'ink', 's']], 0, 1, (v) => Math.round(100 * v) + ' %', 'test accuracy, and the share of the pristine and of the corrupt training examples predicted as labelled');
  drawCurves('shares', [['share', 'pristine', 'o'], ['other', 'corrupt', '^']], -0.5, 1.5, (v) => v.toFixed(1), 'the shares of the squared gradient owed to pristine and to corrupt examples');
  drawVotes();
  drawWeights();
  const m = history.at(-1), percent = (v) => Number.isNaN(v) ? '–' : (100 * v).toFixed(1) + ' %';
  $('numbers').textContent = `Step ${m.step}: test ${percent(m.test)}, pristine learned ${percent(m.pristine)}, corrupt learned ${percent(m.corrupt)}, training loss ${m.loss.toFixed(3)}, fᵖ ${m.share.toFixed(2)}`;
}

let image;
function drawPlane() {
  const [g, w, h] = canvas('world'), size = Math.min(w, h), left = (w - size) / 2, side = 64;
  const bytes = new Uint8Array(side * side);
  engine.map(bytes, side);
  image ??= new OffscreenCanvas(side, side);
  const c = image.getContext('2d'), pixels = c.createImageData(side, side), a = rgb(colours.one), b = rgb(colours.two);
  for (let i = 0; i < bytes.length; i++) {
    const t = bytes[i] / 255;
    for (let k = 0; k < 3; k++) pixels.data[4 * i + k] = a[k] + (b[k] - a[k]) * t;
    pixels.data[4 * i + 3] = 255;
  }
  c.putImageData(pixels, 0, 0);
  g.drawImage(image, left, 0, size, size);
  for (let i = 0; i < world.given.length; i++) {
    const x = left + (world.inputs[2 * i] + 1) / 2 * size, y = (1 - world.inputs[2 * i + 1]) / 2 * size;
    g.beginPath();
    g.arc(x, y, 2.4, 0, 7);
    g.fillStyle = world.given[i] ? colours.twopoint : colours.onepoint;
    g.fill();
    if (world.corrupt[i]) { g.lineWidth = 1.6; g.strokeStyle = colours.corruptfill; g.stroke(); }
  }
  $('worldcaption').textContent = 'What the net says of each place';
  $('worldnote').textContent = 'Dots are training examples in the colour of their label; a ring marks a corrupt one, whose label is not its own.';
  $('world').setAttribute('aria-label', 'The plane, coloured by the class that the net predicts, with the training examples.');
}

function drawDigits() {
  const [g, w, h] = canvas('world'), side = world.side, rows = 5, cell = h / rows, columns = Math.max(4, Math.floor(w / cell));
  const guesses = engine.guesses(), ink = rgb(colours.ink), left = (w - columns * cell) / 2;
  image = image && image.width === side ? image : new OffscreenCanvas(side, side);
  const c = image.getContext('2d'), pixels = c.createImageData(side, side);
  g.imageSmoothingEnabled = false;
  for (let i = 0; i < rows * columns && i < world.given.length; i++) {
    const x = left + (i % columns) * cell, y = Math.floor(i / columns) * cell, inner = cell - 20;
    for (let p = 0; p < side * side; p++) {
      for (let k = 0; k < 3; k++) pixels.data[4 * p + k] = ink[k];
      pixels.data[4 * p + 3] = 255 * world.inputs[i * side * side + p];
    }
    c.putImageData(pixels, 0, 0);
    g.drawImage(image, x + 4, y + 4, inner, inner);
    const right = guesses[i] === world.given[i];
    g.fillStyle = world.corrupt[i] ? colours.corrupt : colours.pristine;
    g.font = (right ? 'bold ' : '') + '12px ' + css('--sans');
    g.globalAlpha = right ? 1 : 0.55;
    g.fillText(String(world.given[i]), x + inner + 7, y + cell / 2 - 3);
    g.lineWidth = right ? 2 : 1;
    g.strokeStyle = g.fillStyle;
    g.strokeRect(x + 2, y + 2, cell - 5, cell - 7);
    g.globalAlpha = 1;
  }
  $('worldcaption').textContent = `The first training examples, with the labels they are learned with`;
  $('worldnote').textContent = 'Green: the label is the digit’s own (pristine). Orange: it is not (corrupt). Bold: the net predicts that label now.';
  $('world').setAttribute('aria-label', 'Small digits with their labels; those that the net predicts as labelled are framed in bold.');
}

function drawCurves(id, lines, low, high, format, alt) {
  const [g, w, h] = canvas(id), box = { l: 38, r: w - 8, t: 8, b: h - 22 };
  const last = Math.max(10, history.at(-1).step);
  const x = (s) => box.l + (box.r - box.l) * (even ? s / last : Math.log10(s + 1) / Math.log10(last + 1));
  const y = (v) => box.b - (box.b - box.t) * (Math.min(Math.max(v, low), high) - low) / (high - low);
  g.strokeStyle = colours.line; g.fillStyle = colours.soft; g.lineWidth = 1; g.textAlign = 'right';
  for (let k = 0; k <= 4; k++) {
    const v = low + (high - low) * k / 4;
    g.beginPath(); g.moveTo(box.l, y(v)); g.lineTo(box.r, y(v)); g.stroke();
    g.fillText(format(v), box.l - 4, y(v));
  }
  g.textAlign = 'center';
  const marks = even ? [0, last / 4, last / 2, 3 * last / 4, last].map(Math.round) : [0, 1, 10, 100, 1000, 10000, 100000].filter((s) => s <= last);
  for (const s of marks) g.fillText(s.toLocaleString('en'), Math.min(Math.max(x(s), box.l + 4), box.r - 12), box.b + 12);
  for (const [key, colour, mark] of lines) {
    g.strokeStyle = g.fillStyle = colours[colour]; g.lineWidth = 1.8;
    g.setLineDash(mark === 's' ? [5, 3] : []);
    g.beginPath();
    let open = false, end = null;
    for (const m of history) {
      const v = key === 'other' ? 1 - m.share : m[key];
      if (Number.isNaN(v) || (key === 'other' && Number.isNaN(m.corrupt))) { open = false; continue; }
      if (open) g.lineTo(x(m.step), y(v)); else g.moveTo(x(m.step), y(v));
      open = true; end = [x(m.step), y(v)];
    }
    g.stroke(); g.setLineDash([]);
    if (end) {
      g.beginPath();
      if (mark === 'o') g.arc(...end, 3.4, 0, 7);
      else if (mark === '^') { g.moveTo(end[0], end[1] - 4.4); g.lineTo(end[0] + 4.2, end[1] + 3.2); g.lineTo(end[0] - 4.2, end[1] + 3.2); }
      else g.rect(end[0] - 3, end[1] - 3, 6, 6);
      g.fill();
    }
  }
  $(id).setAttribute('aria-label', `Curves over the steps: ${alt}.`);
}

function drawVotes() {
  const [g, w, h] = canvas('votes'), v = engine.votes(chosen), box = { l: 8, r: w - 8, t: 14, b: h - 22 };
  let low = Infinity, high = -Infinity;
  for (const x of v.gradients) { low = Math.min(low, x); high = Math.max(high, x); }
  const bound = Math.max(Math.abs(low), Math.abs(high)) || 1, bins = 41, counts = [new Array(bins).fill(0), new Array(bins).fill(0)];
  let zeros = 0;
  for (let i = 0; i < v.gradients.length; i++) {
    if (v.gradients[i] === 0) { zeros++; continue; }
    counts[world.corrupt[i] ? 1 : 0][Math.min(bins - 1, Math.floor((v.gradients[i] / bound + 1) / 2 * bins))]++;
  }
  const top = Math.max(1, ...counts[0].map((n, i) => n + counts[1][i])), x = (t) => box.l + (box.r - box.l) * (t / bound + 1) / 2;
  const bar = (box.r - box.l) / bins, tall = (n) => (box.b - box.t) * Math.sqrt(n / top);
  if (Number.isFinite(v.low) && config.rule !== 'mean') {
    g.fillStyle = colours.line; g.globalAlpha = 0.6;
    g.fillRect(box.l, box.t, Math.max(0, x(v.low) - box.l), box.b - box.t);
    g.fillRect(x(v.high), box.t, Math.max(0, box.r - x(v.high)), box.b - box.t);
    g.globalAlpha = 1;
  }
  for (let i = 0; i < bins; i++) {
    const all = tall(counts[0][i] + counts[1][i]), p = all * counts[0][i] / (counts[0][i] + counts[1][i] || 1);
    g.fillStyle = colours.pristinefill; g.fillRect(box.l + i * bar + .5, box.b - p, bar - 1, p);
    g.fillStyle = colours.corruptfill; g.fillRect(box.l + i * bar + .5, box.b - all, bar - 1, all - p);
  }
  g.strokeStyle = colours.soft; g.lineWidth = 1;
  g.beginPath(); g.moveTo(box.l, box.b + .5); g.lineTo(box.r, box.b + .5); g.stroke();
  const line = (value, colour, dash, text, height) => {
    g.strokeStyle = g.fillStyle = colour; g.setLineDash(dash); g.lineWidth = 1.6;
    g.beginPath(); g.moveTo(x(value), box.t - height); g.lineTo(x(value), box.b); g.stroke(); g.setLineDash([]);
    if (text) { g.textAlign = x(value) > w / 2 ? 'right' : 'left'; g.fillText(text, x(value) + (x(value) > w / 2 ? -4 : 4), box.t - height + 5); }
  };
  if (Number.isFinite(v.low) && config.rule !== 'mean') { line(v.low, colours.ink, [3, 3], '', 0); line(v.high, colours.ink, [3, 3], '', 0); }
  line(v.rule, colours.link, [], config.rule === 'mean' ? 'mean' : 'what the rule makes', 8);
  g.fillStyle = colours.soft; g.textAlign = 'center'; g.fillText('0', x(0), box.b + 12);
  g.textAlign = 'left'; g.fillText((-bound).toPrecision(2), box.l, box.b + 12);
  g.textAlign = 'right'; g.fillText(bound.toPrecision(2), box.r, box.b + 12);
  const clamp = config.rule === 'mean' ? '' : ' Grey: what the rule clamps or cuts, if all examples were one batch.';
  $('votesnote').textContent = `Gradients of ${place()} on ${v.gradients.length} training examples; ${zeros} are exactly 0 and not drawn; heights by square root.${clamp}`;
  $('votes').setAttribute('aria-label', `Histogram of the gradients of one weight, by example. Mean ${v.mean.toPrecision(3)}, after the rule ${v.rule.toPrecision(3)}.`);
}

function offset(l) { let n = 0; for (let i = 0; i < l; i++) n += (world.sizes[i] + 1) * world.sizes[i + 1]; return n; }

function where() {
  let l = 0;
  while (offset(l + 1) <= chosen) l++;
  const out = world.sizes[l + 1], i = chosen - offset(l);
  return [l, Math.floor(i / out), i % out]; // row in = number of inputs for a bias
}

function place() {
  const [l, i, j] = where();
  return i === world.sizes[l] ? `bias ${j + 1} of layer ${l + 1}` : `weight ${i + 1} → ${j + 1} of layer ${l + 1}`;
}

// Weights are drawn with one column an input (the last one: biases) and one row a unit.
function drawWeights() {
  const [g, w, h] = canvas('weights'), l = Number($('layer').value), ins = world.sizes[l] + 1, out = world.sizes[l + 1];
  const p = engine.params().subarray(offset(l), offset(l + 1)), cw = w / ins, ch = h / out, a = rgb(colours.wash), up = rgb(colours.twopoint), down = rgb(colours.onepoint);
  let bound = 1e-12;
  for (const v of p) bound = Math.max(bound, Math.abs(v));
  for (let i = 0; i < ins; i++) for (let j = 0; j < out; j++) {
    const v = p[i * out + j] / bound, t = Math.sqrt(Math.abs(v)), to = v > 0 ? up : down;
    g.fillStyle = `rgb(${a.map((c, k) => Math.round(c + (to[k] - c) * t)).join(',')})`;
    g.fillRect(i * cw, j * ch, cw + .5, ch + .5);
  }
  const [cl, i, j] = where();
  if (cl === l) {
    g.strokeStyle = colours.paper; g.lineWidth = 4; g.strokeRect(i * cw - 1, j * ch - 1, cw + 2, ch + 2);
    g.strokeStyle = colours.ink; g.lineWidth = 2; g.strokeRect(i * cw - 1, j * ch - 1, cw + 2, ch + 2);
  }
  $('weights').setAttribute('aria-label', `Weights of layer ${l + 1}; chosen: ${place()}. Arrow keys choose another.`);
}

function choose(l, i, j) {
  i = Math.min(Math.max(i, 0), world.sizes[l]); j = Math.min(Math.max(j, 0), world.sizes[l + 1] - 1);
  chosen = offset(l) + i * world.sizes[l + 1] + j;
  dirty = true;
}

function dispute() { chosen = engine.disputed(); $('layer').value = where()[0]; dirty = true; }

// ---- the story

function tell(i, go = false) {
  for (const b of $('guides').children) b.removeAttribute('aria-current');
  $('guides').children[i].setAttribute('aria-current', 'step');
  const story = $('story');
  story.replaceChildren(...guides[i].text.map((t) => Object.assign(document.createElement('p'), { textContent: t })));
  if (!go) return;
  show(guides[i].config);
  if (create({ ...guides[i].config })) { stopAt = guides[i].steps; $('speed').value = guides[i].speed; running = true; label(); }
}

// free says that the settings are the reader's own.
function free() {
  for (const b of $('guides').children) b.removeAttribute('aria-current');
  $('story').replaceChildren(Object.assign(document.createElement('p'), { textContent:
    'A world with settings of your own. Each step above sets its own again. Whatever you change starts the net afresh, with the same seed.' }));
}

function wire() {
  $('guides').append(...guides.map((g, i) => {
    const b = Object.assign(document.createElement('button'), { type: 'button', textContent: `${i + 1} ${g.title}` });
    b.addEventListener('click', () => tell(i, true));
    return b;
  }));
  $('controls').addEventListener('submit', (e) => e.preventDefault());
  $('run').addEventListener('click', () => { running = !running; if (!running) measureNow(); label(); dirty = true; });
  $('step').addEventListener('click', () => { pause(); engine.advance(1); measureNow(); dirty = true; });
  $('reset').addEventListener('click', () => create(config));
  for (const f of fields) {
    $(f).addEventListener('input', name);
    $(f).addEventListener('change', () => { const was = running, now = read(); free(); if (create(now)) { running = was; stopAt = Infinity; label(); } });
  }
  $('axis').addEventListener('click', () => { even = !even; $('axis').textContent = even ? 'log axis' : 'even axis'; dirty = true; });
  $('layer').addEventListener('change', () => { choose(Number($('layer').value), 0, 0); });
  $('disputed').addEventListener('click', dispute);
  const weights = $('weights');
  weights.addEventListener('pointerdown', (e) => {
    const l = Number($('layer').value), box = weights.getBoundingClientRect();
    choose(l, Math.floor((e.clientX - box.left) / box.width * (world.sizes[l] + 1)), Math.floor((e.clientY - box.top) / box.height * world.sizes[l + 1]));
  });
  weights.addEventListener('keydown', (e) => {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key];
    if (!by) return;
    e.preventDefault();
    const [l, i, j] = where();
    choose(l, i + by[0], j + by[1]);
  });
  document.addEventListener('keydown', (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|SELECT|BUTTON|TEXTAREA)$/.test(e.target.tagName)) return;
    const id = { ' ': 'run', s: 'step', r: 'reset' }[e.key];
    if (id) { e.preventDefault(); $(id).click(); }
  });
  $('share').addEventListener('click', async () => {
    const part = query(config, history.at(-1).step);
    const own = location.protocol !== 'about:';
    const text = own ? location.href.replace(/#.*/, '') + part : part;
    if (own) try { globalThis.history.replaceState(null, '', part); } catch {}
    try { await navigator.clipboard.writeText(text); $('shared').textContent = 'Copied.'; } catch { $('shared').textContent = text; }
  });
  addEventListener('hashchange', () => { const [c, step] = parse(location.hash); show(c); free(); create(c, step); });
  addEventListener('resize', () => { dirty = true; });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { readColours(); dirty = true; });
}

async function start() {
  const packed = Uint8Array.from(atob($('engine').textContent.trim()), (c) => c.charCodeAt(0));
  const bytes = await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
  const go = new Go(), { instance } = await WebAssembly.instantiate(bytes, go.importObject);
  const ready = new Promise((resolve) => { globalThis.coherentPlaygroundReady = resolve; });
  go.run(instance);
  await ready;
  engine = globalThis.coherentPlayground;
  readColours();
  wire();
  $('play').hidden = false;
  const given = location.hash.length > 1;
  const [c, step] = given ? parse(location.hash) : [{ ...guides[0].config }, 0];
  show(c);
  if (given) free(); else tell(0);
  if (!create(c, step)) create({ ...guides[0].config });
  globalThis.playground = { history: () => history, config: () => config };
  requestAnimationFrame(frame);
}

start().catch((e) => { $('failure').hidden = false; $('failure').textContent = `The playground can't start in this browser: ${e.message}`; });
})();
