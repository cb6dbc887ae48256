// Search, tables beside the graph, hover, keys: what surrounds the graph.
// search: as text over every record, also those folded away
function search() {
  const wanted = element("search").value.trim().toLowerCase();
  matches = new Set();
  const hits = [];
  if (wanted) {
    records.forEach((record, index) => {
      const texts = [record.record, record.title, record.division, record.kind, money(record.amount, "yuan"), money(record.amount, "yuan").replace(/,/g, "")];
      if (texts.some((text) => text.toLowerCase().includes(wanted))) { hits.push(index); matches.add(shownId(index)); }
    });
  }
  element("hit-count").textContent = wanted ? say("hits", { n: hits.length }) : "";
  element("hits").replaceChildren(...hits.slice(0, 50).map((index) => {
    const line = document.createElement("li"), button = document.createElement("button");
    const name = document.createElement("span"), amount = document.createElement("b");
    button.type = "button";
    name.textContent = [records[index].record || records[index].title, records[index].record && records[index].title, records[index].place].filter(Boolean).join(" · ");
    amount.textContent = money(records[index].amount);
    button.append(name, amount);
    button.addEventListener("click", () => { element("hits").hidden = true; choose(shownId(index), true); });
    line.append(button);
    return line;
  }));
  element("hits").hidden = hits.length === 0;
  network.redraw();
  return hits;
}

// rows follow the graph
const rows = [...document.querySelectorAll("tbody tr")];
function markRows() {
  for (const row of rows) {
    const index = Number(row.dataset.node);
    const id = index >= 0 ? shownId(index) : -1;
    row.classList.toggle("chosen", id >= 0 && id === chosen);
    row.classList.toggle("onpath", path !== null && id !== chosen && path.has(id));
    row.hidden = only !== null && id >= 0 && !only.has(id);
  }
  for (const sheet of document.querySelectorAll(".sheet")) {
    const count = sheet.querySelector(".row-count"), body = sheet.querySelector("tbody");
    if (body) count.textContent = [...body.rows].filter((row) => !row.hidden).length;
  }
}

// hover
const tip = element("tip");
function showTip(lineTexts, event, isWarning) {
  tip.replaceChildren(...lineTexts.filter(Boolean).map((text, n) => {
    const line = document.createElement(n ? "div" : "b");
    line.textContent = text;
    return line;
  }));
  if (isWarning) tip.lastElementChild.className = "warn";
  tip.hidden = false;
  const holder = element("graph").getBoundingClientRect();
  const x = event.clientX - holder.left, y = event.clientY - holder.top;
  tip.style.left = Math.max(4, Math.min(x + 16, holder.width - tip.offsetWidth - 6)) + "px";
  tip.style.top = Math.max(4, y + 18 + tip.offsetHeight > holder.height ? y - tip.offsetHeight - 12 : y + 18) + "px";
}
const bothUnits = (amount) => money(amount, "yuan") + " " + unitWord("yuan") + "  =  " + money(amount, "wan") + " " + unitWord("wan");
network.on("hoverNode", ({ node, event }) => {
  const item = items.get(node);
  showTip([
    item.record || item.name, bothUnits(item.amount), item.kind + (item.division ? " · " + item.division : ""), item.isBreak ? "" : item.title,
    item.attributed ? words["attributed_" + page.direction] + " " + money(item.attributed) + " " + unitWord() : "", words["nature_" + item.nature],
    item.isGroup && item.broken ? words.breaks + " × " + item.broken : item.breaks.join("; "),
  ], event, item.isBroken);
});
network.on("hoverEdge", ({ edge, event }) => {
  const line = lines[edge];
  const name = (id) => items.get(id).record || items.get(id).name;
  const when = line.first === line.last ? line.first : line.first + " … " + line.last;
  showTip([name(line.from) + " → " + name(line.to), bothUnits(line.amount), when, (words["evidence_" + line.evidence] || line.evidence) + (line.count > 1 ? " × " + line.count : "")], event, false);
});
for (const leave of ["blurNode", "blurEdge", "dragStart", "zoom"]) network.on(leave, () => { tip.hidden = true; });

