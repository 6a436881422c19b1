// What the report's page does beyond being read: numbers open their origin, tables sort, tables and
// figures can be saved, the contents show where the reader is. Without it the page is whole: numbers
// lead to their data, tables stand in their order, CSV files are links.
"use strict";

const page = JSON.parse(document.getElementById("provenance").textContent);
const { words, references } = page;
const entries = unpacked(page);

/** The entries by key; in the page their parts are places in a list of what many entries share. */
function unpacked({ names, keys, shared, entries: packed }) {
  return Object.fromEntries(packed.map(([value, ...places], number) => {
    const entry = { value: value ?? undefined, place: placed(keys[number]) };
    places.forEach((place, part) => { if (place) entry[names[part]] = shared[place]; });
    entry.inputs = (entry.inputs || []).map((other) => keys[other]);
    return [keys[number], entry];
  }));
}

/** The cell that a key such as "trials/cohen2004/results/12/events" names; none if it names none. */
function placed(key) {
  const parts = key.split("/");
  if (parts[0] === "config") return { file: "config.yaml", column: parts.slice(1).join(".") };
  if (parts.length < 3) return null;
  const [row, column] = parts.slice(-2);
  return { file: `${parts.slice(0, -2).join("/")}.csv`, row: Number(row), column };
}

/** An element with properties, attributes (those with a hyphen or "role") and children. */
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "role" || name.includes("-")) element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== ""));
  return element;
}

// --- where a number comes from ------------------------------------------------------------------

const box = make("div", {
  id: "origin", className: "origin", role: "dialog", tabIndex: -1, hidden: true,
  "aria-labelledby": "origin-label",
});
document.body.append(box);
let opener = null; // the number that was selected
let trail = []; // the keys walked through, the one shown last

function show(number) {
  if (opener) opener.setAttribute("aria-expanded", "false");
  opener = number;
  opener.setAttribute("aria-expanded", "true");
  trail = [number.dataset.key];
  draw();
  box.hidden = false;
  place();
  box.focus({ preventScroll: true });
}

function close(focus = true) {
  if (box.hidden) return;
  box.hidden = true;
  opener.setAttribute("aria-expanded", "false");
  if (focus) opener.focus({ preventScroll: true });
}

/** Below the number, or above it where there is more room; on small screens the style decides. */
function place() {
  const number = opener.getBoundingClientRect();
  const width = document.documentElement.clientWidth;
  const height = document.documentElement.clientHeight;
  const left = Math.max(8, Math.min(number.left, width - box.offsetWidth - 8));
  const below = height - number.bottom > Math.min(box.offsetHeight, number.top);
  const top = below ? number.bottom + 8 : number.top - box.offsetHeight - 8;
  box.style.left = `${left + window.scrollX}px`;
  box.style.top = `${Math.max(8, top) + window.scrollY}px`;
}

function draw() {
  const key = trail[trail.length - 1];
  const entry = entries[key];
  const parts = [
    make("div", { className: "origin-head" },
      trail.length > 1 ? button(words.back, "‹ ", back) : null,
      button(words.close, "×", () => close())),
    make("p", { id: "origin-label", className: "origin-label" }, entry.label),
    entry.of ? make("p", { className: "origin-of" }, entry.of) : null,
    make("p", { className: "origin-value" }, ...value(entry)),
    entry.method ? method(entry) : null,
    entry.place ? cell(entry) : null,
    entry.source ? quotation(entry.source) : null,
    entry.note ? make("p", { className: "origin-note" }, entry.note) : null,
    ...inputs(entry, key),
  ];
  box.replaceChildren(...parts.filter(Boolean));
}

function button(label, text, action) {
  const element = make("button", { type: "button", "aria-label": label, onclick: action }, text);
  return element;
}

function value(entry) {
  if (entry.value === undefined) return [words.declared];
  const shown = typeof entry.value === "number" ? localNumber(entry.value) : entry.value;
  const remarks = [entry.measure, entry.scale && words[entry.scale], entry.provenance && words[entry.provenance]];
  return [make("strong", {}, shown), ` ${remarks.filter(Boolean).join(", ")}`];
}

