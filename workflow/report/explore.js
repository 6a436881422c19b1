// --- a pool of the reader's own -----------------------------------------------------------------
// Below a forest plot trials can be left out and the measure and model changed. The numbers are those
// embedded in the page; nothing of the review changes. A test compares `pool` with the engine.

const Z = 1.959963984540054;

const effects = {
  RR: ([a, n1, c, n2]) => [Math.log(a / n1) - Math.log(c / n2), 1 / a - 1 / n1 + 1 / c - 1 / n2],
  OR: ([a, n1, c, n2]) => [Math.log((a * (n2 - c)) / ((n1 - a) * c)), 1 / a + 1 / (n1 - a) + 1 / c + 1 / (n2 - c)],
  RD: ([a, n1, c, n2]) => [a / n1 - c / n2, (a * (n1 - a)) / n1 ** 3 + (c * (n2 - c)) / n2 ** 3],
};
const ratio = (measure) => measure in effects && measure !== "RD";
const sum = (values) => values.reduce((total, value) => total + value, 0);

/** A table as the effect is computed from: 0.5 in each cell where one is empty. */
function corrected(table) {
  const [a, n1, c, n2] = table;
  return a && c && n1 - a && n2 - c ? table : [a + 0.5, n1 + 1, c + 0.5, n2 + 1];
}

/** Whether a table says something of a measure: of a ratio nothing where no one, or everyone, had the event. */
function telling([a, n1, c, n2], measure) {
  return !ratio(measure) || (a + c > 0 && n1 - a + (n2 - c) > 0);
}

/** Mantel and Haenszel's pool, with the variances of Greenland and Robins, Robins et al. and Sato et al. */
const mantelHaenszel = {
  RR(tables) {
    const r = sum(tables.map(([a, n1, , n2]) => (a * n2) / (n1 + n2)));
    const s = sum(tables.map(([, n1, c, n2]) => (c * n1) / (n1 + n2)));
    const p = sum(tables.map(([a, n1, c, n2]) => (n1 * n2 * (a + c) - a * c * (n1 + n2)) / (n1 + n2) ** 2));
    return [Math.log(r / s), p / (r * s)];
  },
  OR(tables) {
    const parts = tables.map(([a, n1, c, n2]) => {
      const [b, d, n] = [n1 - a, n2 - c, n1 + n2];
      return [(a * d) / n, (b * c) / n, (a + d) / n, (b + c) / n];
    });
    const r = sum(parts.map(([x]) => x));
    const s = sum(parts.map(([, x]) => x));
    const both = sum(parts.map(([x, y, p, q]) => p * y + q * x));
    const v = sum(parts.map(([x, , p]) => p * x)) / (2 * r * r) + both / (2 * r * s)
      + sum(parts.map(([, y, , q]) => q * y)) / (2 * s * s);
    return [Math.log(r / s), v];
  },
  RD(tables) {
    const total = sum(tables.map(([, n1, , n2]) => (n1 * n2) / (n1 + n2)));
    const mean = sum(tables.map(([a, n1, c, n2]) => (a * n2 - c * n1) / (n1 + n2))) / total;
    const p = sum(tables.map(([a, n1, c, n2]) => (n1 * n1 * c - n2 * n2 * a + (n1 * n2 * (n2 - n1)) / 2) / (n1 + n2) ** 2));
    const q = sum(tables.map(([a, n1, c, n2]) => (a * (n2 - c) + (n1 - a) * c) / (2 * (n1 + n2))));
    return [mean, (mean * p + q) / total ** 2];
  },
};

/** The average with weights 1/(v + tau2). */
function average(y, v, tau2) {
  const w = v.map((x) => 1 / (x + tau2));
  const total = sum(w);
  return { w, total, mean: sum(y.map((x, i) => x * w[i])) / total };
}

function dersimonianLaird(y, v) {
  const { w, total, mean } = average(y, v, 0);
  const q = sum(y.map((x, i) => w[i] * (x - mean) ** 2));
  return Math.max(0, (q - (y.length - 1)) / (total - sum(w.map((x) => x * x)) / total));
}

/**
 * The tau2 of the greatest restricted likelihood. Its slope is negative beyond 4 max(v, range²), as
 * each study's share of the weights and the squared range over tau2 together stay below 1 there. Below
 * that every change of sign is narrowed until no number lies between, and the best of them and of 0 is it.
 */
