// Inside a trail page: only the graph is shown, what is chosen here is told to the page, and the other way round.
const FRAMED = window.parent !== window;
if (FRAMED) {
  document.documentElement.classList.add("framed");
  const tell = (message) => window.parent.postMessage(message, location.origin);
  document.addEventListener("chosen", ({ detail: item }) => {
    if (!item.record || item.isGroup) return;
    tell({ chosen: item.record });
    if (item.record.startsWith("hidden:")) return;
    const deeds = document.createElement("span");
    deeds.id = "deeds";
    for (const deed of page.cut ? ["centre", "pin", "open"] : ["centre", "pin"]) {
      const button = document.createElement("button");
      button.type = "button"; button.dataset.deed = deed; button.textContent = words["deed_" + deed];
      button.addEventListener("click", () => tell({ deed, record: item.record }));
      deeds.append(button);
    }
    element("detail").append(deeds);
  });
  window.addEventListener("message", ({ source, data }) => {
    if (source !== window.parent || !data || typeof data.choose !== "string") return;
    const index = records.findIndex((record) => record.record === data.choose);
    if (index >= 0) choose(shownId(index), true);
  });
  // the unit is the page's; the canvas takes all the room there is
  if (UNITS[new URLSearchParams(location.search).get("unit") || "wan"]) {
    element("unit").value = new URLSearchParams(location.search).get("unit") || "wan";
    element("unit").dispatchEvent(new Event("change"));
  }
  // the page gives the frame the height that the trail asks for at this width
  const stage = element("graph").parentElement;
  const tellHeight = () => tell({ height: Math.ceil(wantedHeight() + document.body.scrollHeight - stage.clientHeight) });
  let width = 0;
  window.addEventListener("resize", () => {
    if (chosen === null) fit();
    if (width !== innerWidth) { width = innerWidth; tellHeight(); }
  });
  stage.style.height = "";
  network.setSize("100%", "100%");
  fit();
  width = innerWidth;
  tellHeight();
}