function localNumber(x) {
  const [whole, ...part] = String(x).replace("-", "−").split(".");
  const long = whole.replace("−", "").length > 4;
  return [long ? whole.replace(/\B(?=(\d{3})+$)/g, words.thousands) : whole, ...part].join(words.decimal);
}

function method(entry) {
  const line = make("p", {}, `${words.method}: ${entry.method}. `);
  if (entry.formula) line.append(link(address(entry.formula), words.formula));
  return line;
}

/** Where an anchor is: in this page, else in its sibling. */
function address(anchor) {
  return document.getElementById(anchor) ? `#${anchor}` : `${page.sibling}#${anchor}`;
}

function link(target, text) {
  return make("a", { href: target, onclick: () => close(false) }, text);
}

function cell(entry) {
  const { file, row, column } = entry.place;
  const where = row ? `${file}, ${words.row} ${row}, ${column}` : `${file}, ${column}`;
  const line = make("p", {}, `${words.cell}: `, make("code", {}, where), ". ");
  if (entry.target) line.append(link(address(entry.target), words.see));
  return line;
}

function quotation(source) {
  const [number, target] = references[source.reference] || [];
  const cited = number ? link(target, `${words.reference} ${number}`) : source.reference;
  const quote = source.quote ? [": ", make("q", {}, source.quote)] : [];
  return make("p", {}, `${words.source}: ${source.locator ? `${source.locator}, ` : ""}`, cited, ...quote);
}

/** The numbers that this one was made from, and the raw cells that it rests on in the end. */
function inputs(entry) {
  const made = entry.inputs;
  if (!made.length) return [];
  const list = make("ul", { className: "origin-inputs" }, ...made.map((key) => make("li", {}, input(key))));
  const parts = [make("p", { className: "origin-list" }, `${words.inputs}:`), list];
  if (!entry.place) {
    parts.unshift(...quotesBehind(made));
    const rows = rowsBehind(made);
    if (rows.length) {
      parts.push(make("p", { className: "origin-list" }, `${words.cells}:`));
      parts.push(make("ul", { className: "origin-rows" }, ...rows.map(([where, target]) => make("li", {},
        target ? link(address(target), where) : where))));
    }
  }
  return parts;
}

function input(key) {
  const entry = entries[key];
  const number = entry.value === undefined ? "" : `${typeof entry.value === "number" ? localNumber(entry.value) : entry.value} `;
  return make("button", { type: "button", className: "origin-input", onclick: () => { trail.push(key); draw(); box.focus(); } },
    make("strong", {}, number), entry.label, make("span", {}, ` ${entry.value === undefined ? entry.of : beyond(entry.of)}`));
}

/** What an input belongs to, as far as the number shown does not belong to it too. */
function beyond(of = "") {
  const known = (entries[trail[trail.length - 1]].of || "").split("; ");
  return of.split("; ").filter((part) => !known.includes(part)).join("; ");
}

/** The sentences that state the raw numbers behind: the first of them, and how many more there are. */
function quotesBehind(keys) {
  const found = new Map();
  for (const { source } of behind(keys)) {
    if (source?.quote) found.set(`${source.reference} ${source.locator} ${source.quote}`, source);
  }
  if (!found.size) return [];
  const shown = [...found.values()].slice(0, QUOTES).map((source) => make("li", {}, quotation(source)));
  if (found.size > QUOTES) shown.push(make("li", {}, words.more.replace("{n}", found.size - QUOTES)));
  return [make("p", { className: "origin-list" }, `${words.quotes}:`), make("ul", { className: "origin-quotes" }, ...shown)];
}

const QUOTES = 3;

/** All that a number was made from, and what that was made from, each once. */
function behind(keys) {
  const seen = new Set();
  const walk = (key) => {
    if (seen.has(key)) return;
    seen.add(key);
    entries[key].inputs.forEach(walk);
  };
  keys.forEach(walk);
  return [...seen].map((key) => entries[key]);
}