// wiring
function fit() {
  network.fit({ animation: false, maxZoomLevel: 1.2 });
  network.moveTo({ scale: network.getScale() * 0.96, animation: false }); // room for the names of the bands
}
network.on("click", ({ nodes: [id] }) => { if (id !== undefined) choose(id, false); else if (path !== null) clear(); });
network.on("doubleClick", ({ nodes: [id] }) => {
  if (id === undefined) return;
  const group = id >= records.length ? id - records.length : groupOf.get(id);
  if (group !== undefined) toggleGroup(group);
});
const rank = (ids) => ids.map((id) => items.get(id)).sort((a, b) => a.y - b.y || a.id - b.id);
function beside(step) {
  const here = items.get(chosen);
  const column = [...items.values()].filter((item) => item.x === here.x).sort((a, b) => a.y - b.y);
  return column[column.indexOf(here) + step];
}
const KEYS = {
  ArrowRight: () => rank(onward.get(chosen))[0], ArrowLeft: () => rank(backward.get(chosen))[0],
  ArrowDown: () => beside(1), ArrowUp: () => beside(-1),
};
element("graph").addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key;
  if (KEYS[key]) {
    const next = chosen === null ? items.get(root) : KEYS[key]();
    if (next) choose(next.id, true);
  } else if (key === "Enter" && path !== null) toggleOnly();
  else if (key === "c" || key === "C") { const group = chosen === null ? undefined : chosen >= records.length ? chosen - records.length : groupOf.get(chosen); if (group !== undefined) toggleGroup(group); }
  else if (key === "0") fit();
  else if (key === "+" || key === "=") network.moveTo({ scale: network.getScale() * 1.25 });
  else if (key === "-") network.moveTo({ scale: network.getScale() / 1.25 });
  else return;
  event.preventDefault();
});
document.addEventListener("keydown", (event) => {
  const isTyping = ["INPUT", "SELECT", "TEXTAREA"].includes(document.activeElement.tagName);
  if (event.key === "/" && !isTyping) { element("search").focus(); event.preventDefault(); }
  if (event.key === "Escape") {
    element("hits").hidden = true; tip.hidden = true;
    document.querySelectorAll(".fold[open]").forEach((open) => { open.open = false; });
    if (element("search").value) { element("search").value = ""; search(); } else if (path !== null) clear();
  }
});
document.addEventListener("click", (event) => {
  document.querySelectorAll(".fold[open]").forEach((open) => { if (!open.contains(event.target)) open.open = false; });
  if (!event.target.closest(".search")) element("hits").hidden = true;
  const go = event.target.closest(".go");
  if (go) { choose(shownId(Number(go.closest("tr").dataset.node)), true); element("graph").scrollIntoView({ block: "nearest" }); }
});
element("search").addEventListener("input", search);
element("search").addEventListener("keydown", (event) => {
  const first = element("hits").querySelector("button");
  if (event.key === "Enter" && first) first.click();
  if (event.key === "ArrowDown" && first) { first.focus(); event.preventDefault(); }
});
element("hits").addEventListener("keydown", (event) => {
  const line = event.target.closest("li");
  const next = event.key === "ArrowDown" ? line.nextElementSibling : event.key === "ArrowUp" ? line.previousElementSibling : null;
  if (next) { next.firstElementChild.focus(); event.preventDefault(); }
});
document.addEventListener("unitchange", () => {
  if (chosen !== null) choose(chosen, false);
  search();
});
element("only").addEventListener("click", toggleOnly);
element("clear").addEventListener("click", clear);
element("fit").addEventListener("click", fit);
element("expand-all").addEventListener("click", () => fold(new Set()));
window.addEventListener("beforeprint", fit);
foldList(element("fold-kinds"), "kind");
foldList(element("fold-divisions"), "division");
syncFolds();
// a flat trail needs no high canvas: the tables come into sight
const spread = (axis) => { const places = [...items.values()].map((item) => item[axis]); return Math.max(...places) - Math.min(...places); };
function wantedHeight() {
  const high = spread("y") + 1.6 * CARD.height, wide = spread("x") + 1.6 * CARD.width;
  return high * Math.min(element("graph").clientWidth / wide, 1.2) + 90;
}
if (wantedHeight() < element("graph").clientHeight) element("graph").parentElement.style.height = Math.max(wantedHeight(), 330) + "px";
network.setSize("100%", "100%");
fit();
network.once("afterDrawing", () => { document.documentElement.dataset.ready = String(Math.round(performance.now())); });
network.redraw();
window.graphPage = {
  csv, choose, clear, search, network,
  shown: () => ({ nodes: [...items.keys()], edges: lines.length, path: path && [...path], only: only !== null, folded: [...folded], matches: [...matches] }),
};
