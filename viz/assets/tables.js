// Tables: sorting, the unit of amounts, and export of exactly the rows that are seen.
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
  link.download = page.name.replace(/[^\w.-]+/g, "_") + "-" + name + ".csv";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
function writeAmounts() {
  for (const cell of document.querySelectorAll("[data-fen]")) cell.textContent = money(cell.dataset.fen);
  for (const fact of document.querySelectorAll(".facts dd[data-fen]")) fact.textContent += " " + unitWord();
}
document.addEventListener("click", (event) => {
  const head = event.target.closest("th[aria-sort]");
  if (head) sortBy(head);
  const out = event.target.closest(".export");
  if (out) download(out.dataset.table);
});
element("print").addEventListener("click", () => window.print());
element("unit").value = unit; // some browsers bring the choice of the last visit back
element("unit").addEventListener("change", (event) => {
  unit = event.target.value;
  writeAmounts();
  document.dispatchEvent(new Event("unitchange"));
});