function rowsBehind(keys) {
  const found = new Map();
  for (const entry of behind(keys)) {
    if (entry.place?.row) {
      found.set(`${entry.place.file}, ${words.row} ${entry.place.row}`, entry.target);
    }
  }
  return [...found].sort((a, b) => a[0].localeCompare(b[0], "en", { numeric: true }));
}

function back() {
  trail.pop();
  draw();
  box.focus();
}

box.addEventListener("keydown", (event) => {
  const buttons = [...box.querySelectorAll(".origin-input")];
  const at = buttons.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && buttons.length) {
    buttons[Math.max(0, Math.min(buttons.length - 1, at + step))].focus();
  } else if (event.key === "ArrowRight" && at >= 0) {
    buttons[at].click();
  } else if (event.key === "ArrowLeft" && trail.length > 1) {
    back();
  } else {
    return;
  }
  event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
  if (event.key === " " && event.target.matches?.("a.n")) {
    event.preventDefault();
    show(event.target);
  }
});

document.addEventListener("click", (event) => {
  const number = event.target.closest("a.n");
  if (number) {
    event.preventDefault();
    if (!box.hidden && opener === number) close();
    else show(number);
  } else if (!event.composedPath().includes(box)) {
    close(false);
  }
});

window.addEventListener("resize", () => { if (!box.hidden) place(); });

for (const number of document.querySelectorAll("a.n")) {
  number.dataset.key = page.keys[number.dataset.n];
  number.setAttribute("role", "button");
  number.setAttribute("aria-haspopup", "dialog");
  number.setAttribute("aria-expanded", "false");
}

// --- tables on a phone --------------------------------------------------------------------------

const PHONE = matchMedia("(max-width: 40rem)");
const CARDS = 4; // columns that a phone has no room for beside each other
if (PHONE.matches) document.querySelectorAll("table:not(.stacked)").forEach(stack);

/** A table's rows as cards, each cell beside its column's title, as the style sets those marked so. */
function stack(table) {
  const titles = [...table.tHead.rows[0].cells].map((header) => header.textContent.trim());
  const around = table.parentNode;
  if (titles.length < CARDS && around.scrollWidth <= around.clientWidth) return;
  table.classList.add("stacked");
  // A table by its role may hold rows alone: the caption, with its links, stands before it.
  if (table.caption) {
    table.before(make("div", { className: "caption", id: table.caption.id }, ...table.caption.childNodes));
    table.caption.remove();
  }
  const roles = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };
  for (const part of [table, ...table.querySelectorAll("thead, tbody, tr, th, td")]) {
    const heads = part.closest("thead") ? "columnheader" : "rowheader";
    part.setAttribute("role", roles[part.tagName] ?? heads);
    if (part.tagName === "TD") part.dataset.label = titles[part.cellIndex];
  }
}

// --- tables that sort ---------------------------------------------------------------------------

for (const table of document.querySelectorAll("table:not(.stacked)")) {
  const body = table.tBodies[0];
  const rows = [...(body ? body.rows : [])];
  // A row without a name of its own goes on with the one above: such a table keeps its order.
  if (rows.length < 3 || rows.some((row) => !row.cells[0].textContent.trim())) continue;
  rows.forEach((row, place) => { row.dataset.place = place; });
  [...table.tHead.rows[0].cells].forEach((header, column) => {
    if (!header.textContent.trim()) return;
    const control = make("button", { type: "button", className: "sort" }, ...header.childNodes);
    header.append(control);
    control.addEventListener("click", () => sort(table, column));
  });
}

/** Ascending, descending, then the table's own order again; rows stay within their group. */
function sort(table, column) {
  const headers = [...table.tHead.rows[0].cells];
  const before = headers[column].getAttribute("aria-sort");
  const order = { ascending: "descending", descending: null }[before] ?? (before ? null : "ascending");
  headers.forEach((header) => header.removeAttribute("aria-sort"));
  if (order) headers[column].setAttribute("aria-sort", order);
  for (const group of groups(table.tBodies[0])) {
    const sorted = [...group.rows];
    if (order) sorted.sort((a, b) => compare(a.cells[column], b.cells[column], order === "ascending" ? 1 : -1));
    else sorted.sort((a, b) => a.dataset.place - b.dataset.place);
    group.after(sorted);
  }
}

