// A timeline: when things are said to have been, as far as the words say it. Drawn by vis-timeline.

import { json, script, style, tag } from "./loading.js";

/**
 * Draw items {start, end, label, href, denied, sure} in an element. Either end may be missing: it is then not told.
 */
export async function draw(host, items, note = "") {
  await load();
  const { Timeline, DataSet } = globalThis.vis;
  const canvas = tag("div", { class: "timeline", role: "group", "aria-label": "Timeline; the table tells the same" });
  host.replaceChildren(canvas, tag("p", { class: "note" }, `Drag to move, Ctrl and the wheel to zoom. ${note}`));
  const data = new DataSet(placed(items));
  const drawn = new Timeline(canvas, data, {
    maxHeight: 520,
    orientation: { axis: "top", item: "top" },
    zoomKey: "ctrlKey",
    template: (item) => tag("span", { dir: "auto" }, item.label),
    showCurrentTime: false,
    margin: { item: { horizontal: 2, vertical: 4 } },
    tooltip: { overflowMethod: "cap" },
  });
  drawn.on("select", ({ items: [id] }) => {
    const chosen = data.get(id);
    if (chosen?.href) location.assign(chosen.href);
  });
  return drawn;
}

async function load() {
  await Promise.all([script("vendor/moment/moment.min.js"), script("vendor/vis-data/vis-data.min.js")]);
  await Promise.all([script("vendor/vis-timeline/vis-timeline.min.js"), style("vendor/vis-timeline/vis-timeline.min.css")]);
  await style("timeline.css");
}

function placed(items) {
  const times = items.flatMap((item) => [item.start, item.end]).filter(Boolean).map(Date.parse);
  const narrow = (Math.max(...times) - Math.min(...times)) / 20; // what is shorter has no room for its words
  return items.map((item, id) => {
    const range = item.start && item.end && Date.parse(item.end) - Date.parse(item.start) > narrow;
    const span = range ? { start: item.start, end: item.end, type: "range" } : { start: item.start ?? item.end, type: "point" };
    return { id, ...span, label: label(item), href: item.href, className: looks(item) };
  });
}

function label(item) {
  const open = item.start && item.end ? "" : item.start ? " (or later)" : " (or earlier)";
  return `${item.denied ? "denied: " : ""}${item.label}${open}`;
}

function looks(item) {
  const unsure = item.sure === false || !(item.start && item.end);
  return [item.denied && "denied", unsure && "unsure"].filter(Boolean).join(" ");
}

/** Draw what an address of ours tells, in each element that names one. */
for (const host of document.querySelectorAll("[data-timeline]")) {
  const told = await json(host.dataset.timeline);
  if (told.items.length) await draw(host, told.items, told.note);
}
