// Three small things: choices that answer at once, decisions sent with the session's token, signing in.
"use strict";
for (const form of document.querySelectorAll("form.asked[action]")) {
  for (const field of form.querySelectorAll("select")) field.addEventListener("change", () => form.requestSubmit());
}
const said = (text) => { const place = document.getElementById("said") || document.querySelector("h1"); place.append(" — " + text); };
async function send(address, body) {
  const answer = await fetch(address, {
    method: "POST", headers: {"Content-Type": "application/json", "X-CSRF-Token": sessionStorage.getItem("csrf") || ""},
    body: JSON.stringify(body),
  });
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.detail + (found.hint ? "; " + found.hint : ""));
  return found;
}
for (const form of document.querySelectorAll("form[data-post]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try { await send(form.dataset.post, Object.fromEntries(new FormData(form))); location.reload(); }
    catch (error) { said(error.message); }
  });
}
const signin = document.getElementById("signin");
if (signin) signin.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const found = await send("/api/v1/session", {key: new FormData(signin).get("key")});
    sessionStorage.setItem("csrf", found.csrf);
    location.assign("/overview");
  } catch (error) { said(error.message); }
});