function groups(body) {
  const found = [];
  let head = null;
  for (const row of body.rows) {
    if (row.classList.contains("group") || !found.length) {
      head = row.classList.contains("group") ? row : null;
      const start = head;
      found.push({ rows: [], after: (rows) => (start ? start.after(...rows) : body.prepend(...rows)) });
    }
    if (row !== head) found[found.length - 1].rows.push(row);
  }
  return found;
}

/** Numbers before words and words before what is missing, in either direction. */
function compare(a, b, sign) {
  const [x, y] = [sortable(a), sortable(b)];
  if ((x === null) !== (y === null)) return x === null ? 1 : -1;
  if (x === null) return 0;
  if (typeof x !== typeof y) return typeof x === "number" ? -1 : 1;
  return sign * (typeof x === "number" ? x - y : x.localeCompare(y, document.documentElement.lang, { numeric: true }));
}

function sortable(cell) {
  const text = cell ? cell.textContent.trim() : "";
  if (text === "" || text === "–") return null;
  const number = cell.querySelector("a.n");
  const known = number && text.startsWith(number.textContent) ? entries[number.dataset.key]?.value : null;
  if (typeof known === "number") return known;
  const plain = text.replaceAll(words.thousands, "").replace("−", "-").replace(words.decimal, ".").replace(/^[<>] ?/, "");
  const found = plain.match(/^-?\d+(\.\d+)?/);
  return found ? parseFloat(found[0]) : text;
}

// --- figures to keep ----------------------------------------------------------------------------

for (const figure of document.querySelectorAll("figure[id]")) {
  const tools = figure.querySelector(".tools");
  const enlarge = make("button", { type: "button", "aria-pressed": "false" }, words.large);
  enlarge.addEventListener("click", () => {
    enlarge.setAttribute("aria-pressed", String(figure.classList.toggle("large")));
  });
  tools.append(make("button", { type: "button", onclick: () => save(figure) }, words.svg), enlarge);
  tools.hidden = false;
  const around = figure.querySelector(".scroll");
  narrow(around);
}

/** A plot with rows once more in pieces, for a screen that is narrower than it: first what each row
 * has for an effect, then the graph, each beside the rows' names, and below them what is written
 * there. Their places in the drawing are those that figures/canvas/page.py names. */
function narrow(around) {
  const drawing = around.querySelector("svg[data-pieces]");
  if (!drawing || around.scrollWidth <= around.clientWidth) return;
  const width = Number(drawing.getAttribute("viewBox").split(" ")[2]);
  const plots = drawing.dataset.pieces.split(";").map((places) => {
    const [names, text, left, right, first, last, behind, start, bottom, axis, foot, end] = places.split(" ").map(Number);
    return { names, text, left, right, first, last, behind, start, bottom, axis, foot, end };
  });
  const widest = Math.max(...plots.flatMap((one) => [
    one.text, one.names + one.right - one.left, one.names + width - one.behind, one.names + one.last - one.first,
  ]));
  const row = (...pieces) => make("div", { className: "row" }, ...pieces);
  const of = (x, y, to, down) => piece(drawing, [x, y, to - x, down - y], `${(100 * (to - x)) / widest}%`);
  const pieces = plots.flatMap((one) => {
    const names = () => alone(of(0, one.start, one.names, one.bottom), one);
    const axis = of(one.first, one.bottom, one.last, one.axis);
    const graph = of(one.left, one.start, one.right, one.bottom);
    const beside = Math.max(0, one.names + one.first - one.left);
    axis.style.marginLeft = `${(100 * beside) / widest}%`;
    graph.style.marginLeft = `${(100 * (beside - one.names + one.left - one.first)) / widest}%`;
    return [
      one.behind < width ? row(names(), of(one.behind, one.start, width, one.bottom)) : null,
      row(names(), graph),
      axis,
      of(0, one.bottom, one.text, one.foot),
    ];
  });
  const last = plots[plots.length - 1];
  const lines = [...drawing.querySelectorAll("text")].filter((inner) => Number(inner.getAttribute("y")) > last.foot);
  const notes = lines.map((line) => line.textContent.trim()).join(" ");
  const all = make("div", { className: "narrow", "aria-hidden": "true" }, ...pieces, notes ? make("p", {}, notes) : null);
  all.style.maxWidth = `${1.6 * widest}px`;
  around.after(all);
  around.parentNode.classList.add("pieces");
}

