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
  if (group.x !== undefined) return { x: group.x, y: group.y, column: group.column };
  const members = group.members.map((member) => records[member]).sort((a, b) => a.column - b.column);
  return { x: 0, y: members.reduce((sum, record) => sum + record.y, 0) / members.length, column: members[members.length >> 1].column };
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

// Places once the reader has folded or unfolded: the order stays, columns close up, heights keep their distance,
// and a line that passes a column keeps a lane in it, as in the places the page came with.
const ROW = page.pitch.row, LANE = { thick: 0.4, firm: 20 };
let bands = page.bands;
const isAsMade = () => only === null && folded.size === page.folded.length && page.folded.every((index) => folded.has(index));
function settle() {
  bands = page.bands;
  if (isAsMade()) return;
  const columns = new Map();
  for (const item of items.values()) columns.set(item.column, [...(columns.get(item.column) || []), item]);
  const most = Math.max(14, Math.floor(Math.sqrt(items.size)));
  for (const list of columns.values()) list.sort((a, b) => a.y - b.y || a.id - b.id);
  for (const [number, list] of columns) if (list.length <= most) columns.set(number, [...list, ...lanes(number)].sort((a, b) => a.y - b.y));
  let left = 0;
  bands = [];
  for (const number of [...columns.keys()].sort((a, b) => a - b)) {
    const list = columns.get(number), width = Math.ceil(list.filter((item) => item.id !== undefined).length / most);
    stack(list, width);
    list.forEach((item, n) => { item.x = left + (n % width) * page.pitch.inner; });
    const right = left + (width - 1) * page.pitch.inner, label = page.columnBands[number], half = page.pitch.column / 2;
    if (bands.length && bands[bands.length - 1][0] === label) bands[bands.length - 1][2] = right + half;
    else bands.push([label, left - half, right + half]);
    left = right + page.pitch.column;
  }
  closeRows();
}
function lanes(number) {
  const found = new Map();
  for (const line of lines) {
    const from = items.get(line.from), to = items.get(line.to);
    if (from.column < number && number < to.column && !found.has(from.id)) {
      found.set(from.id, { y: from.y + ((to.y - from.y) * (number - from.column)) / (to.column - from.column), ...LANE });
    }
  }
  return [...found.values()];
}
function stack(list, width) {
  const rows = [];
  for (let n = 0; n < list.length; n += width) rows.push(list.slice(n, n + width));
  const blocks = [], offsets = [];
  const thick = (row) => row[0].thick || 1;
  rows.forEach((row, n) => {
    offsets.push(n ? offsets[n - 1] + (ROW * (thick(rows[n - 1]) + thick(row))) / 2 : 0);
    let block = { mean: row.reduce((sum, item) => sum + item.y, 0) / row.length - offsets[n], weight: row[0].firm || 1, size: 1 };
    while (blocks.length && blocks[blocks.length - 1].mean > block.mean) {
      const other = blocks.pop(), weight = block.weight + other.weight;
      block = { mean: (block.mean * block.weight + other.mean * other.weight) / weight, weight, size: block.size + other.size };
    }
    blocks.push(block);
  });
  let n = 0;
  for (const block of blocks) for (let k = 0; k < block.size; k += 1, n += 1) for (const item of rows[n]) item.y = block.mean + offsets[n];
}
function closeRows() {
  const heights = [...new Set([...items.values()].map((item) => item.y))].sort((a, b) => a - b);
  const closed = new Map();
  heights.forEach((height, n) => closed.set(height, n ? closed.get(heights[n - 1]) + Math.min(height - heights[n - 1], ROW) : 0));
  for (const item of items.values()) item.y = closed.get(item.y);
}
