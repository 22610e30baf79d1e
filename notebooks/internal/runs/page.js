(data => {
  const root = document.getElementById('ID OF THE TABLE');
  if (!root || root.dataset.alive) return;
  root.dataset.alive = 'yes';
  const part = name => root.querySelector('[name="' + name + '"]');
  part('full').style.display = '';
  const body = root.querySelector('.cg-box tbody');
  const lines = [...body.rows];
  const rows = data.rows.map((row, i) => ({...row, line: lines[i]}));
  const colors = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#8a8a8a'];
  const dashes = ['', '6 3', '2 3', '8 3 2 3'];
  const lowIsBest = name => name.includes('loss') || name === 'overfit';
  const isShare = name => name.endsWith('_accuracy') || name === 'overfit';
  const show = (name, v) => v === null || v === undefined ? '' : isShare(name) ? (Math.round(1000 * v) / 10).toFixed(1) + ' %' : String(Number(v.toPrecision(4)));

  // The steps at which a run is evaluated: those of the longest below its own last, and that.
  const stepsOf = row => [...data.schedule.filter(s => s < row.last), row.last];
  const final = (row, name) => row.curves[name]?.at(-1) ?? null;
  const best = (row, name) => {
    let at = null, value = null;
    const steps = stepsOf(row);
    (row.curves[name] ?? []).forEach((v, i) => {
      if (v !== null && (value === null || (lowIsBest(name) ? v < value : v > value))) [at, value] = [steps[i], v];
    });
    return {at, value};
  };
  // What a row has in a column; undefined where there is no such column.
  const cell = (row, name) => {
    const shown = data.columns.indexOf(name);
    if (shown >= 0) return row.cells[shown];
    name = data.aliases[name] ?? name;
    const other = data.columns.indexOf(name);
    if (other >= 0) return row.cells[other];
    if (name in row.more) return row.more[name];
    if (data.curves.includes(name)) return final(row, name);
    if (name.startsWith('best_')) {
      const step = name.endsWith('_step');
      const bare = name.slice(5, step ? -5 : undefined);
      if (data.curves.includes(bare)) return best(row, bare)[step ? 'at' : 'value'];
    }
    return rows.some(r => name in r.more) ? null : undefined;
  };

  // The same conditions as those of the command.
  const number = text => {
    const share = text.endsWith('%');
    const v = text.trim() === '' || text === '%' ? NaN : Number(share ? text.slice(0, -1) : text);
    return share ? v / 100 : v;
  };
  const parse = text => text.split(/\s+/).filter(Boolean).map(word => {
    const found = word.match(/!=|<=|>=|=|<|>|~/);
    if (!found) return {op: '~', column: 'id', values: [word]};
    const term = {column: word.slice(0, found.index), op: found[0], values: word.slice(found.index + found[0].length).split(',')};
    if (!term.column) throw 'no column before ' + term.op;
    if (term.values.includes('')) throw 'no value after ' + term.op;
    if (/[<>]/.test(term.op) && (term.values.length > 1 || Number.isNaN(number(term.values[0])))) throw 'a number after ' + term.op + ', such as 0.5 or 80%';
    if (term.column !== 'id' && rows.length && rows.every(row => cell(row, term.column) === undefined)) throw 'no run here has a column ' + term.column;
    return term;
  });
  const passes = (row, term) => {
    const v = term.column === 'id' ? row.id : cell(row, term.column);
    const there = v !== null && v !== undefined;
    const text = there ? String(v).toLowerCase() : '';
    const equals = () => term.values.some(s => typeof v === 'number' ? v === number(s) : there && text === s.toLowerCase());
    switch (term.op) {
      case '=': return equals();
      case '!=': return !equals();
      case '~': return term.values.some(s => text.includes(s.toLowerCase()));
    }
    if (typeof v !== 'number') return false;
    const limit = number(term.values[0]);
    return term.op === '<' ? v < limit : term.op === '<=' ? v <= limit : term.op === '>' ? v > limit : v >= limit;
  };
  const filter = () => {
    let terms;
    try {
      terms = parse(part('filter').value);
      part('wrong').textContent = '';
    } catch (wrong) {
      part('wrong').textContent = wrong; // what is shown stays
      return;
    }
    let n = 0;
    for (const row of rows) {
      row.shown = terms.every(term => passes(row, term));
      row.line.hidden = !row.shown;
      n += row.shown;
    }
    part('count').textContent = n + ' of ' + rows.length + ' runs';
  };

  let sorted = null, down = false;
  const sort = column => {
    down = sorted === column && !down;
    sorted = column;
    const order = (a, b) => {
      const [v, w] = [a.cells[column], b.cells[column]];
      if (v === null || w === null) return (v === null) - (w === null);
      const way = typeof v === 'number' && typeof w === 'number' ? v - w : String(v).localeCompare(String(w));
      return down ? -way : way;
    };
    body.append(...rows.toSorted(order).map(row => row.line));
    heads.forEach((head, i) => head.setAttribute('aria-sort', i !== column ? 'none' : down ? 'descending' : 'ascending'));
    heads.forEach((head, i) => { head.textContent = data.columns[i] + (i !== column ? '' : down ? ' ▾' : ' ▴'); });
  };

  // Chosen runs, in the order in which they were; seeds of one setting have one colour.
  const chosen = new Set();
  const mark = (row, on) => {
    row.line.setAttribute('aria-selected', on);
    if (on) chosen.add(row); else chosen.delete(row);
  };
  const label = group => {
    const of = group[0];
    const all = [...chosen];
    const telling = data.columns.slice(0, 8).filter((name, i) => name !== 'seed' && all.some(r => r.cells[i] !== all[0].cells[i]));
    const names = telling.length ? telling : ['dataset', 'noise', 'rule', 'c'];
    return names.map(name => (['c', 'noise', 'steps', 'batch', 'rate'].includes(name) ? name + ' ' : '') + of.texts[data.columns.indexOf(name)]).join(', ');
  };
  const node = (name, attributes, ...children) => {
    const n = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) n.setAttribute(key, value);
    n.append(...children);
    return n;
  };
  const W = 640, H = 300, L = 52, R = 10, T = 8, B = 36;
  const draw = groups => {
    const name = part('curve').value, log = part('log').checked;
    const curves = [];
    groups.forEach((group, g) => group.forEach((row, i) => {
      const steps = stepsOf(row);
      const points = (row.curves[name] ?? []).map((v, k) => [steps[k], v]).filter(([, v]) => v !== null);
      if (points.length) curves.push({row, g, color: colors[g % colors.length], dash: dashes[Math.floor(g / colors.length) % dashes.length], points, faint: i > 0});
    }));
    const chart = part('chart');
    chart.replaceChildren();
    if (!curves.length) { chart.textContent = 'None of these runs has ' + name + '.'; return; }
    const all = curves.flatMap(c => c.points);
    const xOf = s => log ? Math.log10(s + 1) : s;
    const [x0, x1] = [Math.min(...all.map(p => xOf(p[0]))), Math.max(...all.map(p => xOf(p[0])))];
    let [y0, y1] = [Math.min(...all.map(p => p[1])), Math.max(...all.map(p => p[1]))];
    if (isShare(name)) [y0, y1] = [Math.min(0, y0), Math.max(y1, name === 'overfit' ? 0.1 : 1)];
    if (y1 === y0) y1 = y0 + 1;
    const X = s => L + (xOf(s) - x0) / (x1 - x0 || 1) * (W - L - R);
    const Y = v => H - B - (v - y0) / (y1 - y0) * (H - T - B);
    const svg = node('svg', {viewBox: `0 0 ${W} ${H}`, role: 'img', 'aria-label': name + ' over steps of ' + curves.length + ' runs', fill: 'none', 'font-size': 12});
    const text = (x, y, words, anchor) => svg.append(node('text', {x, y, fill: 'currentColor', 'text-anchor': anchor}, words));
    const tidy = (y1 - y0) / 5, size = 10 ** Math.floor(Math.log10(tidy)), gap = [1, 2, 5, 10].map(m => m * size).find(s => s >= tidy * 0.999);
    for (let v = Math.ceil(y0 / gap - 1e-9) * gap; v <= y1 + gap * 1e-9; v += gap) {
      svg.append(node('line', {x1: L, x2: W - R, y1: Y(v), y2: Y(v), stroke: 'currentColor', 'stroke-opacity': 0.15}));
      text(L - 6, Y(v) + 4, isShare(name) ? (100 * v).toFixed(0) + ' %' : String(Number(v.toPrecision(3))), 'end');
    }
    const last = Math.max(...all.map(p => p[0]));
    const ticks = log ? [0, ...[0, 1, 2, 3, 4, 5, 6, 7].map(e => 10 ** e).filter(s => s <= last)] : [0, 0.25, 0.5, 0.75, 1].map(f => Math.round(f * last));
    for (const s of new Set(ticks)) if (xOf(s) >= x0) {
      svg.append(node('line', {x1: X(s), x2: X(s), y1: H - B, y2: H - B + 4, stroke: 'currentColor', 'stroke-opacity': 0.5}));
      text(X(s), H - B + 17, s.toLocaleString('en'), 'middle');
    }
    text((L + W - R) / 2, H - 4, 'step', 'middle');
    for (const c of curves) {
      svg.append(node('path', {d: 'M' + c.points.map(p => X(p[0]).toFixed(1) + ' ' + Y(p[1]).toFixed(1)).join('L'), stroke: c.color,
        'stroke-width': 1.8, 'stroke-dasharray': c.dash, 'stroke-opacity': c.faint ? 0.55 : 1, 'data-run': c.row.id}));
    }
    const tip = document.createElement('div');
    tip.className = 'cg-tip';
    tip.hidden = true;
    const dot = node('circle', {r: 4, stroke: 'currentColor', visibility: 'hidden'});
    svg.append(dot);
    svg.addEventListener('pointermove', event => {
      const box = svg.getBoundingClientRect(), k = W / box.width;
      const [px, py] = [(event.clientX - box.left) * k, (event.clientY - box.top) * k];
      let near = null;
      for (const c of curves) for (const p of c.points) {
        const d = (X(p[0]) - px) ** 2 + (Y(p[1]) - py) ** 2;
        if (!near || d < near.d) near = {d, c, p};
      }
      const [x, y] = [X(near.p[0]), Y(near.p[1])];
      for (const [key, v] of Object.entries({cx: x, cy: y, fill: near.c.color, visibility: 'visible'})) dot.setAttribute(key, v);
      tip.textContent = label(groups[near.c.g]) + ', seed ' + near.c.row.cells[data.columns.indexOf('seed')] + ', step ' + near.p[0].toLocaleString('en') + ': ' + show(name, near.p[1]);
      tip.hidden = false;
      tip.style.top = (y / k + 10) + 'px';
      tip.style.left = Math.min(x / k + 10, Math.max(0, box.width - tip.offsetWidth)) + 'px';
    });
    svg.addEventListener('pointerleave', () => { tip.hidden = true; dot.setAttribute('visibility', 'hidden'); });
    chart.append(svg, tip);
  };
  const spread = (name, values) => {
    values = values.filter(v => v !== null);
    if (!values.length) return '';
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    if (values.length === 1) return show(name, mean);
    return show(name, mean) + ' (' + [Math.min, Math.max].map(f => show(name, f(...values)).replace(' %', '')).join('–') + ')';
  };
  const compare = () => {
    const byGroup = Object.values(Object.groupBy([...chosen], row => row.group));
    part('compare').hidden = !chosen.size;
    if (!chosen.size) return;
    draw(byGroup);
    const table = part('groups');
    const classes = [...chosen].some(row => row.curves.test_accuracy);
    const measured = (classes ? ['train_accuracy', 'test_accuracy', 'overfit'] : ['train_loss', 'test_loss']);
    const key = classes ? 'test_accuracy' : 'test_loss';
    const line = (tag, cells) => {
      const tr = document.createElement('tr');
      for (const c of cells) { const td = document.createElement(tag); td.append(...[c].flat()); tr.append(td); }
      return tr;
    };
    const plain = name => name.replace('_accuracy', '').replace('_', ' ');
    const head = document.createElement('thead'), list = document.createElement('tbody');
    head.append(line('th', ['run', 'seeds', ...measured.map(name => 'final ' + plain(name)), 'best ' + plain(key), 'at step']));
    byGroup.forEach((group, g) => {
      const chip = document.createElement('span');
      chip.className = 'cg-chip';
      chip.style.background = colors[g % colors.length];
      const bests = group.map(row => best(row, key));
      const at = bests.map(b => b.at).filter(s => s !== null);
      list.append(line('td', [[chip, label(group)], String(group.length), ...measured.map(name => spread(name, group.map(row => final(row, name)))),
        spread(key, bests.map(b => b.value)), [...new Set([Math.min(...at), Math.max(...at)])].map(s => s.toLocaleString('en')).join('–')]));
    });
    table.replaceChildren(head, list);
  };

  const heads = [...root.querySelectorAll('.cg-box th')];
  heads.forEach((head, i) => {
    head.tabIndex = 0;
    head.title = 'sort by ' + data.columns[i];
    head.dataset.lmSuppressShortcuts = 'true';
    head.addEventListener('click', () => sort(i));
    head.addEventListener('keydown', event => { if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); sort(i); } });
  });
  for (const row of rows) {
    row.cells.forEach((v, i) => { if (typeof v === 'number') row.line.cells[i].className = 'n'; });
    row.line.tabIndex = 0;
    row.line.dataset.lmSuppressShortcuts = 'true';
    row.line.setAttribute('aria-selected', 'false');
    const toggle = () => { mark(row, !chosen.has(row)); compare(); };
    row.line.addEventListener('click', toggle);
    row.line.addEventListener('keydown', event => { if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); toggle(); } });
  }
  for (const name of data.curves) part('curve').append(new Option(name.replaceAll('_', ' '), name));
  part('filter').addEventListener('input', filter);
  part('curve').addEventListener('input', compare);
  part('log').addEventListener('input', compare);
  part('all').addEventListener('click', () => { for (const row of rows) mark(row, row.shown); compare(); });
  part('none').addEventListener('click', () => { for (const row of rows) mark(row, false); compare(); });
  filter();
})