/** A part of a drawing, so wide; its numbers open their origin, but are no stops of the Tab key again. */
function piece(drawing, place, wide) {
  const part = drawing.cloneNode(true);
  part.setAttribute("viewBox", place.join(" "));
  part.style.width = wide;
  for (const name of ["role", "aria-labelledby", "data-pieces", "width", "height"]) part.removeAttribute(name);
  part.querySelectorAll("[id]").forEach((inner) => { inner.removeAttribute("id"); });
  part.querySelectorAll("title, desc").forEach((inner) => { inner.remove(); });
  part.querySelectorAll("a").forEach((inner) => { inner.setAttribute("tabindex", "-1"); });
  return part;
}

/** Rows' names without what begins beside them; headings among them may be wider. */
function alone(names, { start, bottom }) {
  const begins = (inner) => parseFloat(inner.getAttribute("x") ?? inner.getAttribute("d")?.slice(2));
  const within = (inner) => inner.tagName !== "text" || (inner.getAttribute("y") > start && inner.getAttribute("y") < bottom);
  names.querySelectorAll("text, path, use").forEach((inner) => { if (begins(inner) > 24 || !within(inner)) inner.remove(); });
  names.style.overflow = "visible";
  return names;
}

/** A number as it stands in the figure's own file: with the key of its entry in provenance.json. */
function named(number) {
  const part = document.createElementNS("http://www.w3.org/2000/svg", "tspan");
  part.setAttribute("data-key", number.dataset.key);
  part.append(number.textContent);
  return part;
}

/** The figure as a file of its own: its ink and font are those of the page, so they go with it. */
function save(figure) {
  const picture = figure.querySelector("svg").cloneNode(true);
  picture.setAttribute("color", "#1a1d21");
  picture.querySelectorAll("a.n").forEach((number) => { number.replaceWith(named(number)); });
  const fonts = make("style");
  fonts.textContent = [...document.styleSheets[0].cssRules].filter((rule) => rule instanceof CSSFontFaceRule).map((rule) => rule.cssText).join("\n");
  picture.prepend(document.createElementNS("http://www.w3.org/2000/svg", "style"));
  picture.firstChild.textContent = fonts.textContent;
  const text = new XMLSerializer().serializeToString(picture);
  const address = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  make("a", { href: address, download: `${figure.id}.svg` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

// --- by keyboard --------------------------------------------------------------------------------

// A paragraph, list, table or figure is one stop of the Tab key; arrows move among what it holds.
const GROUPS = ".key-results ul, main > p, main > ul, main > ol, .table, .plot, .words, figure, .subtitle, .forms, nav > ol";
const STOPS = "a[href], button, summary";
const stops = (group) => [...group.querySelectorAll(STOPS)].filter((stop) => stop.closest(GROUPS) === group && !stop.hidden);

for (const group of document.querySelectorAll(GROUPS)) {
  stops(group).slice(1).forEach((stop) => { stop.setAttribute("tabindex", "-1"); });
}
document.querySelector(".keys").hidden = false;
// What scrolls needs a stop of its own where nothing in it has one.
for (const around of document.querySelectorAll(".scroll")) {
  if (around.querySelector(STOPS) || around.scrollWidth <= around.clientWidth) around.removeAttribute("tabindex");
}

document.addEventListener("focusin", ({ target }) => {
  const group = target.matches(STOPS) && target.closest(GROUPS);
  if (!group) return;
  stops(group).forEach((stop) => { stop.setAttribute("tabindex", stop === target ? "0" : "-1"); });
});

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || !event.target.matches?.(STOPS)) return;
  const group = event.target.closest(GROUPS);
  const next = group && neighbour(stops(group), event.target, event.key);
  if (!next) return;
  event.preventDefault();
  next.focus();
});