function restricted(y, v) {
  const slope = (tau2) => {
    const { w, total, mean } = average(y, v, tau2);
    return sum(y.map((x, i) => (w[i] * (x - mean)) ** 2)) - total + sum(w.map((x) => x * x)) / total;
  };
  const likelihood = (tau2) => {
    const { w, total, mean } = average(y, v, tau2);
    return -(sum(v.map((x) => Math.log(x + tau2))) + Math.log(total) + sum(y.map((x, i) => w[i] * (x - mean) ** 2))) / 2;
  };
  const end = 4 * Math.max(...v, (Math.max(...y) - Math.min(...y)) ** 2);
  const points = [0, ...Array.from({ length: 400 }, (_, i) => end * 10 ** ((i - 399) / 33))];
  const slopes = points.map(slope);
  let best = 0;
  for (let i = 1; i < points.length; i += 1) {
    if (slopes[i - 1] > 0 && slopes[i] <= 0) {
      const root = narrowed(slope, points[i - 1], points[i]);
      if (likelihood(root) > likelihood(best)) best = root;
    }
  }
  return best;
}

/** Where a function that is positive at `low` and not at `high` changes its sign. */
function narrowed(f, low, high) {
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (f(middle) > 0) low = middle; else high = middle;
  }
}

/**
 * Pool studies: `y` and `v` on the scale of the analysis, `tables` as counted where the measure is of
 * counts; `model` is IV, MH, DL, REML or HKSJ, `t` the 97.5 % points of Student's t by degree of freedom.
 */
function pool({ y, v, tables, measure, model, t }) {
  const k = y.length;
  if (!k) return null;
  if (model === "MH") {
    const [mean, variance] = mantelHaenszel[measure](tables);
    return limits(mean, Math.sqrt(variance), Z, 0, k);
  }
  const tau2 = k < 2 || model === "IV" ? 0 : model === "DL" ? dersimonianLaird(y, v) : restricted(y, v);
  const { w, total, mean } = average(y, v, tau2);
  if (model !== "HKSJ" || k < 2) return limits(mean, Math.sqrt(1 / total), Z, tau2, k);
  const spread = sum(y.map((x, i) => w[i] * (x - mean) ** 2)) / (k - 1);
  return limits(mean, Math.sqrt(spread / total), t[k - 2], tau2, k);
}

function limits(mean, se, quantile, tau2, k) {
  return { mean, se, low: mean - quantile * se, high: mean + quantile * se, tau2, k };
}

/** The studies of an outcome that are ticked, as `pool` takes them; [label, y, v] of each beside them. */
function chosen(outcome, measure, kept) {
  const own = measure === outcome.measure;
  const all = outcome.studies.map(([label, y, se, ...table], i) => ({ label, y, se, table, i }));
  const used = all.filter(({ i, table }) => kept(i) && (!outcome.counts || telling(table, measure)));
  const found = used.map(({ y, se, table }) => (outcome.counts ? effects[measure](corrected(table)) : [y, se * se]));
  return {
    rows: used.map(({ label }, j) => [label, ...found[j]]), own,
    y: found.map(([y]) => y), v: found.map(([, v]) => v), tables: used.map(({ table }) => table),
  };
}

for (const [anchor, outcome] of Object.entries(page.explored || {})) {
  const tools = document.querySelector(`#${CSS.escape(anchor)} .tools`);
  if (!tools) continue;
  const open = make("button", { type: "button", "aria-expanded": "false" }, words.explore);
  const panel = make("div", { className: "explore", hidden: true });
  open.addEventListener("click", () => {
    if (!panel.childNodes.length) explore(panel, outcome);
    panel.hidden = !panel.hidden;
    open.setAttribute("aria-expanded", String(!panel.hidden));
  });
  tools.append(open);
  tools.after(panel);
}

/** The panel: what is ticked and chosen, and the forest plot and pool that follow from it. */
function explore(panel, outcome) {
  const ticks = outcome.studies.map(([label]) => {
    const tick = make("input", { type: "checkbox", checked: true });
    return [tick, make("label", {}, tick, ` ${label}`)];
  });
  const measure = choice(words.measure, outcome.counts ? ["RR", "OR", "RD"] : [outcome.measure], outcome.measure);
  const model = choice(words.model, page.models.filter(([id]) => outcome.counts || id !== "MH"), "HKSJ");
  const shown = make("div", { "aria-live": "polite" });
  const update = () => {
    const data = chosen(outcome, measure.value, (i) => ticks[i][0].checked);
    const pooled = pool({ ...data, measure: measure.value, model: model.value, t: page.t });
    const back = outcome.log && (!outcome.counts || ratio(measure.value)) ? Math.exp : (x) => x;
    const said = (value) => effect(measure.value, back(value));
    shown.replaceChildren(...(pooled && Number.isFinite(pooled.mean + pooled.se) ? result(data.rows, pooled, said) : [words.nothing]));
  };
  panel.append(
    make("p", { className: "note" }, words.own),
    make("fieldset", {}, make("legend", {}, words.trials), ...ticks.map(([, label]) => label)),
    make("p", {}, measure.parentNode, " ", model.parentNode), shown,
  );
  panel.addEventListener("change", update);
  update();
}

