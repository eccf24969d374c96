// Drawings on a page that is read without them: each is fetched and drawn when it is opened.

import { json, tag } from "./loading.js";

const MODULES = { timeline: () => import("./timeline.js"), graph: () => import("./graph.js"), map: () => import("./map.js") };

for (const section of document.querySelectorAll("[data-drawings]")) {
  section.hidden = false;
  for (const details of section.querySelectorAll("details")) {
    details.addEventListener("toggle", () => open(details), { once: true });
  }
}

async function open(details) {
  const host = tag("div", { class: "drawing" }, "Drawing …");
  details.append(host);
  try {
    const { name, address } = details.dataset;
    const [{ draw }, told] = await Promise.all([MODULES[name](), json(address)]);
    const empty = (told.items ?? told.edges).length === 0;
    if (empty) host.textContent = "The record holds nothing to draw here.";
    else await draw(host, name === "graph" ? told : told.items, told.note);
  } catch (error) {
    host.textContent = `This could not be drawn: ${error.message}`;
  }
}
