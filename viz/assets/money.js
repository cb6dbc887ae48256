// Money and words, for every page of ours. `page` is the data the page brings along.
const page = JSON.parse(document.getElementById("page-data").textContent);
const { words } = page;
const element = (id) => document.getElementById(id);

// fen as BigInt, because a script number is a float
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
