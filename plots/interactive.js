// Figures that answer: values under the pointer, curves on and off, linear or logarithmic axes. It draws with shapes and
// text alone, loads nothing, and leaves what it can't read as it is.
(() => {
  'use strict';
  const NS = 'http://www.w3.org/2000/svg';
  const finite = Number.isFinite;
  const make = (parent, name, attributes, text) => {
    const e = document.createElementNS(NS, name);
    for (const a in attributes) if (attributes[a] != null) e.setAttribute(a, attributes[a]);
    if (text != null) e.textContent = text;
    parent.append(e);
    return e;
  };
  // A text is a list of pieces: [characters, rise], where rise is 1 for superscripts and -1 for subscripts.
  const write = (parent, pieces, attributes) => {
    const e = make(parent, 'text', attributes);
    const size = attributes['font-size'];
    let up = 0;
    for (const [s, rise] of pieces) {
      const dy = [0.18, 0, -0.36][rise + 1] * size;
      make(e, 'tspan', {dy: dy - up || null, 'font-size': rise ? size * 0.75 : null}, s);
      up = dy;
    }
    return e;
  };
  // A browser without our fonts has wider ones: their letters come closer, so that a text ends where its room does.
  const narrow = (text, room) => {
    if (text.getComputedTextLength() > room) for (const [k, v] of [['textLength', room], ['lengthAdjust', 'spacingAndGlyphs']]) text.setAttribute(k, v);
  };
  const plain = pieces => pieces.map(p => p[0]).join('');
  const short = v => {
    if (!finite(v)) return '–';
    const a = Math.abs(v);
    const s = a && (a >= 1e6 || a < 1e-4) ? v.toExponential(2) : String(Number(v.toPrecision(4)));
    return s.replace(/-/g, '−');
  };
  const tick = v => {
    const unit = [[1e9, 'G'], [1e6, 'M'], [1e3, 'k']].find(u => Math.abs(v) >= u[0]);
    return unit ? short(v / unit[0]) + unit[1] : short(v);
  };
  const nice = (lo, hi, n) => {
    const raw = (hi - lo) / n, mag = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 2.5, 5, 10].map(m => m * mag).find(s => s >= raw * 0.9999);
    const out = [];
    for (let i = Math.ceil(lo / step - 1e-9); i * step <= hi + 1e-9 * step && out.length < 50; i++) out.push(i * step);
    return out;
  };
  const logs = (lo, hi, n) => {
    for (const [times, every] of [[[1, 2, 5], 1], [[1, 3], 1], ...[1, 2, 3, 4, 6, 10, 20].map(k => [[1], k])]) {
      const out = [];
      for (let e = Math.floor(Math.log10(lo)); e <= Math.log10(hi); e++)
        for (const m of times) {
          const v = m * 10 ** e;
          if (e % every === 0 && v >= lo * 0.999 && v <= hi * 1.001) out.push(v);
        }
      if (times.length === 3 && out.length < 2) break;
      if (out.length >= 2 && out.length <= n + 1) return out;
    }
    return nice(lo, hi, n);
  };

  function wake(host) {
    const d = JSON.parse(host.getAttribute('data-plot'));
    for (const p of d.panels) { // numbers that are 0 are left out of the data
      p.inset ??= 0;
      p.gap ??= 0;
      for (const r of p.refs) r.y ??= 0;
      for (const v of p.verticals) v.x ??= 0;
    }
    const svg = document.createElementNS(NS, 'svg');
    const bar = 18; // above the figure, for its switches
    for (const [k, v] of Object.entries({viewBox: `0 ${-bar} ${d.w} ${d.h + bar}`, width: d.w, role: 'group', 'aria-label': d.alt, class: 'cg-live',
      'font-family': "'Liberation Sans',Arial,Helvetica,sans-serif", 'data-lm-suppress-shortcuts': 'true'})) svg.setAttribute(k, v);
    const off = new Set(); // legend entries, and names of curves, that are switched off
    let logY = d.panels.some(p => p.logY), stepsX = true, focus = null;
    const seen = c => !off.has(c.name) && !(c.keys || []).some(k => off.has(k));
    const px = (p, x) => p.box[0] + p.inset + (p.box[2] - 2 * p.inset) * place(p, x);
    const decades = (p, x) => x < 1 ? (x - 1) * p.gap : Math.log10(x);
    const place = (p, x) => {
      if (p.steps && stepsX) return (decades(p, x) - decades(p, p.x[0])) / (decades(p, p.x[1]) - decades(p, p.x[0]));
      return (x - p.x[0]) / (p.x[1] - p.x[0]);
    };
    const py = (p, y) => {
      const [lo, hi] = p.range;
      const t = p.log ? (y > 0 ? Math.log(y / lo) / Math.log(hi / lo) : -1) : (y - lo) / (hi - lo);
      return p.box[1] + p.box[3] * (1 - Math.max(-1, Math.min(2, t)));
    };
    // The range of the values that are seen; that of the still picture where the axis is as it was there.
    const values = (p, f) => {
      for (const c of p.curves) if (seen(c)) for (const list of [c.y, c.lo, c.hi]) (list || []).forEach(f);
      for (const b of p.bars) if (seen(b)) for (const list of [b.y, b.lo, b.hi]) (list || []).forEach(f);
      p.refs.forEach(r => f(r.y));
    };
    const range = panels => {
      let lo = Infinity, hi = -Infinity;
      for (const p of panels) values(p, v => { if (finite(v) && (v > 0 || !logY)) { lo = Math.min(lo, v); hi = Math.max(hi, v); } });
      if (!(lo < hi)) return logY ? [0.1, 1] : [0, 1];
      if (!logY) return [Math.min(0, lo), hi + 0.04 * (hi - Math.min(0, lo))];
      lo = Math.max(lo, hi / 1e6);
      const air = (hi / lo) ** 0.04;
      return [lo / air, hi * air];
    };
    const layers = make(svg, 'g', {}), tip = make(svg, 'g', {role: 'status', 'aria-live': 'polite', 'pointer-events': 'none'});
    const button = (parent, pressed, label, act) => {
      const g = make(parent, 'g', {role: 'button', tabindex: 0, 'aria-pressed': pressed, 'aria-label': label, cursor: 'pointer', 'data-lm-suppress-shortcuts': 'true'});
      g.addEventListener('click', act);
      g.addEventListener('keydown', e => { if (e.key === 'Enter' || e.key === ' ') { e.preventDefault(); e.stopPropagation(); act(); } });
      return g;
    };
    const redraw = again => {
      layers.replaceChildren();
      tip.replaceChildren();
      make(layers, 'rect', {y: -bar, width: d.w, height: d.h + bar, fill: '#fff'});
      for (const t of d.texts) write(layers, t.t, {x: t.x, y: t.y, 'font-size': t.s, 'text-anchor': ['start', 'middle', 'end'][t.a],
        'font-weight': t.b ? 'bold' : null, 'font-style': t.i ? 'italic' : null, fill: t.c, transform: t.r ? `rotate(-90 ${t.x} ${t.y})` : null});
      for (const p of d.panels) p.log = logY && !p.heat;
      const all = d.shareY ? range(d.panels.filter(p => !p.heat)) : null;
      for (const p of d.panels) {
        p.range = p.heat ? [p.heat.v.length, 0] : p.log === Boolean(p.logY) ? p.y : all || range([p]);
        panel(p);
      }
      d.legend.forEach((k, i) => {
        const g = button(layers, !off.has(i), plain(k.t), () => { off.has(i) ? off.delete(i) : off.add(i); redraw(['legend', i]); });
        g.setAttribute('opacity', off.has(i) ? 0.35 : 1);
        make(g, 'rect', {x: k.x - 3, y: k.y - 8, width: k.w + 6, height: 16, fill: '#fff', class: 'cg-hit'});
        sample(g, k);
        const t = write(g, k.t, {x: k.x + d.sample + 4, y: k.y + d.size * 0.35, 'font-size': d.size, fill: '#222'});
        narrow(t, k.w - d.sample - 4);
        if (again && again[0] === 'legend' && again[1] === i) g.focus();
      });
      const switches = [];
      if (d.panels.some(p => !p.heat)) switches.push(['y', logY ? 'log y' : 'linear y', logY, () => { logY = !logY; redraw(['y']); }]);
      if (d.panels.some(p => p.steps)) switches.push(['x', stepsX ? 'log x' : 'linear x', stepsX, () => { stepsX = !stepsX; redraw(['x']); }]);
      switches.forEach(([name, text, on, act], i) => {
        const g = button(layers, on, 'logarithmic ' + name + ' axis', act), x = d.w - 52 - 54 * i;
        make(g, 'rect', {x, y: 1 - bar, width: 50, height: 15, rx: 3, fill: '#fff', stroke: '#999'});
        make(g, 'text', {x: x + 25, y: 12 - bar, 'font-size': 10, 'text-anchor': 'middle', fill: '#222'}, text);
        if (again && again[0] === name) g.focus();
      });
    };
    const sample = (g, k) => {
      const x1 = k.x + d.sample, line = a => make(g, 'line', {x1: k.x, x2: x1, y1: k.y, y2: k.y, ...a});
      if (k.kind === 'box') make(g, 'rect', {x: x1 - 12, y: k.y - 4, width: 12, height: 8, fill: k.c});
      else if (k.kind === 'dot') make(g, 'circle', {cx: x1 - 6, cy: k.y, r: 3, fill: k.c});
      else {
        if (k.band) line({stroke: k.c, 'stroke-width': 7, opacity: 0.18});
        line({stroke: k.c, 'stroke-width': 1.7, 'stroke-dasharray': k.d});
      }
    };
    const panel = p => {
      const [x, y, w, h] = p.box, g = make(layers, 'g', {});
      const text = (s, attributes) => make(g, 'text', {'font-size': d.tick, fill: '#222', ...attributes}, s);
      const clip = p.id = p.id || 'cg' + Math.random().toString(36).slice(2);
      make(make(g, 'clipPath', {id: clip}), 'rect', {x, y: y - 1, width: w, height: h + 2});
      if (p.heat) return heat(p, g, text);
      if (!p.curves.length && !p.bars.length) {
        make(g, 'rect', {x, y, width: w, height: h, fill: '#f5f5f5'});
        text(p.empty, {x: x + w / 2, y: y + h / 2, 'text-anchor': 'middle', 'font-style': 'italic', fill: '#6a6a6a'});
        return;
      }
      const unit = p.percent ? 100 : 1, n = Math.max(2, Math.min(5, Math.round(h / 26)));
      const ys = (p.log ? logs : nice)(unit * p.range[0], unit * p.range[1], n);
      for (const v of ys) {
        const at = py(p, v / unit);
        make(g, 'line', {x1: x, x2: x + w, y1: at, y2: at, stroke: '#e4e4e4', 'stroke-width': 0.6});
        if (p.labelY) text(tick(v), {x: x - 6, y: at + d.tick * 0.35, 'text-anchor': 'end'});
      }
      let xs = p.names ? p.names.map((_, i) => i) : nice(p.x[0], p.x[1], Math.max(2, Math.min(6, Math.floor(w / 45))));
      if (p.steps && stepsX) {
        xs = p.x[0] <= 0 ? [0] : [];
        const every = Math.ceil(Math.log10(Math.max(p.x[1], 10)) * 26 / w);
        for (let e = 0; 10 ** e <= p.x[1]; e += every) xs.push(10 ** e);
      }
      for (const v of xs) {
        const at = px(p, v);
        if (!p.names) make(g, 'line', {x1: at, x2: at, y1: y, y2: y + h, stroke: '#e4e4e4', 'stroke-width': 0.6});
        if (p.labelX) text(p.names ? p.names[v] : tick(v), {x: at, y: y + h + d.tick * 1.25, 'text-anchor': 'middle'});
      }
      const inside = make(g, 'g', {'clip-path': `url(#${clip})`});
      const across = r => make(inside, 'line', {x1: x, x2: x + w, y1: py(p, r.y), y2: py(p, r.y), stroke: '#8a8a8a'});
      if (p.clamp && p.clamp.length === 2) for (const [a, b] of [[x, px(p, p.clamp[0])], [px(p, p.clamp[1]), x + w]])
        if (b > a) make(inside, 'rect', {x: a, y, width: b - a, height: h, fill: '#eee'});
      p.bars.filter(seen).forEach(b => b.y.forEach((v, i) => {
        if (!finite(v)) return;
        const a = px(p, b.from[i]), top = py(p, v), foot = py(p, p.log ? p.range[0] : 0);
        make(inside, 'rect', {x: a, width: Math.max(px(p, b.to[i]) - a, 0), y: Math.min(top, foot), height: Math.abs(foot - top), fill: b.c, opacity: p.names ? 1 : 0.45});
        if (b.lo && finite(b.lo[i])) make(inside, 'path', {d: `M${(a + px(p, b.to[i])) / 2},${py(p, b.lo[i])}V${py(p, b.hi[i])}`, stroke: '#222'});
      }));
      const line = (c, list, back) => {
        let path = '', on = false;
        const order = back ? [...list.keys()].reverse() : [...list.keys()];
        for (const i of order) {
          const ok = finite(list[i]) && (!p.log || back != null || list[i] > 0);
          if (ok) path += (on || back != null && path ? 'L' : 'M') + px(p, d.xs[c.x][i]).toFixed(1) + ',' + py(p, list[i]).toFixed(1);
          on = ok;
        }
        return path;
      };
      for (const c of p.curves.filter(seen)) if (c.cloud) make(inside, 'path', {d: line(c, c.y), fill: 'none', stroke: c.c, 'stroke-width': 0.8});
      p.refs.forEach(across);
      for (const v of p.verticals) make(inside, 'line', {x1: px(p, v.x), x2: px(p, v.x), y1: y, y2: y + h, stroke: '#222', 'stroke-dasharray': '9 3'});
      for (const c of p.curves.filter(seen)) if (c.lo) {
        const keep = c.lo.map((v, i) => finite(v) && finite(c.hi[i]));
        const list = v => v.filter((_, i) => keep[i]), at = {...c, x: d.xs.push(list(d.xs[c.x])) - 1};
        const up = line(at, list(c.hi), false), down = line(at, list(c.lo), true).replace('M', 'L');
        d.xs.pop();
        make(inside, 'path', {d: up + down + 'Z', fill: c.c, opacity: 0.18});
      }
      for (const c of p.curves.filter(seen)) {
        if (c.cloud) continue;
        if (!c.scatter) make(inside, 'path', {d: line(c, c.y), fill: 'none', stroke: c.c, 'stroke-width': 1.8, 'stroke-dasharray': c.d, 'stroke-linejoin': 'round'});
        if (c.marks) c.y.forEach((v, i) => { if (finite(v)) make(inside, 'circle', {cx: px(p, d.xs[c.x][i]), cy: py(p, v), r: 2.6, fill: c.c, stroke: '#fff', 'stroke-width': 0.6}); });
      }
      make(g, 'path', {d: `M${x},${y}V${y + h}H${x + w}`, fill: 'none', stroke: '#555', 'stroke-width': 0.8});
      if (p.labelled) ends(p, g);
      const pad = make(g, 'rect', {x, y, width: w, height: h, fill: 'transparent', tabindex: 0, role: 'img', 'aria-label': p.name + ': values by arrow keys', 'data-lm-suppress-shortcuts': 'true'});
      for (const kind of ['pointermove', 'pointerdown']) pad.addEventListener(kind, e => {
        const box = svg.getBoundingClientRect();
        show(p, (e.clientX - box.left) * d.w / box.width, (e.clientY - box.top) * (d.h + bar) / box.height - bar);
      });
      pad.addEventListener('pointerleave', () => tip.replaceChildren());
      pad.addEventListener('blur', () => tip.replaceChildren());
      pad.addEventListener('keydown', e => {
        const places = stops(p), step = {ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1}[e.key];
        if (e.key === 'Escape') tip.replaceChildren();
        if (!places.length || !step && e.key !== 'Home' && e.key !== 'End') return;
        e.preventDefault();
        e.stopPropagation();
        p.at = e.key === 'Home' ? 0 : e.key === 'End' ? places.length - 1 : Math.max(0, Math.min(places.length - 1, (p.at ?? (step > 0 ? -1 : places.length)) + step));
        show(p, px(p, places[p.at]), y + h / 3);
      });
    };
    // Names at the ends of curves, moved apart; each switches its curve.
    const ends = (p, g) => {
      const list = [];
      for (const c of [...p.curves, ...p.refs.filter(r => r.label)]) {
        if (!c.label || c.cloud) continue;
        const at = c.x == null ? c.y : [...c.y].reverse().find(finite);
        if (finite(at)) list.push({c, y: Math.max(p.box[1], Math.min(p.box[1] + p.box[3], py(p, at)))});
      }
      list.sort((a, b) => a.y - b.y);
      for (let i = 1; i < list.length; i++) list[i].y = Math.max(list[i].y, list[i - 1].y + 13);
      for (let i = list.length - 1; i >= 0; i--) list[i].y = Math.min(list[i].y, (i + 1 < list.length ? list[i + 1].y : p.box[1] + p.box[3] + 13) - 13);
      for (const {c, y} of list) {
        const at = {x: p.box[0] + p.box[2] + 9, y: y + 4, 'font-size': d.tick, fill: c.ink || '#6a6a6a'};
        if (c.x == null) { narrow(write(g, c.label, at), c.room); continue; }
        const b = button(g, !off.has(c.name), plain(c.label), () => { off.has(c.name) ? off.delete(c.name) : off.add(c.name); redraw(); });
        b.setAttribute('opacity', off.has(c.name) ? 0.35 : 1);
        narrow(write(b, c.label, at), c.room);
      }
    };
    // The places on the X axis that have values.
    const stops = p => {
      if (p.bars.length) return p.names ? p.names.map((_, i) => i) : p.bars[0].from.map((a, i) => (a + p.bars[0].to[i]) / 2);
      const all = new Set();
      for (const c of p.curves.filter(seen)) d.xs[c.x].forEach((x, i) => { if (finite(c.y[i])) all.add(x); });
      return [...all].sort((a, b) => a - b);
    };
    const number = (p, v) => p.percent ? short(100 * v) + ' %' : short(v);
    const show = (p, mx, my) => {
      const places = stops(p);
      if (!places.length) return;
      const near = (list, f) => list.reduce((best, v, i) => f(v) < f(list[best]) ? i : best, 0);
      const i = p.at = near(places, v => Math.abs(px(p, v) - mx)), at = places[i];
      const lines = [], dots = [];
      const points = p.curves.filter(c => seen(c) && c.scatter);
      if (points.length) {
        const all = points.flatMap(c => c.y.map((y, k) => ({c, x: d.xs[c.x][k], y})).filter(o => finite(o.y)));
        const o = all[near(all, o => Math.hypot(px(p, o.x) - mx, py(p, o.y) - my))];
        lines.push([o.c, `${short(o.x)}, ${number(p, o.y)}`]);
        dots.push([px(p, o.x), py(p, o.y), o.c.c]);
        return tell(p, px(p, o.x), my, '', lines, dots);
      }
      for (const b of p.bars.filter(seen)) if (finite(b.y[i])) lines.push([b, number(p, b.y[i]) + (b.lo && finite(b.lo[i]) ? ` (${number(p, b.lo[i])} to ${number(p, b.hi[i])})` : '')]);
      for (const c of p.curves.filter(seen)) {
        const k = d.xs[c.x].indexOf(at);
        if (c.cloud || k < 0 || !finite(c.y[k])) continue;
        lines.push([c, number(p, c.y[k]) + (c.lo && c.hi[k] > c.lo[k] ? ` (${number(p, c.lo[k])} to ${number(p, c.hi[k])})` : '')]);
        dots.push([px(p, at), py(p, c.y[k]), c.c]);
      }
      const b = p.bars[0];
      const head = p.names ? p.names[i] : b ? `${short(b.from[i])} to ${short(b.to[i])}` : (p.steps ? 'step ' : '') + at.toLocaleString('en');
      tell(p, px(p, at), my, head, lines, dots);
    };
    const tell = (p, x, y, head, lines, dots) => {
      tip.replaceChildren();
      make(tip, 'line', {x1: x, x2: x, y1: p.box[1], y2: p.box[1] + p.box[3], stroke: '#222', 'stroke-width': 0.6});
      for (const [cx, cy, c] of dots) if (cy <= p.box[1] + p.box[3] && cy >= p.box[1]) make(tip, 'circle', {cx, cy, r: 3.2, fill: c, stroke: '#fff'});
      const g = make(tip, 'g', {}), size = 11, rows = head ? [[null, head], ...lines] : lines;
      const back = make(g, 'rect', {fill: '#fff', stroke: '#777', rx: 3, opacity: 0.95});
      let wide = 0;
      rows.forEach(([c, text], i) => {
        const top = 14 + i * 14;
        if (c) make(g, 'rect', {x: 6, y: top - 8, width: 8, height: 8, fill: c.c});
        const t = write(g, c ? [...c.text, [': ' + text, 0]] : [[text, 0]], {x: c ? 18 : 6, y: top, 'font-size': size, fill: '#222', 'font-weight': c ? null : 'bold'});
        wide = Math.max(wide, (c ? 18 : 6) + t.getComputedTextLength() + 6);
      });
      back.setAttribute('width', wide);
      back.setAttribute('height', rows.length * 14 + 6);
      const left = x + 10 + wide > d.w ? Math.max(x - 10 - wide, 0) : x + 10;
      g.setAttribute('transform', `translate(${left} ${Math.max(0, Math.min(y, d.h - rows.length * 14 - 8))})`);
    };
    const heat = (p, g, text) => {
      const [x, y, w, h] = p.box, v = p.heat.v, rows = v.length, cols = v[0].length, cw = w / cols, ch = h / rows;
      make(g, 'image', {x, y, width: w, height: h, href: p.heat.src, preserveAspectRatio: 'none', 'image-rendering': 'pixelated'});
      make(g, 'rect', {x, y, width: w, height: h, fill: 'none', stroke: '#555', 'stroke-width': 0.8});
      for (const t of p.heat.names) text(t[0], {x: x - 7, y: y + t[1] * ch + 4, 'text-anchor': 'end'});
      for (const t of p.heat.below) text(t[0], {x: x + t[1] * cw, y: y + h + d.tick * 1.4, 'text-anchor': 'middle'});
      for (const s of p.heat.strips) make(g, 'rect', {x: x - 4, y: y + s[0] * ch, width: 3.4, height: (s[1] - s[0]) * ch, fill: s[2]});
      for (const l of p.heat.lines) make(g, 'path', {d: `M${x},${y + l * ch}h${w}` + (p.heat.square ? `M${x + l * cw},${y}v${h}` : ''), stroke: '#222', opacity: 0.55, 'stroke-width': 0.7});
      const scale = x + w + 9, long = h - (p.heat.name ? 20 : 12), n = p.heat.scale.length;
      p.heat.scale.forEach((c, i) => make(g, 'rect', {x: scale, y: y + h - (i + 1) * long / n, width: 8, height: long / n + 0.5, fill: c}));
      for (const t of p.heat.ticks) text(t[0], {x: scale + 12, y: y + h - t[1] * long + 4});
      write(g, p.heat.name, {x: scale - 5, y: y + 8, 'font-size': d.tick, fill: '#222'});
      const pad = make(g, 'rect', {x, y, width: w, height: h, fill: 'transparent', tabindex: 0, role: 'img', 'aria-label': 'heat map: values by arrow keys', 'data-lm-suppress-shortcuts': 'true'});
      let at = [0, 0];
      const look = () => {
        const [r, c] = at;
        tell(p, x + (c + 0.5) * cw, y + r * ch + 12, `row ${r}, column ${c}`, [[{c: '#555', text: p.heat.name}, short(v[r][c])]], [[x + (c + 0.5) * cw, y + (r + 0.5) * ch, '#222']]);
      };
      for (const kind of ['pointermove', 'pointerdown']) pad.addEventListener(kind, e => {
        const box = pad.getBoundingClientRect(), to = (t, n) => Math.max(0, Math.min(n - 1, Math.floor(t * n)));
        at = [to((e.clientY - box.top) / box.height, rows), to((e.clientX - box.left) / box.width, cols)];
        look();
      });
      pad.addEventListener('pointerleave', () => tip.replaceChildren());
      pad.addEventListener('blur', () => tip.replaceChildren());
      pad.addEventListener('keydown', e => {
        const move = {ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowUp: [-1, 0], ArrowDown: [1, 0]}[e.key];
        if (e.key === 'Escape') tip.replaceChildren();
        if (!move) return;
        e.preventDefault();
        e.stopPropagation();
        at = [Math.max(0, Math.min(rows - 1, at[0] + move[0])), Math.max(0, Math.min(cols - 1, at[1] + move[1]))];
        look();
      });
    };
    // The still picture makes room: the last one before the figure in its cell, or within it.
    const cell = host.closest('.jp-OutputArea, .jp-Cell, .cell, figure') || host;
    const stills = [...cell.querySelectorAll('img')].filter(i => host.contains(i) || i.compareDocumentPosition(host) & 4);
    const still = stills[stills.length - 1];
    if (still) { const plate = still.closest('.plate') || still; plate.hidden = true; plate.after(svg); if (plate === still) still.setAttribute('style', 'display:none'); }
    else host.append(svg);
    for (const p of host.querySelectorAll('.cg-asleep')) p.remove();
    redraw();
  }
  const all = () => {
    for (const host of document.querySelectorAll('[data-plot]:not([data-awake])')) {
      host.setAttribute('data-awake', '');
      try { wake(host); } catch (e) { console.warn('a figure stays still:', e); }
    }
  };
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', all); else all();
})();
