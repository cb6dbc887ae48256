// What is shown: every record stands for itself or is folded into its group.
const { records, flows, groups, root } = page;
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