function choice(label, options, selected) {
  const select = make("select", {}, ...options.map((option) => {
    const [id, name] = Array.isArray(option) ? option : [option, option];
    return make("option", { value: id, selected: id === selected }, name);
  }));
  make("label", {}, `${label}: `, select);
  return select;
}

/** The forest plot as SVG, and the pool in words. */
function result(rows, pooled, said) {
  const lines = rows.map(([label, y, v]) => [label, y, y - Z * Math.sqrt(v), y + Z * Math.sqrt(v)]);
  const all = [...lines, [words.pooled, pooled.mean, pooled.low, pooled.high]];
  const left = Math.min(0, ...all.map(([, , low]) => low).filter((x) => x > -20));
  const right = Math.max(0, ...all.map(([, , , high]) => high).filter((x) => x < 20));
  const x = (value) => 190 + (200 * (Math.min(Math.max(value, left), right) - left)) / (right - left || 1);
  const height = 22 * (all.length + 1);
  const svg = drawn("svg", { viewBox: `0 0 560 ${height}`, role: "img", "aria-label": words.own });
  svg.append(drawn("line", { x1: x(0), x2: x(0), y1: 4, y2: height - 8, class: "null" }));
  all.forEach(([label, mean, low, high], row) => {
    const y = 22 * (row + (row === all.length - 1 ? 1.3 : 0.8));
    svg.append(drawn("text", { x: 0, y: y + 4 }, label));
    if (row < all.length - 1) {
      svg.append(drawn("line", { x1: x(low), x2: x(high), y1: y, y2: y }), drawn("circle", { cx: x(mean), cy: y, r: 4 }));
    } else {
      svg.append(drawn("polygon", { points: `${x(low)},${y} ${x(mean)},${y - 7} ${x(high)},${y} ${x(mean)},${y + 7}` }));
    }
    svg.append(drawn("text", { x: 560, y: y + 4, "text-anchor": "end" }, interval(mean, low, high, said)));
  });
  const told = `${interval(pooled.mean, pooled.low, pooled.high, said)}; tau² = ${positive(pooled.tau2)}; k = ${pooled.k}`;
  return [svg, make("p", {}, make("strong", {}, told))];
}

function interval(mean, low, high, said) {
  return `${said(mean)} [${said(low)}${words.between}${said(high)}]`;
}

/** An effect, or a limit, as the tables of the page print it: language/formats.py, `estimate`. */
function effect(measure, value) {
  const { decimals, declared, isPositive, isRatio } = page.written[measure];
  if (isRatio && value > 1000) return ">1000";
  if (!declared) return isPositive ? positive(value) : rounded(value, decimals);
  const least = 10 ** -decimals;
  return isPositive && value > 0 && value < least / 2 ? `<${rounded(least, decimals)}` : rounded(value, decimals);
}

/** A number that is never negative, so that it does not read as 0 unless it is. */
function positive(value) {
  if (value > 0 && value < 0.0005) return `<${rounded(0.001, 3)}`;
  if (value >= 999999.5) return `>${localNumber(999999)}`;
  return rounded(value, value > 0 && value < 0.0095 ? 3 : value >= 1000 ? 0 : 2);
}

/** With so many decimals; half goes to the even digit of the number as it is written, 1.005 to 1.00. */
function rounded(value, decimals) {
  const written = String(Math.abs(value));
  const [whole, part = ""] = written.split(".");
  let text = Math.abs(value).toFixed(decimals);
  if (!/e/.test(written) && /^50*$/.test(part.slice(decimals))) {
    const digits = whole + part.slice(0, decimals);
    const even = BigInt(digits) % 2n ? BigInt(digits) + 1n : BigInt(digits);
    const padded = String(even).padStart(decimals + 1, "0");
    text = decimals ? `${padded.slice(0, -decimals)}.${padded.slice(-decimals)}` : padded;
  }
  return localNumber(`${value < 0 ? "-" : ""}${text}`);
}

function drawn(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
