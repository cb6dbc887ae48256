// Cards: how a node looks on the canvas, with its own mark beside its colour.
const CARD = { width: 184, height: 68 }, TEXT_LEFT = 10;
const RED = "#C1121F", INK = "#16202B", SOFT = "#52606D";
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
const FONTS = { small: "12px " + SANS, strong: "600 17px " + SANS, middle: "16px " + SANS, large: "600 19px " + SANS, far: "600 37px " + SANS };
const FAR = 0.3, MIDDLE = 0.8; // scales under which a card says less, larger
const DARK_TEXT = new Set(["other", "mixed", "proposed"]);
// from far away an amount is two or three figures, a group its count
function brief(item) {
  if (item.isGroup) return "× " + item.members;
  const steps = page.lang === "zh" ? [[10000000000n, "亿"], [1000000n, "万"], [100n, "元"]] : [[100000000n, "m"], [100000n, "k"], [100n, ""]];
  const [size, word] = steps.find(([step]) => BigInt(item.amount) >= step) || steps[2];
  const tenths = (BigInt(item.amount) * 10n + size / 2n) / size;
  return (tenths < 100n ? Number(tenths) / 10 : (tenths / 10n).toString()) + word;
}
// a long amount drops its unit, which the head of the page names, then its size, before it would lose figures
function sum(fen, room, font) {
  const whole = money(fen) + " " + unitWord();
  return fitted(whole, font, room) === whole ? whole : fitted(money(fen), font, room);
}
function textsOf(item) {
  if (item.texts && item.texts.unit === unit) return item.texts;
  const bare = item.record.split(":").slice(1).join(":");
  const top = item.isGroup ? item.name : item.isBreak ? item.title : item.kind + " " + bare;
  const below = item.isBreak ? item.kind : [item.place, item.title].filter(Boolean).join(" · ");
  const head = item.isGroup ? item.name : item.isBreak ? item.title : [item.place, item.kind].filter(Boolean).join(" ");
  const room = CARD.width - 2 * TEXT_LEFT, large = sum(item.amount, room, FONTS.large), roomBeside = CARD.width - 44 - (item.isBroken ? 12 : 0);
  item.texts = {
    unit,
    top: fitted(top, FONTS.small, roomBeside),
    amount: sum(item.amount, room, FONTS.strong),
    below: fitted(below, FONTS.small, room),
    head: fitted(head, FONTS.middle, roomBeside),
    large: large.endsWith("…") ? sum(item.amount, room, FONTS.strong) : large,
    largeFont: large.endsWith("…") ? FONTS.strong : FONTS.large,
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
  context.globalAlpha = isDim(item.id) ? 0.24 : 1;
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
  const isFar = scale < FAR, isMiddle = scale < MIDDLE;
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
    const on = DARK_TEXT.has(item.nature) ? INK : "#fff";
    glyph(context, shape, left + 28, y, 17);
    context.fillStyle = on; context.fill();
    context.textBaseline = "middle"; context.textAlign = "center"; context.fillStyle = on;
    context.font = FONTS.far;
    if (scale > 0.11) context.fillText(brief(item), left + 112, y + 2, 136);
  } else {
    glyph(context, shape, left + 19, y - 20, 9);
    context.fillStyle = fill; context.strokeStyle = line; context.lineWidth = 1;
    context.fill(); context.stroke();
    const texts = textsOf(item);
    context.textBaseline = "middle"; context.textAlign = "left";
    context.font = isMiddle ? FONTS.middle : FONTS.small; context.fillStyle = item.isBreak ? RED : SOFT;
    context.fillText(isMiddle ? texts.head : texts.top, left + 34, y - (isMiddle ? 18 : 20));
    if (!isMiddle) context.fillText(texts.below, left + TEXT_LEFT, y + 23);
    context.font = isMiddle ? texts.largeFont : FONTS.strong; context.fillStyle = INK;
    context.fillText(isMiddle ? texts.large : texts.amount, left + TEXT_LEFT, y + (isMiddle ? 14 : 3));
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
