"use strict";
(() => {
  const page = JSON.parse(document.getElementById("page-data").textContent);
  const { records, flows, groups, words, root } = page;
  const element = (id) => document.getElementById(id);
  const CARD = { width: 184, height: 68 }, ROW = 84, TEXT_LEFT = 10;
  const RED = "#C1121F", INK = "#16202B", SOFT = "#52606D";

  // ---- money: fen as BigInt, because a script number is a float
  const UNITS = { yuan: [100n, 2], wan: [1000000n, 2], yi: [10000000000n, 4] };
  let unit = "yuan";
  function money(fen, inUnit = unit) {
    const [size, places] = UNITS[inUnit];
    let value = BigInt(fen);
    const sign = value < 0n ? "-" : "";
    if (value < 0n) value = -value;
    const scale = 10n ** BigInt(places);
    const scaled = (value * scale * 2n + size) / (size * 2n); // half up
    const whole = (scaled / scale).toString().replace(/\B(?=(\d{3})+$)/g, ",");
    return sign + whole + "." + (scaled % scale).toString().padStart(places, "0");
  }
  const unitWord = (inUnit = unit) => words["unit_" + inUnit];
  const say = (key, values) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

  // ---- what is shown: every record stands for itself or is folded into its group
  const groupOf = new Map();
  groups.forEach((group, index) => group.members.forEach((member) => groupOf.set(member, index)));
  const folded = new Set(page.folded);
  const items = new Map(); // node id -> what is drawn
  let lines = [], onward = new Map(), backward = new Map(), only = null;
  const shownId = (index) => (folded.has(groupOf.get(index)) ? records.length + groupOf.get(index) : index);

  function itemOf(id) {
    if (id < records.length) {
      const record = records[id];
      return { id, ...record, name: record.record || record.title, members: 1, isBroken: record.breaks.length > 0 };
    }
    const group = groups[id - records.length];
    return {
      id, ...group, record: "", title: "", name: group.kind + " × " + group.members.length, breaks: [],
      members: group.members.length, isGroup: true, isBroken: group.broken > 0, ...placeOf(group),
    };
  }
  function placeOf(group) {
    if (group.x !== undefined) return { x: group.x, y: group.y };
    const places = group.members.map((member) => records[member]).sort((a, b) => a.x - b.x);
    return {
      x: places[places.length >> 1].x,
      y: places.reduce((sum, place) => sum + place.y, 0) / places.length,
    };
  }

  function gather() {
    items.clear();
    const keep = (id) => only === null || only.has(id);
    records.forEach((_, index) => {
      const id = shownId(index);
      if (!items.has(id) && keep(id)) items.set(id, itemOf(id));
    });
    const sums = new Map();
    for (const [source, target, amount, date, evidence] of flows) {
      const ends = [shownId(source), shownId(target)];
      if (ends[0] === ends[1] || !items.has(ends[0]) || !items.has(ends[1])) continue;
      const key = ends.join(">") + evidence;
      const line = sums.get(key);
      if (line) {
        line.amount += BigInt(amount);
        line.count += 1;
        if (date && (!line.first || date < line.first)) line.first = date;
        if (date > line.last) line.last = date;
      } else {
        sums.set(key, { id: sums.size, from: ends[0], to: ends[1], amount: BigInt(amount), count: 1, first: date, last: date, evidence });
      }
    }
    lines = [...sums.values()];
    onward = new Map(); backward = new Map();
    for (const id of items.keys()) { onward.set(id, []); backward.set(id, []); }
    for (const line of lines) { onward.get(line.from).push(line.to); backward.get(line.to).push(line.from); }
  }

  // heights keep their order and their distance, empty rows are closed
  function settle() {
    const columns = new Map();
    for (const item of items.values()) {
      if (!columns.has(item.x)) columns.set(item.x, []);
      columns.get(item.x).push(item);
    }
    for (const column of columns.values()) {
      column.sort((a, b) => a.y - b.y || a.id - b.id);
      const blocks = [];
      column.forEach((item, number) => {
        let block = { mean: item.y - number * ROW, size: 1 };
        while (blocks.length && blocks[blocks.length - 1].mean > block.mean) {
          const other = blocks.pop(), size = block.size + other.size;
          block = { mean: (block.mean * block.size + other.mean * other.size) / size, size };
        }
        blocks.push(block);
      });
      let number = 0;
      for (const block of blocks) for (let n = 0; n < block.size; n += 1, number += 1) column[number].y = block.mean + number * ROW;
    }
    const heights = [...new Set([...items.values()].map((item) => item.y))].sort((a, b) => a - b);
    const closed = new Map();
    heights.forEach((height, n) => closed.set(height, n ? closed.get(heights[n - 1]) + Math.min(height - heights[n - 1], ROW) : 0));
    for (const item of items.values()) item.y = closed.get(item.y);
  }

  // ---- drawing
  let chosen = null, path = null, matches = new Set();
  const isDim = (id) => path !== null && !path.has(id);
  const measure = document.createElement("canvas").getContext("2d");
  const SANS = getComputedStyle(document.body).fontFamily;
  function fitted(text, font, room) {
    measure.font = font;
    if (measure.measureText(text).width <= room) return text;
    let low = 0, high = text.length;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (measure.measureText(text.slice(0, middle) + "…").width <= room) low = middle; else high = middle - 1;
    }
    return text.slice(0, low) + "…";
  }
  const FONTS = { small: "12px " + SANS, strong: "600 17px " + SANS };
  function textsOf(item) {
    if (item.texts && item.texts.unit === unit) return item.texts;
    const bare = item.record.split(":").slice(1).join(":");
    const top = item.isGroup ? item.name : item.isBreak ? item.title : item.kind + " " + bare;
    const below = item.isBreak ? item.kind : [item.place, item.title].filter(Boolean).join(" · ");
    item.texts = {
      unit,
      top: fitted(top, FONTS.small, CARD.width - 44 - (item.isBroken ? 12 : 0)),
      amount: fitted(money(item.amount) + " " + unitWord(), FONTS.strong, CARD.width - 2 * TEXT_LEFT),
      below: fitted(below, FONTS.small, CARD.width - 2 * TEXT_LEFT),
    };
    return item.texts;
  }
  const SHAPES = {
    diamond: [[0, -1], [1, 0], [0, 1], [-1, 0]],
    triangleDown: [[-1, -0.85], [1, -0.85], [0, 0.95]],
    triangle: [[-1, 0.85], [1, 0.85], [0, -0.95]],
    hexagon: [[-0.5, -0.9], [0.5, -0.9], [1, 0], [0.5, 0.9], [-0.5, 0.9], [-1, 0]],
    star: [[-0.6, -0.9], [0, -0.3], [0.6, -0.9], [0.9, -0.6], [0.3, 0], [0.9, 0.6], [0.6, 0.9], [0, 0.3], [-0.6, 0.9], [-0.9, 0.6], [-0.3, 0], [-0.9, -0.6]],
  };
  function glyph(context, shape, x, y, radius) {
    context.beginPath();
    if (shape === "dot") context.arc(x, y, radius, 0, 7);
    else if (shape === "ellipse") context.ellipse(x, y, radius, radius * 0.65, 0, 0, 7);
    else if (shape === "square") context.rect(x - radius * 0.85, y - radius * 0.85, radius * 1.7, radius * 1.7);
    else SHAPES[shape].forEach(([dx, dy], n) => context[n ? "lineTo" : "moveTo"](x + dx * radius, y + dy * radius));
    context.closePath();
  }
  function frame(context, x, y, width, height, radius) {
    context.beginPath();
    context.roundRect(x, y, width, height, radius);
  }
  function drawCard(context, item, x, y, state) {
    const [shape, fill, line, tint] = page.looks[item.nature];
    const scale = network.getScale(), left = x - CARD.width / 2, top = y - CARD.height / 2;
    context.save();
    context.globalAlpha = isDim(item.id) ? 0.14 : 1;
    if (matches.has(item.id)) {
      context.fillStyle = "#FFD84D";
      frame(context, left - 7, top - 7, CARD.width + 14, CARD.height + 14, 12);
      context.fill();
    }
    if (item.isGroup) {
      for (const step of [8, 4]) {
        frame(context, left + step, top - step, CARD.width, CARD.height, 7);
        context.fillStyle = "#fff"; context.strokeStyle = line; context.lineWidth = 1;
        context.fill(); context.stroke();
      }
    }
    frame(context, left, top, CARD.width, CARD.height, 7);
    const isFar = scale < 0.3;
    context.fillStyle = isFar ? fill : item.isBreak ? "#fff" : tint;
    context.fill();
    context.setLineDash(item.isBroken || item.isBreak ? [7, 4] : []);
    context.strokeStyle = item.isBroken ? RED : line;
    context.lineWidth = (item.isBroken ? 2.5 : 1.2) + (isFar && item.isBroken ? 4 : 0);
    context.stroke();
    context.setLineDash([]);
    if (item.id === root || state.selected || item.id === chosen) {
      frame(context, left - 3, top - 3, CARD.width + 6, CARD.height + 6, 9);
      context.strokeStyle = item.id === chosen || state.selected ? "#0B5CAD" : INK;
      context.lineWidth = 3.5;
      context.stroke();
    } else if (state.hover) {
      context.strokeStyle = "#0B5CAD"; context.lineWidth = 2; context.stroke();
    }
    if (isFar) {
      glyph(context, shape, x, y, 20);
      context.fillStyle = "#fff"; context.fill();
    } else {
      glyph(context, shape, left + 19, y - 20, 9);
      context.fillStyle = fill; context.strokeStyle = line; context.lineWidth = 1;
      context.fill(); context.stroke();
      const texts = textsOf(item);
      context.textBaseline = "middle"; context.textAlign = "left";
      context.font = FONTS.small; context.fillStyle = item.isBreak ? RED : SOFT;
      context.fillText(texts.top, left + 34, y - 20);
      context.fillText(texts.below, left + TEXT_LEFT, y + 23);
      context.font = FONTS.strong; context.fillStyle = INK;
      context.fillText(texts.amount, left + TEXT_LEFT, y + 3);
      if (item.isBroken && !item.isBreak) {
        context.font = "700 17px " + SANS; context.fillStyle = RED; context.textAlign = "right";
        context.fillText("!", left + CARD.width - 9, y - 20);
      }
    }
    context.restore();
  }
  const renderer = ({ ctx, id, x, y, state }) => ({
    drawNode() { const item = items.get(id); if (item) drawCard(ctx, item, x, y, state); },
    nodeDimensions: { width: CARD.width, height: CARD.height },
  });

  // pyvis's nodes, drawn as cards; a node opened later gets the same form
  const made = new Map(page.network.nodes.map((node) => [node.id, node]));
  const nodeOf = (item) => ({ ...(made.get(item.id) || { id: item.id, label: "" }), x: item.x, y: item.y, shape: "custom", ctxRenderer: renderer });
  const mostFen = () => lines.reduce((most, line) => (line.amount > most ? line.amount : most), 1n);
  function edgeOf(line, most) {
    const [colour, dashes] = page.evidences[line.evidence];
    const isOff = path !== null && !(path.has(line.from) && path.has(line.to));
    const isOn = path !== null && !isOff;
    const part = Math.sqrt(Number((line.amount * 1000000n) / most) / 1000000);
    return {
      id: line.id, from: line.from, to: line.to, arrows: "to", dashes: dashes.length ? dashes : false,
      width: 1.2 + 9.8 * part, color: { color: isOn && line.evidence === "recorded" ? "#0B5CAD" : colour, opacity: isOff ? 0.08 : isOn ? 0.9 : 0.55, highlight: colour, hover: "#0B5CAD" },
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
    if (only !== null) return;
    const tall = 1000000;
    page.bands.forEach(([, left, right], n) => {
      context.fillStyle = n % 2 ? "#F1F4F7" : "#FBFCFD";
      context.fillRect(left, -tall, right - left, 2 * tall);
    });
  });
  network.on("afterDrawing", (context) => {
    if (only !== null) return;
    const ratio = window.devicePixelRatio || 1;
    context.save();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.textAlign = "center"; context.textBaseline = "middle"; context.font = "600 12.5px " + SANS;
    const wide = element("graph").clientWidth;
    for (const [label, left, right] of page.bands) {
      const start = Math.max(0, network.canvasToDOM({ x: left, y: 0 }).x), end = Math.min(wide, network.canvasToDOM({ x: right, y: 0 }).x);
      const room = context.measureText(label).width + 18;
      if (end - start < room) continue;
      context.fillStyle = "rgba(255,255,255,.92)"; context.strokeStyle = "#C9D1D9"; context.lineWidth = 1;
      context.beginPath(); context.roundRect((start + end) / 2 - room / 2, 8, room, 22, 11); context.fill(); context.stroke();
      context.fillStyle = SOFT; context.fillText(label, (start + end) / 2, 19.5);
    }
    context.restore();
  });

  // ---- choosing: the ancestors and descendants of a record, and nothing beside them
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
    element("detail").hidden = true;
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
    if (only !== null || folded.size || page.folded.length) settle();
    redraw();
    if (again !== null && items.has(again)) choose(again, false);
    markRows();
  }
  function facts(item) {
    const rows = [[words.amount, money(item.amount) + " " + unitWord()]];
    rows.push(["", unit === "yuan" ? money(item.amount, "wan") + " " + unitWord("wan") : money(item.amount, "yuan") + " " + unitWord("yuan")]);
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
      const dt = document.createElement("dt"), dd = document.createElement("dd");
      dt.textContent = label; dd.textContent = value;
      list.append(dt, dd);
    }
    const name = document.createElement("strong"), around = document.createElement("p");
    name.textContent = item.record || item.name;
    around.className = "hint";
    around.textContent = say("around", { up, down });
    const close = document.createElement("button");
    close.type = "button"; close.className = "close"; close.textContent = "×"; close.setAttribute("aria-label", words.clear);
    close.addEventListener("click", clear);
    const parts = [close, name, list];
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
    element("detail").hidden = false;
    element("live").textContent = say("selected", { record: item.record || item.name, amount: money(item.amount) + " " + unitWord(), up, down });
  }

  // ---- collapse and expand
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
    gather(); settle(); redraw(); syncFolds();
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

  // ---- search: as text over every record, also those folded away
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

  // ---- tables
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
  function sortBy(head) {
    const table = head.closest("table"), column = head.cellIndex;
    const turn = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    for (const other of table.tHead.rows[0].cells) if (other.hasAttribute("aria-sort")) other.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", turn === 1 ? "ascending" : "descending");
    const isMoney = head.classList.contains("money"), isCount = head.classList.contains("count");
    const keyed = [...table.tBodies[0].rows].map((row, n) => {
      const cell = row.cells[column];
      const key = isMoney ? BigInt(cell.dataset.fen || "-1") : isCount ? Number(cell.textContent || -1) : cell.textContent;
      return [key, n, row];
    });
    const compare = isMoney || isCount ? (a, b) => (a < b ? -1 : a > b ? 1 : 0) : new Intl.Collator(page.lang === "zh" ? "zh-CN" : "en", { numeric: true }).compare;
    keyed.sort((a, b) => turn * compare(a[0], b[0]) || a[1] - b[1]);
    table.tBodies[0].append(...keyed.map((entry) => entry[2]));
  }
  const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
  function cellText(cell) {
    if (cell.classList.contains("money")) return cell.dataset.fen === undefined ? "" : money(cell.dataset.fen, "yuan").replace(/,/g, "");
    const text = cell.textContent;
    return FORMULA.test(text) && !/^-?\d+$/.test(text) ? "'" + text : text;
  }
  function csv(name) {
    const table = element("table-" + name);
    const columns = [...table.tHead.rows[0].cells].filter((head) => !head.classList.contains("plain"));
    const quoted = (text) => (/[",\r\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text);
    const head = columns.map((cell) => quoted(cell.textContent.trim() + (cell.classList.contains("money") ? " (" + unitWord("yuan") + ")" : "")));
    const body = [...table.tBodies[0].rows].filter((row) => !row.hidden)
      .map((row) => columns.map((cell) => quoted(cellText(row.cells[cell.cellIndex]))).join(","));
    return "\ufeff" + [head.join(","), ...body].join("\r\n") + "\r\n";
  }
  function download(name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csv(name)], { type: "text/csv;charset=utf-8" }));
    link.download = records[root].record.replace(/[^\w.-]+/g, "_") + "-" + name + ".csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
  function setUnit(next) {
    unit = next;
    for (const cell of document.querySelectorAll("[data-fen]")) cell.textContent = money(cell.dataset.fen);
    for (const fact of document.querySelectorAll(".facts dd[data-fen]")) fact.textContent += " " + unitWord();
    if (chosen !== null) choose(chosen, false);
    search();
    network.redraw();
  }

  // ---- hover
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
    showTip([name(line.from) + " → " + name(line.to), bothUnits(line.amount), when, words["evidence_" + line.evidence] + (line.count > 1 ? " × " + line.count : "")], event, false);
  });
  for (const leave of ["blurNode", "blurEdge", "dragStart", "zoom"]) network.on(leave, () => { tip.hidden = true; });

  // ---- wiring
  function fit() {
    network.fit({ animation: false, maxZoomLevel: 1.15 });
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
    const head = event.target.closest("th[aria-sort]");
    if (head) sortBy(head);
    const go = event.target.closest(".go");
    if (go) { choose(shownId(Number(go.closest("tr").dataset.node)), true); element("graph").scrollIntoView({ block: "nearest" }); }
    const out = event.target.closest(".export");
    if (out) download(out.dataset.table);
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
  element("unit").addEventListener("change", (event) => setUnit(event.target.value));
  element("only").addEventListener("click", toggleOnly);
  element("clear").addEventListener("click", clear);
  element("fit").addEventListener("click", fit);
  element("print").addEventListener("click", () => window.print());
  element("expand-all").addEventListener("click", () => fold(new Set()));
  window.addEventListener("beforeprint", fit);
  foldList(element("fold-kinds"), "kind");
  foldList(element("fold-divisions"), "division");
  syncFolds();
  setUnit(element("unit").value);
  fit();
  network.once("afterDrawing", () => { document.documentElement.dataset.ready = String(Math.round(performance.now())); });
  network.redraw();
  window.graphPage = {
    csv, choose, clear, search, network,
    shown: () => ({ nodes: [...items.keys()], edges: lines.length, path: path && [...path], only: only !== null, folded: [...folded], matches: [...matches] }),
  };
})();