/** Where an arrow leads among the stops of a group, which are in the order shown. */
function neighbour(all, stop, key) {
  const at = all.indexOf(stop);
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 }[key];
  if (!step) return { Home: all[0], End: all[all.length - 1] }[key];
  if (key === "ArrowRight" || key === "ArrowLeft" || stop.closest("nav, .references")) return all[at + step];
  const cell = stop.closest("td, th");
  const along = step > 0 ? all.slice(at + 1) : all.slice(0, at).reverse();
  return cell && along.find((other) => other.closest("tr") !== cell.parentNode && other.closest("td, th")?.cellIndex === cell.cellIndex);
}

// --- to cite it ---------------------------------------------------------------------------------

const copy = document.getElementById("cite-copy");
copy.hidden = !navigator.clipboard;
copy.addEventListener("click", () => {
  const text = document.getElementById("cite-words").textContent;
  navigator.clipboard.writeText(text.slice(text.indexOf(":") + 1).trim()).then(() => { copy.textContent = words.copied; });
});

// --- search -------------------------------------------------------------------------------------

const search = document.getElementById("search-box");
const MOST = 30;
search.hidden = false;
search.addEventListener("submit", (event) => event.preventDefault());
document.getElementById("sought").addEventListener("input", (event) => find(event.target.value));

/** Letters without their accents, all small, one for one. */
function folded(text) {
  return [...text].map((letter) => letter.normalize("NFD")[0].toLowerCase().replace("ł", "l")).join("");
}

/** The paragraphs, rows and captions that hold every word sought, with a link to each. */
function find(sought) {
  const asked = folded(sought.trim()).split(/\s+/).filter((word) => word.length > 1);
  const hits = [];
  if (asked.length) {
    for (const part of document.querySelectorAll("main > p, main li, main h2, main h3, main h4, main tr, figcaption, main > blockquote p, .note")) {
      const text = folded(part.textContent);
      if (asked.every((word) => text.includes(word))) hits.push([part, text.indexOf(asked[0])]);
    }
  }
  document.getElementById("hits").textContent = asked.length ? words.hits.replace("{n}", hits.length) : "";
  document.getElementById("found").replaceChildren(...hits.slice(0, MOST).map(hit));
}

function hit([part, at]) {
  const text = part.textContent;
  const start = Math.max(0, at - 30);
  const words = (start ? "…" : "") + text.slice(start, at + 60).replace(/\s+/g, " ");
  const go = make("button", { type: "button" }, words);
  go.addEventListener("click", () => {
    part.closest("details")?.setAttribute("open", "");
    part.setAttribute("tabindex", "-1");
    part.scrollIntoView({ block: "center" });
    part.focus({ preventScroll: true });
  });
  return make("li", {}, go);
}

// --- the contents -------------------------------------------------------------------------------

const links = new Map([...document.querySelectorAll("nav a")].map((item) => [item.hash.slice(1), item]));
const headings = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
let current = null;

function follow() {
  const passed = headings.filter((heading) => heading.getBoundingClientRect().top < 120);
  const item = links.get((passed[passed.length - 1] || headings[0])?.id);
  if (!item || item === current) return;
  current?.removeAttribute("aria-current");
  item.setAttribute("aria-current", "location");
  current = item;
  const list = item.closest("nav");
  if (list.scrollHeight > list.clientHeight) {
    const top = item.offsetTop - list.clientHeight / 2;
    list.scrollTo({ top });
  }
}

let waiting = false;
window.addEventListener("scroll", () => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => { waiting = false; follow(); });
}, { passive: true });
follow();
