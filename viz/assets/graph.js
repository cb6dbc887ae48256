// The graph: drawing, choosing, folding.
// pyvis's nodes, drawn as cards; a node opened later gets the same form
const made = new Map(page.network.nodes.map((node) => [node.id, node]));
const nodeOf = (item) => ({ ...(made.get(item.id) || { id: item.id, label: "" }), x: item.x, y: item.y, shape: "custom", ctxRenderer: renderer });
const mostFen = () => lines.reduce((most, line) => (line.amount > most ? line.amount : most), 1n);
function edgeOf(line, most) {
  const [colour, dashes] = (page.evidences[line.evidence] || page.evidences.recorded);
  const isOff = path !== null && !(path.has(line.from) && path.has(line.to));
  const isOn = path !== null && !isOff;
  const part = Math.sqrt(Number((line.amount * 1000000n) / most) / 1000000);
  return {
    id: line.id, from: line.from, to: line.to, arrows: { to: { enabled: true, scaleFactor: 0.18 + 0.4 / (1 + 6 * part) } }, dashes: dashes.length ? dashes : false,
    width: 2 + 7 * part, color: { color: isOn && line.evidence === "recorded" ? "#0B5CAD" : colour, opacity: isOff ? 0.08 : isOn ? 0.95 : 0.75, highlight: colour, hover: "#0B5CAD" },
  };
}

gather();
const nodes = new vis.DataSet([...items.values()].map(nodeOf));
const most = mostFen();
const edges = new vis.DataSet(lines.map((line) => edgeOf(line, most)));
const network = new vis.Network(element("graph"), { nodes, edges }, { ...page.network.options, height: "100%", width: "100%", autoResize: true });

function redraw() {
  const largest = mostFen();
  edges.clear(); nodes.clear();
  nodes.add([...items.values()].map(nodeOf));
  edges.add(lines.map((line) => edgeOf(line, largest)));
}
function recolour() {
  const largest = mostFen();
  edges.update(lines.map((line) => edgeOf(line, largest)));
  network.redraw();
}

// bands: where each stage stands
network.on("beforeDrawing", (context) => {
  const tall = 1000000;
  bands.forEach(([, left, right], n) => {
    context.fillStyle = n % 2 ? "#F1F4F7" : "#FBFCFD";
    context.fillRect(left, -tall, right - left, 2 * tall);
  });
});
network.on("afterDrawing", (context) => {
  const ratio = window.devicePixelRatio || 1;
  context.save();
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.textAlign = "center"; context.textBaseline = "middle"; context.font = "600 12.5px " + SANS;
  const wide = element("graph").clientWidth;
  for (const [label, left, right] of bands) {
    const start = Math.max(0, network.canvasToDOM({ x: left, y: 0 }).x), end = Math.min(wide, network.canvasToDOM({ x: right, y: 0 }).x);
    const room = context.measureText(label).width + 18;
    if (end - start < room) continue;
    context.fillStyle = "rgba(255,255,255,.92)"; context.strokeStyle = "#C9D1D9"; context.lineWidth = 1;
    context.beginPath(); context.roundRect((start + end) / 2 - room / 2, 8, room, 22, 11); context.fill(); context.stroke();
    context.fillStyle = SOFT; context.fillText(label, (start + end) / 2, 19.5);
  }
  context.restore();
});

