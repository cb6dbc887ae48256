// Choices that answer at once, decisions sent with the session's token, signing in and out, and the graph beside tables.
"use strict";
for (const form of document.querySelectorAll("form.asked[action]")) {
  for (const field of form.querySelectorAll("select")) field.addEventListener("change", () => form.requestSubmit());
}
// empty fields make no part of an address
for (const form of document.querySelectorAll("form[action]")) {
  form.addEventListener("submit", () => {
    for (const field of form.elements) if (field.name && field.value === "" && field.name !== "note") field.disabled = true;
    setTimeout(() => { for (const field of form.elements) field.disabled = false; });
  });
}
const token = () => (document.querySelector("meta[name=csrf]") || {content: ""}).content;
async function send(address, body, method = "POST") {
  const answer = await fetch(address, {
    method, headers: {"Content-Type": "application/json", "X-CSRF-Token": token()}, body: JSON.stringify(body),
  });
  const found = await answer.json();
  if (!answer.ok) throw new Error([found.detail, found.hint].filter(Boolean).join("; "));
  return found;
}
// a decision stands at once; the version that shows it is made ready aside: wait for it, but not for ever
async function served(version) {
  const parts = (text) => text.split(".").map(Number);
  for (let turn = 0; turn < 120; turn += 1) {
    const ready = await fetch("/readyz").then((answer) => answer.json()).catch(() => ({}));
    const [batch, decisions] = parts(ready.version || "0.0"), [wantedBatch, wanted] = parts(version);
    if (batch > wantedBatch || (batch === wantedBatch && decisions >= wanted)) return;
    await new Promise((go) => setTimeout(go, 250));
  }
}
function said(form, text) {
  let place = form.querySelector(".said") || form.parentElement.querySelector(".said");
  if (!place) { place = document.createElement("p"); place.className = "said"; place.setAttribute("role", "alert"); form.append(place); }
  place.textContent = text;
}
async function attempt(form, work) {
  const button = form.querySelector("button");
  button.disabled = true;
  try { await work(); } catch (error) { said(form, error.message); button.disabled = false; }
}
// what an event must bring is asked for before it is sent
for (const field of document.querySelectorAll("select[name=event]")) {
  const ask = () => {
    const needs = field.selectedOptions[0].dataset.needs;
    for (const other of field.form.elements) if (["comment", "due", "attachment"].includes(other.name)) other.required = other.name === needs;
  };
  field.addEventListener("change", ask);
  ask();
}
for (const form of document.querySelectorAll("form[data-post]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const filled = [...new FormData(form)].filter(([, value]) => value !== "");
    attempt(form, async () => {
      const found = await send(form.dataset.post, Object.fromEntries(filled));
      if (found.becomes) await served(found.becomes);
      location.reload();
    });
  });
}
const signin = document.getElementById("signin");
if (signin) signin.addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(signin, async () => {
    await send("/api/v1/session", {key: new FormData(signin).get("key")});
    location.assign(signin.dataset.next);
  });
});
const signout = document.getElementById("signout");
if (signout) signout.addEventListener("click", async () => { await send("/api/v1/session", {}, "DELETE"); location.assign("/signin"); });
// a record chosen in the graph is marked in the tables, and the other way round
const frame = document.getElementById("graph");
function mark(record) {
  for (const row of document.querySelectorAll("tr[data-record]")) row.classList.toggle("chosen", row.dataset.record === record);
}
// the address after something is done with a record: all that is chosen is in the address
function addressAfter({deed, record}) {
  const there = new URL(location.href), asked = there.searchParams;
  if (deed === "centre") { asked.set("record", record); asked.delete("open"); }
  if (deed === "open" && !asked.getAll("open").includes(record)) asked.append("open", record);
  if (deed === "pin" && !asked.getAll("pin").includes(record)) {
    const notes = asked.getAll("pin").map((_, place) => asked.getAll("note")[place] || "");
    asked.delete("note");
    for (const note of [...notes, ""]) asked.append("note", note);
    asked.append("pin", record);
  }
  return there.href;
}
if (frame) {
  window.addEventListener("message", (event) => {
    if (event.source !== frame.contentWindow || !event.data) return;
    if (typeof event.data.chosen === "string") mark(event.data.chosen);
    if (typeof event.data.height === "number") frame.style.height = Math.max(320, Math.min(event.data.height, innerHeight - 60)) + "px";
    if (typeof event.data.deed === "string" && typeof event.data.record === "string") location.assign(addressAfter(event.data));
  });
  document.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-record]");
    if (!row || event.target.closest("a, button, input, summary")) return;
    mark(row.dataset.record);
    frame.contentWindow.postMessage({choose: row.dataset.record}, location.origin);
    frame.scrollIntoView({block: "nearest"});
  });
}
document.addEventListener("keydown", (event) => {
  const typing = ["INPUT", "SELECT", "TEXTAREA"].includes(document.activeElement.tagName);
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) { document.getElementById("q")?.focus(); event.preventDefault(); }
});