// choosing: the ancestors and descendants of a record, and nothing beside them
function reach(start, next) {
  const found = new Set([start]), waiting = [start];
  while (waiting.length) for (const id of next.get(waiting.pop())) if (!found.has(id)) { found.add(id); waiting.push(id); }
  return found;
}
function choose(id, isToBeSeen) {
  if (!items.has(id)) return;
  chosen = id;
  const up = reach(id, backward), down = reach(id, onward);
  path = new Set([...up, ...down]);
  network.selectNodes([id], false);
  if (isToBeSeen) network.moveTo({ position: network.getPosition(id), scale: Math.max(network.getScale(), 0.65), animation: false });
  recolour(); markRows(); describe(items.get(id), up.size - 1, down.size - 1);
  element("only").disabled = element("clear").disabled = false;
}
function clear() {
  const wasOnly = only !== null;
  chosen = path = only = null;
  network.unselectAll();
  element("only").setAttribute("aria-pressed", "false");
  element("only").disabled = element("clear").disabled = true;
  if (wasOnly) show(); else recolour();
  markRows();
  const hint = document.createElement("p");
  hint.className = "hint"; hint.textContent = words.detail_none;
  element("detail").replaceChildren(hint);
  element("detail").classList.remove("full");
}
function toggleOnly() {
  if (path === null) return;
  only = only === null ? new Set(path) : null;
  element("only").setAttribute("aria-pressed", String(only !== null));
  show(); fit();
}
function show() {
  const again = chosen;
  gather();
  settle();
  redraw();
  if (again !== null && items.has(again)) choose(again, false);
  markRows();
}
function facts(item) {
  const second = unit === "yuan" ? "wan" : "yuan";
  const rows = [[words.amount, money(item.amount) + " " + unitWord() + " = " + money(item.amount, second) + " " + unitWord(second)]];
  if (item.attributed !== null && item.attributed !== undefined) rows.push([words["attributed_" + page.direction], money(item.attributed) + " " + unitWord()]);
  rows.push([words.kind, item.kind]);
  if (item.division) rows.push([words.division, item.division]);
  if (item.title && !item.isBreak) rows.push([words.title, item.title]);
  rows.push([words.nature, words["nature_" + item.nature]]);
  return rows;
}
function describe(item, up, down) {
  const list = document.createElement("dl");
  for (const [label, value] of facts(item)) {
    const pair = document.createElement("div"), dt = document.createElement("dt"), dd = document.createElement("dd");
    dt.textContent = label; dd.textContent = value;
    pair.append(dt, dd);
    list.append(pair);
  }
  const name = document.createElement("strong"), around = document.createElement("p");
  name.textContent = item.record || item.name;
  around.className = "hint";
  around.textContent = say("around", { up, down });
  const parts = [name, list];
  if (item.isBroken) {
    const warn = document.createElement("p");
    warn.className = "warn";
    warn.textContent = item.isGroup ? words.breaks + " × " + item.broken : item.breaks.join("; ");
    parts.push(warn);
  }
  parts.push(around);
  const group = item.isGroup ? item.id - records.length : groupOf.get(item.id);
  if (group !== undefined) {
    const button = document.createElement("button");
    button.type = "button"; button.id = "fold-this";
    button.textContent = item.isGroup ? words.expand_group : words.collapse_group + " (" + groups[group].members.length + ")";
    button.addEventListener("click", () => toggleGroup(group));
    parts.push(button);
  }
  element("detail").replaceChildren(...parts);
  element("detail").classList.add("full");
  document.dispatchEvent(new CustomEvent("chosen", { detail: item }));
  element("live").textContent = say("selected", { record: item.record || item.name, amount: money(item.amount) + " " + unitWord(), up, down });
}

// collapse and expand
function shownCount(without) {
  let count = records.length;
  for (const index of without) count -= groups[index].members.length - 1;
  return count;
}
function fold(next) {
  if (shownCount(next) > page.limit && shownCount(next) > shownCount(folded)) {
    const text = say("too_many", { limit: page.limit });
    element("live").textContent = text;
    element("hit-count").textContent = text;
    syncFolds();
    return;
  }
  let again = chosen;
  folded.clear();
  next.forEach((index) => folded.add(index));
  if (again !== null) again = again < records.length ? shownId(again) : folded.has(again - records.length) ? again : groups[again - records.length].members[0];
  only = null; path = null; chosen = null;
  element("only").setAttribute("aria-pressed", "false");
  gather(); settle(); redraw(); syncFolds(); fit();
  if (again !== null) choose(again, false); else markRows();
  search();
}
function toggleGroup(index) {
  const next = new Set(folded);
  if (!next.delete(index)) next.add(index);
  fold(next);
}
const boxes = [];
function foldList(holder, field) {
  const byValue = new Map();
  groups.forEach((group, index) => {
    if (!byValue.has(group[field])) byValue.set(group[field], []);
    byValue.get(group[field]).push(index);
  });
  for (const [value, indexes] of byValue) {
    const label = document.createElement("label"), box = document.createElement("input"), count = document.createElement("b");
    box.type = "checkbox";
    box.addEventListener("change", () => {
      const next = new Set(folded);
      indexes.forEach((index) => (box.checked ? next.add(index) : next.delete(index)));
      fold(next);
    });
    count.textContent = say("members", { n: indexes.reduce((sum, index) => sum + groups[index].members.length, 0) });
    label.append(box, value || "—", count);
    holder.append(label);
    boxes.push([box, indexes]);
  }
  if (!byValue.size) holder.textContent = words.nothing;
}
function syncFolds() {
  for (const [box, indexes] of boxes) {
    const count = indexes.filter((index) => folded.has(index)).length;
    box.checked = count === indexes.length;
    box.indeterminate = count > 0 && count < indexes.length;
  }
  element("expand-all").disabled = folded.size === 0;
}
